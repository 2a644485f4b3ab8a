// SPDX-License-Identifier: Apache-2.0
/**
 * Taps and calls beside the stream of an encoder, many of them, in Chromium and in Firefox in turn; who has none is the other's control viewer. Each
 * part (--seed 1 to 6, and again from 7) has another CRM. Rows tell of each; tests/e2e/taps.mjs plays the parts and writes the table.
 */
import http from 'node:http';
import { once } from 'node:events';
import { LOOP_FRAMES } from '../media/generate.mjs';
import { mayRepeat, oneWindow, renegotiateOnClick } from '../lib/disturb.mjs';
import { goLiveByEncoder, makeLive, watchLive } from '../lib/live.mjs';
import { clicked, isRepeated, openStream, tapOf } from '../lib/taps.mjs';

export const title = 'taps and calls beside the stream by the dozen, whatever the CRM does';
export const suite = 'bench';
export const seconds = 480;

/** How long a part may go on beginning new windows; what it did till then is told. */
const PART_MS = 270000;
const STRANGERS = 17;
const HERE = '10.77.0.2';
const WINDOW = { ms: 1500, loop: LOOP_FRAMES };

const signed = { 'webhook-id': 'msg_1', 'webhook-timestamp': '1', 'webhook-signature': 'v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=' };
export const CRMS = [
  { name: 'none' },
  { name: 'answers at once', status: 200, body: '{}' },
  { name: 'sleeps 5 s', status: 200, body: '{}', wait: 5000 },
  { name: 'answers 500', status: 500, body: '' },
  { name: 'answers nonsense', status: 200, body: '<html>hello' },
  { name: 'signs wrongly', status: 200, body: '{"reps":[]}', headers: signed },
];

/** The brand's own system as this part has it; gives what sets its hooks up anew, so that no breaker stays open. */
async function attachCrm(world, crm) {
  if (!crm.status) return { setUp: async () => undefined, close: () => undefined };
  const server = http.createServer(async (request, response) => {
    for await (const part of request) void part;
    setTimeout(() => response.writeHead(crm.status, { 'content-type': 'application/json', ...crm.headers }).end(crm.body), crm.wait ?? 0);
  });
  server.listen(0, HERE);
  await once(server, 'listening');
  const url = `http://${HERE}:${server.address().port}/hook`;
  const put = (name) => ask(world, 'PUT', `/v1/hooks/${name}`, { url });
  return { setUp: () => Promise.all(['route.rep', 'bind.allow', 'viewer.identify', 'call.allow'].map(put)), close: () => server.closeAllConnections() ?? server.close() };
}

async function ask(world, method, address, body) {
  const answer = await fetch(`${world.url}${address}`, { method, headers: { 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${method} ${address} answered ${answer.status} ${await answer.text()}`);
}

/** Nobody whom the server has ever seen, before the picture, with a line. */
async function stranger(viewer, room) {
  await viewer.forget();
  await openStream(viewer, room);
}

const tapAgain = (viewer, took) => async () => {
  took.sheet = await clicked(viewer, 'service-button', 'say');
};

const callOf = (viewer, rep, took) => async () => {
  await viewer.click('call-audio');
  await rep.sees('call-answer', 30000);
  await rep.click('call-answer');
  await viewer.until('the call', () => document.querySelector('[data-testid="call"]')?.dataset.state === 'active', undefined, 30000);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  took.back = await clicked(viewer, 'call-end', 'say', true);
};

/**
 * Plays windows of one kind until one tells something; a row of each that was played. Played again is one in which the control froze
 * too; a freeze that he had not is a disturbance, at the first play.
 */
async function show(world, kind, viewer, control, prepare, actOf) {
  for (let again = 0; again < 10; again++) {
    await prepare(again);
    const took = {};
    const seen = await oneWindow(viewer, control, actOf(took), WINDOW);
    world.rows.push({ kind, browser: viewer.kind, crm: world.crm.name, again, ...seen, ...took });
    if (seen.bad.length || seen.own.length || !seen.shared) return;
  }
}

async function part(world, room, rep, pair, crm) {
  const end = Date.now() + PART_MS;
  for (let n = 0; n < STRANGERS && Date.now() < end; n++) {
    const [viewer, control] = n % 2 ? pair : [pair[1], pair[0]];
    const fresh = async () => {
      await stranger(viewer, room);
      await crm.setUp();
    };
    await show(world, 'tap', viewer, control, fresh, (took) => tapOf(viewer, took));
    await show(world, 'known', viewer, control, () => viewer.click('service-away'), (took) => tapAgain(viewer, took));
    if (n % 4 === 0) await show(world, 'nothing', viewer, control, async () => undefined, () => async () => undefined);
    if (n % 4 === 1 || n % 4 === 2 || n === STRANGERS - 1) await show(world, 'call', viewer, control, () => freeRep(world, rep), (took) => callOf(viewer, rep, took));
  }
}

/* His time after a call is over at once, and he has no call left. */
async function freeRep(world, rep) {
  await rep.seesNot('call', 30000);
  await ask(world, 'POST', '/v1/reps/lin/suspend', { on: false });
}

/** The build that negotiates anew on a tap, in each browser: the same proof must see it. */
async function mutants(world, room, pair) {
  for (const [viewer, control] of [pair, [pair[1], pair[0]]]) {
    await stranger(viewer, room);
    await renegotiateOnClick(viewer);
    const { bad } = await oneWindow(viewer, control, () => viewer.click('service-button'), WINDOW);
    world.rows.push({ kind: 'mutant', browser: viewer.kind, crm: world.crm.name, again: 0, bad, own: [], shared: false });
    if (!bad.length) throw new Error(`${viewer.kind}: a tap that negotiates the stream anew was not caught`);
  }
}

export async function run(world) {
  world.crm = CRMS[(world.seed - 1) % CRMS.length];
  await world.startServer(['--hook-allow', '10.77.0.0/24', '--hook-http', '--joins-burst', '100000']);
  const [host, rep, ...pair] = await world.persons(
    { browser: 'chromium', name: 'Host' }, { browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Ada' }, { browser: 'firefox', name: 'Bo' });
  const room = await makeLive(world);
  await rep.goto(`${world.url}/rep#lin`);
  await rep.sees('presence');
  await goLiveByEncoder(world, host, room);
  await Promise.all(pair.map((one) => watchLive(one, room, host, { ms: 1000, least: 5 })));
  const crm = await attachCrm(world, world.crm);
  try {
    await part(world, room, rep, pair, crm);
    await mutants(world, room, pair);
  } finally {
    crm.close();
  }
  judge(world);
}

/** What fails a part: an act that disturbed, or too many windows of which nothing is known. The windows with nothing tell what the machine does by itself. */
function judge(world) {
  const played = world.rows.filter((row) => row.kind !== 'mutant');
  const wrong = played.filter((row) => row.kind !== 'nothing' && (row.bad.length || row.own.length));
  const again = played.filter(isRepeated).length;
  world.measured.windows = played.length;
  world.measured['played again'] = again;
  world.measured['froze alone'] = played.filter((row) => row.own.length).length;
  if (wrong.length) throw new Error(`${wrong.length} of ${played.length} windows were disturbed: ${wrong.map((row) => `${row.kind} in ${row.browser}: ${[...row.bad, ...row.own].join(', ')}`).join('; ')}`);
  if (again > mayRepeat(played.length)) throw new Error(`${again} of ${played.length} windows had to be played again`);
}
