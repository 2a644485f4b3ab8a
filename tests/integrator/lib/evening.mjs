// SPDX-License-Identifier: Apache-2.0
/** An evening by script: who comes, how far he goes, and what the ledger must say of him in the end. */
import { expect, until } from './bench.mjs';
import { DeskLine } from './desk.mjs';
import { ask } from './people.mjs';

const key = { Authorization: `Basic ${Buffer.from('demo:parlor-demo-secret-do-not-use-in-production').toString('base64')}` };
const CHATS = 15;
const PATIENCE = 120000;

/** Numbers that are the same in each run. */
function dice(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** A console that takes what it is offered; `one at a time`: what only one of its callers may have. */
class Rep extends DeskLine {
  constructor(daemon, after) {
    super(daemon);
    this.after = after;
    this.turn = Promise.resolve();
  }

  take(data) {
    super.take(data);
    for (const told of this.told.splice(0)) this.hear(told);
  }

  hear(told) {
    if (told.t === 'attached' || told.t === 'error') this.told.push(told);
    if (told.t === 'offered' && told.offer.state === 'pending') this.send({ t: 'offer_reply', offer: told.offer.id, yes: true });
    if (told.t !== 'call') return;
    if (told.call.state === 'ringing' && !told.call.by_rep) this.send({ t: 'call_act', call: told.call.id, act: 'answer' });
    else if (told.call.token && told.call.id !== this.inside?.call) this.enter_(told.call).catch(() => {});
  }

  async enter_(call) {
    this.inside = new DeskLine(this.daemon);
    this.inside.call = call.id;
    this.after(async () => this.inside?.close());
    await this.inside.join({ token: call.token, name: 'A rep' });
  }

  alone(work) {
    this.turn = this.turn.then(work, work);
    return this.turn;
  }
}

/** What was told otherwise is kept: an answer may come before the word that what it answers is on the disk. */
class Page extends DeskLine {
  async wait(type, other = type, fits = () => true) {
    const is = (one) => (one.t === type || one.t === other) && fits(one);
    await this.heard(type, is, PATIENCE);
    const at = this.told.findIndex(is);
    expect(at >= 0, `${type} before the line was closed (${this.closed}; told: ${this.told.map((one) => one.t)})`);
    return this.told.splice(at, 1)[0];
  }
}

export class Evening {
  constructor(daemon, { viewers, reps = 8, after }) {
    Object.assign(this, { daemon, viewers, after, reps: new Map(), refs: Array.from({ length: reps }, (_, n) => `evening-${n}`), facts: [], late: [], tries: 0 });
  }

  async prepare() {
    const { daemon } = this;
    await daemon.good('POST', '/v1/products', { products: ['tea-9', 'cup-9'].map((sku) => ({ sku, title: sku, url: `https://shop.example/${sku}`, price: '99.90' })) });
    this.rooms = [];
    for (const title of ['one', 'two']) {
      const room = await daemon.good('POST', '/v1/rooms', { kind: 'live', title });
      await daemon.good('POST', `/v1/rooms/${room.id}/state`, { to: 'live' });
      await daemon.good('POST', `/v1/rooms/${room.id}/pins`, { sku: 'tea-9' });
      this.rooms.push(room.id);
    }
    const { groups: [day] } = await daemon.good('GET', '/v1/groups');
    const night = await daemon.good('POST', '/v1/groups', { name: 'Nobody is in it' });
    const one = (channel, room, state, group = day.id) => daemon.good('POST', '/v1/entries', { channel, state, room: this.rooms[room], group });
    this.entries = [await one('qr', 0, 'poster'), await one('card', 1, ''), await one('site', 0, 'a=b'), await one('replay', 1, 'night', night.id)];
    this.night = night.id;
    for (const ref of this.refs) await daemon.good('POST', '/v1/reps', { ref, card: { name: `Person ${ref}` }, groups: [day.id], capacity: { chat: CHATS } });
  }

  /** They come to work, also after the server was away. */
  async work() {
    for (const [n, ref] of this.refs.entries()) {
      const line = new Rep(this.daemon, this.after);
      this.after(async () => line.close());
      line.from = `127.9.0.${n + 1}`;
      const { rep } = await line.open({ as: 'rep', rep: ref });
      this.reps.set(rep.id, line);
    }
  }

  /** How far number n goes. */
  plan(n) {
    const r = dice(n + 1);
    const yes = (p) => r() < p;
    const entry = n % 6 === 5 ? null : this.entries[[0, 1, 2, 0, 3][n % 6]];
    const again = entry && yes(0.1) ? this.entries.find((one) => one.room === entry.room && one !== entry) : null;
    const room = entry?.room ?? this.rooms[n % 2];
    const tap = yes(0.65), bind = tap && yes(0.9), talk = bind && yes(0.85);
    const click = entry && yes(0.45), shop = click && yes(0.8), order = shop && yes(0.7);
    const call = talk && yes(0.15), back = talk && yes(0.1), refund = order && yes(0.2);
    return { n, entry, again, room, joins: yes(0.85) ? 1 + yes(0.1) : 0, tap, bind, talk, call, back, click, shop, order, refund, open: n % 25 === 7 };
  }

  /** What the ledger must have. */
  fact(stage, one, more = {}) {
    const { entry } = more.unknown ? {} : one;
    this.facts.push({ stage, visitor: more.unknown ? null : one.n, entry: entry?.id ?? null, channel: entry?.channel ?? null, state: entry?.state || null, room: one.room, ...more });
  }

  ask(one, method, address, body, headers = {}) {
    return ask(this.daemon, headers, method, address, body, { from: one.from });
  }

  async arrive(one, entry) {
    const answer = await this.ask(one, 'GET', `/e/${entry.id}`, undefined, one.cookie ? { Cookie: one.cookie } : {});
    one.cookie ??= (answer.headers['set-cookie'] ?? []).map((text) => text.split(';')[0]).join('; ');
    one.entry = entry;
    this.fact('touch', one);
  }

  /** His page: in the room where he watches, and a desk beside it. */
  async page(one) {
    const line = new Page(this.daemon);
    this.after(async () => line.close());
    line.from = one.from;
    const who = one.cookie ? { Cookie: one.cookie } : {};
    const device = one.cookie ? undefined : `device-of-number-${String(one.n).padStart(16, '0')}`;
    if (one.joins) {
      const guest = await this.ask(one, 'POST', '/v1/guest', { code: one.room });
      expect(guest.status < 300, `a guest of the room: ${guest.status}`);
      expect((await line.join({ token: guest.json.token, name: `Number ${one.n}`, device }, who)).t === 'welcome', 'he is in');
      this.fact('joined', one, { unknown: true });
      line.send({ t: 'attach', as: 'visitor', device });
      await line.wait('attached');
    } else await line.open({ as: 'visitor', device, brand: 'br_demo' }, who);
    return line;
  }

  async talk(one, line, conversation, text) {
    const said = { t: 'say', conversation, client_id: `${text}-${one.n}`.padEnd(16, '.'), text };
    line.told = line.told.filter((told) => told.t !== 'conversation');
    line.send(said);
    line.send(said); // the line was bad
    await line.wait('said');
  }

  /** Somebody answers; who. */
  async answered(line, conversation, words) {
    const told = await line.wait('conversation', 'conversation', (one) => one.conversation.id === conversation && one.conversation.state === 'human');
    const rep = this.reps.get(told.conversation.assignee.id);
    rep.say(conversation, words);
    await line.wait('message', 'message', (one) => one.message.text === words);
    return told.conversation.assignee.id;
  }

  /** Rings until the rep has a hand free, talks, hangs up. */
  async call(one, line, conversation, rep) {
    const inside = new DeskLine(this.daemon);
    this.after(async () => inside.close());
    line.send({ t: 'call', conversation });
    const { call } = await line.wait('call', 'call', (told) => told.call.token);
    inside.from = one.from;
    await inside.join({ token: call.token, name: `Number ${one.n}` });
    await line.wait('call', 'call', (told) => told.call.id === call.id && told.call.state === 'active');
    line.send({ t: 'call_act', call: call.id, act: 'end' });
    await line.wait('call', 'call', (told) => told.call.id === call.id && told.call.state === 'ended');
    inside.close();
    rep.inside?.close();
    rep.send({ t: 'suspend', on: false }); // nothing to be written down
    this.fact('called', one);
  }

  async close(line, conversation, rep) {
    rep.send({ t: 'thread', conversation, close: true });
    await line.wait('conversation', 'conversation', (told) => told.conversation.id === conversation && told.conversation.state === 'ended');
  }

  async serve(one, line) {
    const tap = { t: 'tap', id: `tap_${one.n % 7}_the_same`, entry: one.entry?.id, room: one.room }; // ids are a page's own
    line.send(tap);
    line.send(tap);
    await line.wait('card');
    this.fact('tap', one);
    this.fact('card', one);
    if (!one.bind) return;
    line.send({ t: 'bind', tap: tap.id });
    line.send({ t: 'bind', tap: tap.id });
    const { conversation } = await line.wait('bound');
    this.fact('bound', one);
    if (!one.talk) return;
    await this.talk(one, line, conversation, 'hello');
    this.fact('talked', one);
    if (one.entry?.group === this.night) return;
    let id = await this.answered(line, conversation, 'What may it be?');
    this.fact('answered', one);
    if (one.call) await this.reps.get(id).alone(() => this.call(one, line, conversation, this.reps.get(id)));
    if (one.back) {
      await this.close(line, conversation, this.reps.get(id));
      await this.talk(one, line, conversation, 'once more');
      id = await this.answered(line, conversation, 'And now?');
    }
    if (!one.open) await this.close(line, conversation, this.reps.get(id));
  }

  /** Told twice, told otherwise, of nothing, of what was never resolved; once it counts. */
  async buy(one) {
    const gone = await this.ask(one, 'POST', `/v1/rooms/${one.room}/go/${one.n % 3 ? 'tea-9' : 'cup-9'}`, undefined, { Cookie: one.cookie, Origin: `http://127.0.0.1:${this.daemon.port}` });
    expect(gone.status === 201, `to the shop: ${gone.status} ${JSON.stringify(gone.json)}`);
    this.fact('clicked', one);
    if (!one.shop) return;
    const code = new URL(gone.json.url).searchParams.get('handoff');
    const resolve = () => this.ask(one, 'POST', '/v1/handoffs/resolve', { code }, key);
    const [first, second] = await Promise.all([resolve(), resolve()]);
    const good = first.status === 200 ? first : second;
    expect([first.status, second.status].sort().join() === '200,410', `resolved once: ${first.status}, ${second.status}`);
    this.fact('shop', one);
    if (!one.order) {
      if (one.n % 2) this.late.push({ n: one.n, handoff: good.json.id });
      return;
    }
    const value = `${10 + (one.n % 90)}.${String(one.n % 100).padStart(2, '0')}`;
    await this.report(one, { handoff: good.json.id, value });
    await this.report(one, { handoff: good.json.id, value: '1.00' }, 200);
    this.fact('ordered', one, { value });
    if (one.n % 4 === 0) await this.report(one, { handoff: 'hnd_of_nobody', order_id: `nobody-${one.n}` }, 404);
    if (!one.refund) return await this.report(one, { handoff: good.json.id, kind: 'refund', order_id: `unheard-${one.n}` }, 409);
    await this.report(one, { handoff: good.json.id, kind: 'refund', value: '1.25' });
    await this.report(one, { handoff: good.json.id, kind: 'refund', value: '1.25' }, 200);
    this.fact('refunded', one, { value: '1.25' });
  }

  async report(one, more, status = 201) {
    const answer = await this.ask(one, 'POST', '/v1/conversions', { order_id: `order-${one.n}`, value: '5.00', currency: 'CNY', kind: 'order', ...more }, key);
    expect(answer.status === status, `${JSON.stringify(more)}: ${answer.status} ${JSON.stringify(answer.json)}`);
  }

  async visit(n) {
    const one = this.plan(n);
    const { entry: first } = one;
    one.from = `127.${10 + (n >> 14)}.${(n >> 7) & 127}.${1 + (n & 127)}`;
    if (first) await this.arrive(one, first);
    const line = await this.page(one);
    if (one.joins > 1) (await this.page(one)).close();
    if (one.again) await this.arrive(one, one.again);
    if (one.tap) await this.serve(one, line);
    if (one.click) await this.buy(one);
    line.close();
  }

  /** Numbers `from` to `to`, so many at a time. */
  async play(from, to, at_once) {
    let next = from;
    const guest = async () => {
      while (next < to) {
        const n = next++;
        await this.visit(n).catch((error) => { throw new Error(`number ${n}: ${error.stack}`); });
      }
    };
    await Promise.all(Array.from({ length: at_once }, guest));
  }

  /** The script's own funnel, as Reader.funnel () has it. */
  funnel(stages, by) {
    const lines = new Map();
    for (const fact of this.facts) {
      const keys = JSON.stringify(by.map((one) => fact[one] ?? null));
      const line = lines.get(keys) ?? { counts: Object.fromEntries(stages.map((one) => [one, 0])), people: new Set(), revenue: {} };
      lines.set(keys, line);
      line.counts[fact.stage]++;
      if (fact.visitor !== null) line.people.add(fact.visitor);
      if (fact.value) line.revenue.CNY = (line.revenue.CNY ?? 0) + Math.round(Number(fact.value) * 100) * (fact.stage === 'refunded' ? -1 : 1);
    }
    return lines;
  }
}

/** Two ledgers say the same, line by line. */
export function expectSame(server, lines, by, what) {
  const shown = (line) => JSON.stringify(line);
  const told = server.lines.map((line) => shown({ keys: by.map((one) => line[one] ?? null), counts: line.counts, visitors: line.visitors,
    revenue: Object.fromEntries(Object.entries(line.revenue).map(([currency, text]) => [currency, Math.round(Number(text) * 100)])) })).sort();
  const known = [...lines].map(([keys, line]) => shown({ keys: JSON.parse(keys), counts: line.counts, visitors: line.people.size, revenue: line.revenue })).sort();
  expect(!server.truncated, 'all facts were looked at');
  const missing = known.filter((one) => !told.includes(one)), odd = told.filter((one) => !known.includes(one));
  expect(!missing.length && !odd.length, `${what} by ${by.join() || 'nothing'}:\n  known ${missing.slice(0, 3).join('\n        ')}\n  told  ${odd.slice(0, 3).join('\n        ')}`);
}

/** What the log tells is what the board shows; `after`: the last event before the server's start. */
export async function expectBoard(daemon, read, after, what) {
  let [told, known] = [null, null];
  const view = async () => {
    const board = await daemon.good('GET', '/v1/board');
    const log = (await read()).board(after);
    const reps = board.reps.filter((one) => one.presence !== 'offline');
    const list = (map) => reps.map((one) => [one.id, map.get(one.id) ?? 0]);
    const chats = (each) => (after ? null : each); // who has answered takes no place after a restart, nor ten minutes later
    told = JSON.stringify([board.counts, board.first_reply, reps.map((one) => [one.id, one.presence]), chats(reps.map((one) => [one.id, one.chats])), reps.map((one) => [one.id, one.customers]),
      board.groups.flatMap((one) => one.waiting.map((line) => line.conversation)).sort(), board.reps.filter((one) => one.in_call).length]);
    known = JSON.stringify([log.counts, log.first_reply, list(log.presence), chats(list(log.chats)), list(log.customers), log.waiting, log.talking]);
    return told === known;
  };
  await until('the board', view, 30000).catch(() => { throw new Error(`${what}:\n  board ${told}\n  log   ${known}`); });
}
