// SPDX-License-Identifier: Apache-2.0
/**
 * Many taps while the brand's CRM is well, slow or mad: all are bound, nobody has more than he can take. `--long` prints how long each
 * took, from the page's message to its frame: node tests/integrator/run.mjs --only taps --long
 */
import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { expect, sleep, until } from '../lib/bench.mjs';
import { DeskLine } from '../lib/desk.mjs';

const CAPACITY = 6;
const forged = ({ headers }) => {
  const body = '{"reps":[]}';
  const [id, at] = [headers['webhook-id'], new Date()];
  return { status: 200, body, headers: { 'webhook-id': id, 'webhook-timestamp': String(Math.floor(at.getTime() / 1000)), 'webhook-signature': new Webhook('whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=').sign(id, at, body) } };
};
const CRMS = {
  none: null,
  'answers at once': () => ({ status: 200, body: '{}' }),
  'sleeps 5 s': () => ({ status: 200, body: '{}', wait: 5000 }),
  'answers 500': () => ({ status: 500 }),
  'answers nonsense': () => ({ status: 200, body: '<html>hello' }),
  'signs wrongly': forged,
};

/** A group of five, each at his console; {group, reps}. */
async function five(daemon, after) {
  const group = await daemon.good('POST', '/v1/groups', { name: 'Five' });
  const reps = [];
  for (let n = 0; n < 5; n++) {
    const rep = await daemon.good('POST', '/v1/reps', { ref: `five-${n}`, card: { name: `One of five ${n}` }, groups: [group.id], capacity: { chat: CAPACITY } });
    const line = new DeskLine(daemon);
    after(async () => line.close());
    await line.open({ as: 'rep', rep: rep.ref });
    line.id = rep.id;
    reps.push(line);
  }
  return { group: group.id, reps };
}

/** `count` visitors, connected, each from an address of his own. */
async function visitors(daemon, after, count, first) {
  const lines = [];
  for (let n = first; n < first + count; n++) {
    const line = new DeskLine(daemon);
    after(async () => line.close());
    line.from = `127.20.${n >> 7}.${1 + (n & 127)}`;
    await line.visitor();
    lines.push(line);
  }
  return lines;
}

const heard = async (line, type) => {
  await line.heard(type, (one) => one.t === type, 60000);
  return line.told.find((one) => one.t === type) ?? expect(false, `the line was closed before ${type}`);
};

/** Tap and yes; how long each took. */
async function tap(line, group, times) {
  line.told.length = 0;
  const id = `tap_${randomBytes(8).toString('hex')}`;
  let began = Date.now();
  line.send({ t: 'tap', id, group });
  const card = await heard(line, 'card');
  times.card.push(card.at - began);
  if (card.known) return heard(line, 'bound');
  began = Date.now();
  line.send({ t: 'bind', tap: id });
  const bound = await heard(line, 'bound');
  times.bound.push(bound.at - began);
  return bound;
}

const shown = (list) => {
  const sorted = [...list].sort((a, b) => a - b);
  const at = (p) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))];
  return sorted.length ? `${at(0.5)} / ${at(0.95)} / ${sorted.at(-1)}` : '–';
};

const HOOKS = ['route.rep', 'bind.allow', 'viewer.identify'];
/** Set up anew a hook is asked again, whatever was before: five failures would have opened its breaker. */
const setUp = (daemon, url) => Promise.all(HOOKS.map((hook) => daemon.good('PUT', `/v1/hooks/${hook}`, { url })));

