// SPDX-License-Identifier: Apache-2.0
/** An evening as the ledger tells it: each stage exact, whatever comes twice, over a restart. */
import { expect } from '../lib/bench.mjs';
import { DeskLine } from '../lib/desk.mjs';

const key = { Authorization: `Basic ${Buffer.from('demo:parlor-demo-secret-do-not-use-in-production').toString('base64')}` };

async function fetched(daemon, address, init = {}) {
  const answer = await fetch(`http://127.0.0.1:${daemon.port}${address}`, { redirect: 'manual', ...init });
  return { answer, text: await answer.text(), cookie: (answer.headers.getSetCookie?.() ?? []).map((one) => one.split(';')[0]).join('; ') };
}

/** One who came through this entry, and how far he went: touch, tap, bound, talked, clicked, shop, ordered, refunded. */
async function visit(daemon, { entry, room, steps, n, keep }) {
  const { cookie } = await fetched(daemon, `/e/${entry.id}`);
  const line = new DeskLine(daemon);
  keep(line);
  if (steps > 0) {
    await line.open({ as: 'visitor', device: 'x'.repeat(32) }, { Cookie: cookie });
    const tap = { t: 'tap', id: `tap_the_same_${n % 2}`, entry: entry.id, room: room.id };
    line.send(tap);
    line.send(tap); // a page that did not hear the answer
    await line.wait('card');
    if (steps > 1) {
      line.send({ t: 'bind', tap: tap.id });
      line.send({ t: 'bind', tap: tap.id });
      const bound = await line.wait('bound');
      if (steps > 2) {
        line.say(bound.conversation, 'hello');
        line.say(bound.conversation, 'hello?');
        await line.wait('said');
        await line.wait('said');
      }
    }
  }
  if (steps < 4) return;
  const gone = await fetched(daemon, `/v1/rooms/${room.id}/go/tea-9`, { method: 'POST', headers: { Cookie: cookie, Origin: `http://127.0.0.1:${daemon.port}` } });
  const code = new URL(JSON.parse(gone.text).url).searchParams.get('handoff');
  if (steps < 5) return;
  const resolve = () => daemon.ask('POST', '/v1/handoffs/resolve', { code }, key);
  const { id: handoff, customer } = (await resolve()).json;
  expect(/^cus_/.test(customer), `the shop is told who comes: ${customer}`);
  expect((await resolve()).status === 410, 'a code is good once');
  if (steps < 6) return;
  const report = (kind, value) => daemon.ask('POST', '/v1/conversions', { handoff, order_id: `order-${n}`, value, currency: 'CNY', kind }, key);
  expect((await report('order', '99.90')).status === 201, 'told');
  expect((await report('order', '99.90')).status === 200, 'told twice');
  expect((await report('order', '11.00')).status === 200, 'told otherwise: the first report stands');
  if (steps > 6) {
    await report('refund', '9.90');
    await report('refund', '9.90');
  }
}

const STAGES = ['touch', 'tap', 'bound', 'talked', 'clicked', 'shop', 'ordered', 'refunded'];

function expectCounts(line, people, what) {
  const least = { touch: 0, tap: 1, card: 1, bound: 2, talked: 3, clicked: 4, shop: 5, ordered: 6, refunded: 7 };
  for (const [stage, from] of Object.entries(least)) {
    const wanted = people.filter((one) => one.steps >= from).length;
    expect(line.counts[stage] === wanted, `${what}: ${stage} ${line.counts[stage]}, not ${wanted}`);
  }
  expect(line.visitors === people.length, `${what}: ${line.visitors} people, not ${people.length}`);
}

