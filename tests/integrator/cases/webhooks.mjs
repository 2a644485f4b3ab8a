// SPDX-License-Identifier: Apache-2.0
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Webhook } from 'standardwebhooks';
import { expect, expectOrder, makeRooms, sleep, until } from '../lib/bench.mjs';

const subscribe = (daemon, receiver, more = {}) => daemon.good('POST', '/v1/webhooks', { url: receiver.url, types: ['room.*'], ...more });

export const cases = [
  {
    name: 'events come signed, and the public library agrees',
    async run({ daemon: makeDaemon, receiver: makeReceiver }) {
      const daemon = await makeDaemon();
      const receiver = await makeReceiver();
      const hook = await subscribe(daemon, receiver, { scopes: ['content'] });
      await makeRooms(daemon, 1);
      await until('two events', () => receiver.requests.length === 2);
      const { events } = receiver.taken(hook.secret);
      expect(events.map((event) => event.type).join() === 'room.created,room.ended', 'created, then ended');
      expect(events[0].data.title === 'webhook test', 'the scope content brings the title');
      const request = receiver.requests[0];
      const forged = new Webhook(hook.secret);
      for (const change of [{ 'webhook-id': 'evt_other' }, { 'webhook-timestamp': String(Math.floor(Date.now() / 1000) - 60) }]) {
        let refused = false;
        try { forged.verify(request.body, { ...request.headers, ...change }); } catch { refused = true; }
        expect(refused, `a changed ${Object.keys(change)} is noticed`);
      }
      const test = await daemon.good('POST', `/v1/webhooks/${hook.id}/test`);
      expect(test.ok && test.status === 204, 'send test says what the receiver said');
    },
  },
  {
    name: 'secrets rotate with overlap',
    async run({ daemon: makeDaemon, receiver: makeReceiver }) {
      const daemon = await makeDaemon();
      const receiver = await makeReceiver();
      const hook = await subscribe(daemon, receiver);
      const { secret: fresh } = await daemon.good('POST', `/v1/webhooks/${hook.id}/secrets`);
      expect(fresh !== hook.secret, 'a new secret');
      await makeRooms(daemon, 1);
      await until('two events', () => receiver.requests.length === 2);
      receiver.taken(hook.secret);
      receiver.taken(fresh);
      await daemon.good('DELETE', `/v1/webhooks/${hook.id}/secrets`);
      receiver.requests.length = 0;
      await makeRooms(daemon, 1);
      await until('two events', () => receiver.requests.length === 2);
      receiver.taken(fresh);
      let refused = false;
      try { receiver.taken(hook.secret); } catch { refused = true; }
      expect(refused, 'the old secret is worth nothing any more');
    },
  },
  {
    name: 'receiver down, sender killed, receiver flapping: all, in order, once by id',
    alone: true,
    async run({ daemon: makeDaemon, receiver: makeReceiver, say }) {
      const daemon = await makeDaemon();
      const receiver = await makeReceiver();
      const hook = await subscribe(daemon, receiver);
      await makeRooms(daemon, 4);
      await receiver.stop();
      await makeRooms(daemon, 30);
      await daemon.end('SIGKILL');
      await daemon.start();
      await makeRooms(daemon, 30);
      await sleep(300);
      // Not the first ones: who was tried while the receiver was down is asked again after five minutes when it fails once more.
      const flaps = new Set([20, 33, 47]);
      let n = 0;
      receiver.answer = () => ({ status: flaps.has(n++) ? 503 : 204 });
      await receiver.start();
      await daemon.end('SIGKILL');
      await daemon.start();
      receiver.answer = () => ({ status: 204 });
      await until('all 128 events', () => receiver.taken(hook.secret).events.length >= 128, 90000);
      await sleep(500);
      const { events, doubles } = receiver.taken(hook.secret);
      expect(events.length === 128, `128 events, not ${events.length}`);
      expectOrder(events);
      say(`128 events, ${doubles} came twice with the same id`);
      const { events: log } = await daemon.good('GET', '/v1/events?limit=1000');
      const ours = log.filter((event) => event.type.startsWith('room.'));
      expect(ours.length === 128 && new Set(ours.map((event) => event.id)).size === 128, 'the log has the same events');
    },
  },
  {
    name: 'SIGTERM: what just happened is still sent, a dead receiver delays nothing',
    alone: true,
    async run({ daemon: makeDaemon, receiver: makeReceiver }) {
      const daemon = await makeDaemon();
      const receiver = await makeReceiver(() => ({ status: 204, wait: 100 }));
      const hook = await subscribe(daemon, receiver);
      await makeRooms(daemon, 4);
      await daemon.end();
      expect(receiver.taken(hook.secret).events.length === 8, `all eight events, not ${receiver.requests.length}`);
      await daemon.start();
      receiver.answer = () => ({ status: 503 });
      await makeRooms(daemon, 8);
      await until('it to be known as down', async () => (await daemon.good('GET', `/v1/webhooks/${hook.id}`)).down);
      const begun = Date.now();
      await daemon.end();
      expect(Date.now() - begun < 6000, `ended after ${Date.now() - begun} ms`);
    },
  },
  {
    name: 'a backlog of 10,000 is there in five minutes',
    long: true, // a minute of it is the wait until somebody asks whether the receiver is back
    async run({ strict, receiver: makeReceiver, say }) {
      const daemon = await strict('--trust-proxy', '--hook-http', '--hook-allow', '127.0.0.0/8');
      const receiver = await makeReceiver();
      // Rooms are limited by address: here come many.
      const from = (n) => ({ 'X-Forwarded-For': `198.51.${(n >> 8) & 255}.${n & 255}` });
      const hook = await subscribe(daemon, receiver);
      await receiver.stop();
      let made = 0;
      const one = async () => {
        while (made < 10000) {
          made += 2;
          const room = await daemon.ask('POST', '/v1/rooms', {}, from(made));
          expect(room.status === 201, `a room: ${room.status}`);
          await daemon.ask('DELETE', `/v1/rooms/${room.json.id}`);
        }
      };
      const few = process.env.PARLOR_BACKLOG ? Number(process.env.PARLOR_BACKLOG) : 10000;
      made = 10000 - few;
      await Promise.all(Array.from({ length: 8 }, one));
      const begun = Date.now();
      await receiver.start();
      const ids = () => new Set(receiver.requests.map((request) => request.headers['webhook-id'])).size;
      await until('the backlog', () => ids() >= few, 300000);
      const took = (Date.now() - begun) / 1000;
      await until('the settled state', async () => (await daemon.good('GET', `/v1/webhooks/${hook.id}`)).waiting === 0);
      const { events } = receiver.taken(hook.secret);
      expect(events.length === few, `${few} events, not ${events.length}`);
      expectOrder(events);
      say(`${few} events arrived ${took.toFixed(1)} s after the receiver was back`);
    },
  },
  {
    name: 'redirects are failures, 410 ends it, a replay has the same id',
    async run({ daemon: makeDaemon, receiver: makeReceiver }) {
      const daemon = await makeDaemon();
      const bait = await makeReceiver();
      const receiver = await makeReceiver(() => ({ status: 307, headers: { Location: bait.url } }));
      const hook = await subscribe(daemon, receiver, { types: ['room.created'] });
      await makeRooms(daemon, 1);
      await until('the first attempt', async () => (await daemon.good('GET', `/v1/webhooks/${hook.id}`)).failed >= 1);
      const { deliveries, attempts } = await daemon.good('GET', `/v1/webhooks/${hook.id}/deliveries?state=retry`);
      expect(deliveries.length === 1 && deliveries[0].status === 307 && attempts[0].status === 307, 'the inspector shows the 307');
      expect(bait.requests.length === 0, 'nobody followed the redirect');
      receiver.answer = () => ({ status: 410 });
      await makeRooms(daemon, 1);
      await until('gone', async () => (await daemon.good('GET', `/v1/webhooks/${hook.id}`)).state === 'gone');
      receiver.answer = () => ({ status: 204 });
      await daemon.good('PATCH', `/v1/webhooks/${hook.id}`, { state: 'active' });
      await until('both events', () => receiver.taken(hook.secret).events.length === 2, 15000);
      const id = receiver.taken(hook.secret).events[0].id;
      expect((await daemon.good('POST', `/v1/webhooks/${hook.id}/replay`, { event: id })).replayed === 1, 'one replayed');
      await until('the double', () => receiver.taken(hook.secret).doubles === 1);
    },
  },
  {
    name: 'addresses that are not public are refused without the demo',
    async run({ strict }) {
      const daemon = await strict('--hook-http');
      for (const url of ['http://127.0.0.1:9/', 'http://localhost:9/', 'http://[::1]:9/', 'http://169.254.169.254/latest/', 'https://10.0.0.1/', 'https://[::ffff:10.0.0.1]/', 'http://192.168.1.1/x']) {
        const hook = await daemon.good('POST', '/v1/webhooks', { url });
        const test = await daemon.good('POST', `/v1/webhooks/${hook.id}/test`);
        expect(!test.ok && test.failure === 'refused', `${url} is not called, but ${JSON.stringify(test)}`);
      }
      for (const url of ['ftp://x.example/', 'https://a:b@x.example/', 'https://0x7f.1/', 'https://x.example/#a', 'nonsense', 7]) {
        const answer = await daemon.ask('POST', '/v1/webhooks', { url });
        expect(answer.status === 400 && answer.json.code === 'bad_request', `${url} cannot be configured`);
      }
    },
  },
  {
    name: 'a secret is shown once and stands in no log',
    async run({ daemon: makeDaemon, receiver: makeReceiver }) {
      const daemon = await makeDaemon();
      const receiver = await makeReceiver(() => ({ status: 500, body: 'canary-of-the-receiver' }));
      const hook = await subscribe(daemon, receiver);
      await makeRooms(daemon, 3);
      await until('a failure', () => receiver.requests.length > 2);
      const seen = JSON.stringify([await daemon.good('GET', '/v1/webhooks'), await daemon.good('GET', `/v1/webhooks/${hook.id}`),
        await daemon.good('GET', `/v1/webhooks/${hook.id}/deliveries`), await daemon.good('GET', '/v1/events')]);
      const metrics = await (await fetch(`http://127.0.0.1:${daemon.admin}/metrics`)).text();
      await daemon.end();
      for (const canary of [hook.secret, hook.secret.slice(6), 'canary-of-the-receiver'])
        for (const [where, text] of Object.entries({ 'an answer': seen, 'the log': daemon.log, metrics }))
          expect(!text.includes(canary), `${canary.slice(0, 8)}… stands in ${where}`);
      expect(receiver.requests.every((request) => !request.body.includes(hook.secret) && !request.url.includes('whsec')), 'nor in what is sent');
      for (const name of readdirSync(daemon.folder).filter((file) => file.endsWith('.log')))
        expect(!readFileSync(path.join(daemon.folder, name), 'utf8').includes(hook.secret), name);
    },
  },
];