/** Each of these CRMs: strangers, for each of whom it is asked; the same people once more; strangers with an open breaker. */
async function withEach({ daemon, receiver, after, say }, { group }, count) {
  let first = 0;
  for (const [what, answer] of Object.entries(CRMS)) {
    let asked = 0;
    const crm = answer && await receiver((request) => { asked += JSON.parse(request.body).type === 'route.rep'; return answer(request); });
    const [lines, others] = [await visitors(daemon, after, count, first), await visitors(daemon, after, count, first + count)];
    first += 2 * count;
    const [cold, warm, open] = [0, 1, 2].map(() => ({ card: [], bound: [] }));
    const bindings = new Set();
    for (const [n, line] of lines.entries()) {
      if (crm && n % 4 === 0) await setUp(daemon, crm.url);
      bindings.add((await tap(line, group, cold)).binding);
    }
    const times = asked;
    for (const line of lines) bindings.add((await tap(line, group, warm)).binding);
    for (const line of others) bindings.add((await tap(line, group, open)).binding);
    expect(bindings.size === 2 * count, `${what}: ${bindings.size} bindings of ${2 * count} people`);
    say(`| ${what}${crm ? `, asked ${times} times` : ''} | ${shown(cold.card)} | ${shown(cold.bound)} | ${shown(warm.card)} | ${shown(open.card)} | ${shown(open.bound)} |`);
    [...lines, ...others].forEach((line) => line.close());
    for (const hook of HOOKS) if (crm) await daemon.ask('DELETE', `/v1/hooks/${hook}`);
  }
}

/** So many at once, over so many seconds; everybody then writes, and the board is looked at all the while. */
async function rush({ daemon, after, say }, { group, reps }, count, over_s) {
  const lines = await visitors(daemon, after, count, 4000);
  const times = { card: [], bound: [] };
  let most = 0;
  let over = false;
  const look = async () => {
    while (!over) {
      const board = await daemon.good('GET', '/v1/board');
      most = Math.max(most, ...board.reps.map((one) => one.chats));
      await sleep(100);
    }
  };
  const looking = look();
  for (const rep of reps) {
    rep.take = function (data) {
      DeskLine.prototype.take.call(this, data);
      for (const { t, offer } of this.told.splice(0)) if (t === 'offered' && offer.state === 'pending') this.send({ t: 'offer_reply', offer: offer.id, yes: true });
    };
  }
  const bound = await Promise.all(lines.map(async (line, n) => {
    await sleep((n * over_s * 1000) / count);
    const one = await tap(line, group, times);
    line.say(one.conversation, 'hello');
    await heard(line, 'said');
    return one;
  }));
  await until('all places to be taken', () => most === CAPACITY, 30000);
  await sleep(300);
  over = true;
  await looking;
  expect(new Set(bound.map((one) => one.binding)).size === count && bound.every((one) => one.state === 'active'), 'all are bound');
  expect(most === CAPACITY, `a rep had ${most} of ${CAPACITY}`);
  const { groups } = await daemon.good('GET', '/v1/board');
  const { queued } = groups.find((one) => one.id === group);
  expect(queued === count - reps.length * CAPACITY, `${queued} of ${count} wait`);
  const each = bound.reduce((sum, one) => sum.set(one.rep.id, (sum.get(one.rep.id) ?? 0) + 1), new Map());
  say(`${count} taps in ${over_s} s on five reps: card ${shown(times.card)}, bound ${shown(times.bound)} ms (p50 / p95 / most); ${Math.min(...each.values())} to ${Math.max(...each.values())} a rep, ${queued} wait`);
}

async function play({ daemon: makeDaemon, receiver, say, after }, { each, count, over_s }) {
  const daemon = await makeDaemon();
  const tools = { daemon, receiver, say, after };
  const people = await five(daemon, after);
  if (each) say('| CRM | tap → card, it is asked each time: p50 / p95 / most ms | consent → bound | tap → card, known | tap → card, after that, when failures open the breaker | consent → bound |');
  if (each) await withEach(tools, people, each);
  if (count) await rush(tools, people, count, over_s);
}

export const cases = [
  { name: 'whatever the CRM does, all are bound and none has more than he can take', run: (tools) => play(tools, { each: 6, count: 60, over_s: 1 }) },
  { name: '200 taps with each CRM', long: true, run: (tools) => play(tools, { each: 200 }) },
  { name: '500 taps in 10 s', long: true, run: (tools) => play(tools, { count: 500, over_s: 10 }) },
];