export const cases = [
  {
    name: 'each stage is exact with what is doubled and lost, by room, entry, product and day, after a restart too',
    async run({ daemon: makeDaemon, say, after }) {
      const daemon = await makeDaemon();
      const open = [];
      after(async () => open.forEach((one) => one.close()));
      const rep = new DeskLine(daemon);
      open.push(rep);
      await rep.open({ as: 'rep', rep: 'lin' });
      await daemon.good('POST', '/v1/products', { sku: 'tea-9', title: 'Tea', url: 'https://shop.example/tea-9', price: '99.90' });
      const rooms = [];
      for (const title of ['one', 'two']) rooms.push(await daemon.good('POST', '/v1/rooms', { kind: 'live', title }));
      const entries = [
        await daemon.good('POST', '/v1/entries', { channel: 'qr', state: '=cmd|x', room: rooms[0].id, product: 'tea-9' }),
        await daemon.good('POST', '/v1/entries', { channel: 'card', state: 'b', room: rooms[1].id }),
      ];
      const people = Array.from({ length: 16 }, (_, n) => ({ n, steps: n % STAGES.length, entry: entries[n < 10 ? 0 : 1], room: rooms[n < 10 ? 0 : 1], keep: (line) => open.push(line) }));
      for (const one of people.slice(0, 12)) await visit(daemon, one);
      await daemon.end('SIGTERM');
      await daemon.start();
      for (const one of people.slice(12)) await visit(daemon, one);

      const all = await daemon.good('GET', '/v1/stats/funnel');
      expect(all.lines.length === 1 && !all.truncated, JSON.stringify(all));
      expectCounts(all.lines[0], people, 'all');
      const ordered = people.filter((one) => one.steps >= 6).length;
      const refunded = people.filter((one) => one.steps >= 7).length;
      const money = ((ordered * 9990 - refunded * 990) / 100).toFixed(2);
      expect(all.lines[0].revenue.CNY === money, `${JSON.stringify(all.lines[0].revenue)}, not ${money}`);

      const by = await daemon.good('GET', '/v1/stats/funnel?group_by=entry,room,channel');
      expect(by.lines.length === 2, JSON.stringify(by.lines));
      for (const [i, entry] of entries.entries()) {
        const line = by.lines.find((one) => one.entry === entry.id);
        expect(line.room === rooms[i].id && line.channel === entry.channel, JSON.stringify(line));
        expectCounts(line, people.filter((one) => one.entry === entry), entry.channel);
      }
      const days = await daemon.good('GET', '/v1/stats/funnel?group_by=day,rep,product&utc_offset_min=480');
      const sum = (stage) => days.lines.reduce((n, one) => n + one.counts[stage], 0);
      expect(sum('touch') === people.length && sum('ordered') === ordered && days.lines.every((one) => /^\d{4}-\d\d-\d\d$/.test(one.day)), JSON.stringify(days.lines));
      const nothing = await daemon.good('GET', '/v1/stats/funnel?from=1&to=2');
      expect(nothing.lines.length === 0, 'then there was nobody');
      expect((await daemon.ask('GET', '/v1/stats/funnel?group_by=weather')).status === 400, 'unknown');

      const { answer, text } = await fetched(daemon, '/v1/stats/funnel?group_by=state&format=csv', { headers: key });
      expect(answer.headers.get('content-type') === 'text/csv; charset=utf-8', 'CSV');
      const bytes = new Uint8Array(await (await fetch(`http://127.0.0.1:${daemon.port}/v1/stats/funnel?group_by=state&format=csv`, { headers: key })).arrayBuffer());
      expect(bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf, 'a byte order mark for Excel');
      expect(text.includes('"\'=cmd|x"') && !text.includes('"=cmd|x"'), `no cell is a formula: ${text}`);
      say(`${people.length} people, ${all.lines[0].counts.ordered} orders, ${all.lines[0].revenue.CNY} CNY`);
    },
  },
  {
    name: 'who was there when: stretches of presence over a suspension, a restart and a crash',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      const rep = new DeskLine(daemon);
      after(async () => rep.close());
      const me = (await rep.open({ as: 'rep', rep: 'lin' })).rep.id;
      rep.send({ t: 'suspend', on: true });
      await rep.wait('presence', 'presence', (one) => one.rep.presence === 'suspended');
      rep.send({ t: 'suspend', on: false });
      await rep.wait('presence', 'presence', (one) => one.rep.presence === 'available');
      const shifts = async () => (await daemon.good('GET', '/v1/stats/shifts')).shifts.filter((one) => one.rep === me);
      const now = await shifts();
      expect(now.map((one) => one.presence).sort().join() === 'available,available,suspended', JSON.stringify(now));
      expect(now.filter((one) => one.open).map((one) => one.presence).join() === 'available' && now[0].name === 'lin', JSON.stringify(now));
      await daemon.end('SIGTERM');
      await daemon.start();
      const later = await shifts();
      expect(later.length >= 1 && later.every((one) => !one.open && !one.cut), JSON.stringify(later));
      const again = new DeskLine(daemon);
      await again.open({ as: 'rep', rep: 'lin' });
      expect((await shifts()).some((one) => one.open), 'there again');
      await daemon.end('SIGKILL');
      await daemon.start();
      const cut = await shifts();
      expect(cut.every((one) => !one.open), JSON.stringify(cut));
      const { text } = await fetched(daemon, '/v1/stats/shifts?format=csv&names=true&utc_offset_min=480', { headers: key });
      expect(text.startsWith('"rep"') || text.charCodeAt(0) === 0xfeff, JSON.stringify(text.slice(0, 40)));
      expect(text.includes('林梅') && text.includes('"available"'), text);
    },
  },
];
