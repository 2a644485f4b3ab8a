// SPDX-License-Identifier: Apache-2.0
/** Sizes that one node is to hold, over HTTP and WebSocket; tests/bench/service.c has those of the domain alone. By --long. */
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { expect, sleep, until } from '../lib/bench.mjs';
import { DeskLine } from '../lib/desk.mjs';

const percentiles = (list) => {
  const sorted = [...list].sort((a, b) => a - b);
  return [0.5, 0.95, 0.99].map((p) => sorted[Math.floor((sorted.length - 1) * p)].toFixed(1)).join(' / ');
};

/** Of the server's process, user and system, in ms. */
const cpu = (daemon) => readFileSync(`/proc/${daemon.process.pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((sum, ticks) => sum + 10 * Number(ticks), 0);

/** The most that it ever held, in MiB. */
const memory = (daemon) => Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.process.pid}/status`, 'utf8'))[1]) / 1024);

/** Lin has `count` customers, each of whom came from an address of his own, bound and left. */
async function customers(daemon, count, at_once) {
  let next = 0;
  const one = async () => {
    while (next < count) {
      const n = next++;
      const line = new DeskLine(daemon);
      line.from = `127.${30 + (n >> 14)}.${(n >> 7) & 127}.${1 + (n & 127)}`;
      await line.visitor();
      line.send({ t: 'tap', id: `tap_of_number_${n}` });
      await line.heard('card', (told) => told.t === 'card', 60000);
      line.send({ t: 'bind', tap: `tap_of_number_${n}` });
      await line.heard('bound', (told) => told.t === 'bound', 60000);
      line.close();
    }
  };
  await Promise.all(Array.from({ length: at_once }, one));
}

export const cases = [
  {
    name: '20 rooms a second are made, each on the disk when it is answered',
    long: true,
    async run({ daemon: makeDaemon, say }) {
      const daemon = await makeDaemon();
      const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });
      const make = (n) => new Promise((done, fail) => {
        const began = performance.now();
        const request = http.request({ agent, port: daemon.port, host: '127.0.0.1', localAddress: `127.29.0.${1 + (n % 200)}`, method: 'POST', path: '/v1/rooms', headers: { 'Content-Type': 'application/json' } }, (response) => {
          response.resume().on('end', () => (response.statusCode === 201 ? done(performance.now() - began) : fail(new Error(`a room: ${response.statusCode}`))));
        });
        request.on('error', fail);
        request.end('{}');
      });
      const times = [];
      for (let n = 0; n < 400; n++) {
        times.push(make(n));
        await sleep(50);
      }
      say(`rooms: ${percentiles(await Promise.all(times))} ms (p50 / p95 / p99 of 400)`);
      agent.destroy();
    },
  },
  {
    name: 'a rep with 5,000 customers, a chat and a call departs',
    long: true,
    async run({ daemon: makeDaemon, after, say }) {
      const daemon = await makeDaemon();
      const lin = new DeskLine(daemon);
      after(async () => lin.close());
      const { rep } = await lin.open({ as: 'rep', rep: 'lin' });
      const few = Number(process.env.PARLOR_CUSTOMERS ?? 5000);
      await customers(daemon, few, 16);
      const [zoe, visitor] = [new DeskLine(daemon), new DeskLine(daemon)];
      after(async () => { zoe.close(); visitor.close(); });
      await visitor.visitor();
      const bound = await visitor.add();
      visitor.say(bound.conversation, 'hello');
      lin.send({ t: 'offer_reply', offer: (await lin.wait('offered')).offer.id, yes: true });
      await visitor.wait('conversation', 'conversation', (one) => one.conversation.state === 'human');
      visitor.send({ t: 'call', conversation: bound.conversation });
      lin.send({ t: 'call_act', call: (await lin.wait('call')).call.id, act: 'answer' });
      const inside = [];
      for (const line of [lin, visitor]) {
        const { call } = await line.wait('call', 'call', (one) => one.call.token);
        const voice = new DeskLine(daemon);
        after(async () => voice.close());
        await voice.join({ token: call.token, name: 'A voice' });
        inside.push(voice);
      }
      await visitor.wait('call', 'call', (one) => one.call.state === 'active');
      const other = await zoe.open({ as: 'rep', rep: 'zoe' });
      const [began, before] = [Date.now(), cpu(daemon)];
      const { job } = await daemon.good('POST', `/v1/reps/${rep.id}/depart`, { to: other.rep.id });
      await until('his lines to be dead', () => lin.closed && inside[0].closed, 30000);
      const dead = Date.now() - began;
      const told = await visitor.wait('call', 'call', (one) => one.call.rep?.id === other.rep.id, 60000);
      await until('all to be with another', async () => (await daemon.good('GET', '/v1/reps')).reps.find((one) => one.id === other.rep.id).customers === few + 1, 60000);
      const [all, spent] = [Date.now() - began, cpu(daemon) - before];
      const refused = new DeskLine(daemon);
      after(async () => refused.close());
      expect((await refused.open({ as: 'rep', rep: 'lin' })).code === 'forbidden', 'he is no rep any more');
      expect((await daemon.ask('GET', `/v1/jobs/${job}`)).status === 200, 'the job can be looked at');
      say(`${few + 1} customers: his lines dead after ${dead} ms, the caller heard of the next after ${told.at - began} ms, all with another after ${all} ms; ${spent} ms of CPU, ${memory(daemon)} MiB`);
    },
  },
];
