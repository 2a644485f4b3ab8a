// SPDX-License-Identifier: Apache-2.0
/** What takes an hour, against the real daemon on clocks that are set forward. */
import http from 'node:http';
import { expect, expectOrder, sleep, until } from '../lib/bench.mjs';

/** On a connection of its own: time passes for those that are kept. */
function ask(daemon, method, address, body) {
  return new Promise((done, fail) => {
    const request = http.request({ agent: false, port: daemon.port, host: '127.0.0.1', method, path: address, headers: { 'Content-Type': 'application/json' } }, async (response) => {
      let text = '';
      for await (const part of response) text += part;
      if (response.statusCode < 200 || response.statusCode > 299) fail(new Error(`${method} ${address}: ${response.statusCode} ${text}`));
      else done(text && JSON.parse(text));
    });
    request.on('error', fail);
    request.end(body && JSON.stringify(body));
  });
}

/** Each event of the log. */
async function logged(daemon) {
  const all = [];
  for (let after = ''; ;) {
    const { events, next, more } = await ask(daemon, 'GET', `/v1/events?limit=500${after}`);
    all.push(...events);
    if (!more || !events.length) return all;
    after = `&after=${next}`;
  }
}

export const cases = [
  {
    name: 'a CRM that fails, hangs and is away for an hour, and a server killed meanwhile: every event, in order, once by id',
    async run({ stepped, receiver: makeReceiver, say }) {
      const daemon = await stepped();
      const crm = await makeReceiver();
      const hook = await ask(daemon, 'POST', '/v1/webhooks', { url: crm.url, types: ['*'] });
      await ask(daemon, 'POST', '/v1/products', { products: ['tea-9', 'cup-9'].map((sku) => ({ sku, title: sku, url: `https://shop.example/${sku}`, price: '9' })) });
      const rooms = [];
      for (let n = 0; n < 5; n++) rooms.push((await ask(daemon, 'POST', '/v1/rooms', { kind: 'live', title: `Room ${n}` })).id);
      for (const room of rooms) await ask(daemon, 'POST', `/v1/rooms/${room}/state`, { to: 'live' });
      const minutes = {
        0: () => { crm.answer = () => ({ status: 500 }); },
        15: () => { crm.answer = () => new Promise(() => {}); },
        30: () => crm.stop(),
      };
      for (let minute = 0; minute < 60; minute++) {
        await minutes[minute]?.();
        for (const room of [rooms[0], rooms[1 + (minute % 4)]]) for (const sku of ['tea-9', 'cup-9']) await ask(daemon, 'POST', `/v1/rooms/${room}/pins`, { sku });
        await sleep(20); // for attempts; how many there are is not judged
        daemon.step(60);
        if (minute !== 22 && minute !== 47) continue;
        await ask(daemon, 'POST', '/v1/rooms', {}); // answered when it is on the disk, with all before it
        await daemon.end('SIGKILL');
        await daemon.start();
      }
      const waiting = (await ask(daemon, 'GET', `/v1/webhooks/${hook.id}`)).waiting;
      const early = crm.taken(hook.secret).events.length;
      crm.answer = () => ({ status: 204 });
      await crm.start();
      const log = await logged(daemon);
      let back = 0;
      await until('every event', async () => {
        const { events } = crm.taken(hook.secret);
        if (log.every((event) => events.some((one) => one.id === event.id))) return true;
        await sleep(100);
        daemon.step(10);
        back += 10;
        return false;
      }, 60000);
      const { events, doubles } = crm.taken(hook.secret);
      expectOrder(events);
      expect(events.length >= log.length && waiting > 0, `${events.length} of ${log.length}, ${waiting} waited`);
      expect(log.length > 200 && early < 30, `an hour's worth of events came late: ${log.length}, ${early} before`);
      say(`${log.length} events, ${early} before the hour; after it all were there within ${back} s of the server's time, ${doubles} came twice`);
    },
  },
];
