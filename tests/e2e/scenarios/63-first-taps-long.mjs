// SPDX-License-Identifier: Apache-2.0
/**
 * The first tap in a browser that has just begun, in a new program of its own each time; the control viewer's runs all the while. Now and then the
 * first click goes to the picture, where nothing listens: what freezes then is the browser's. Rows tell of each; tests/e2e/taps.mjs --cold plays this.
 */
import { LOOP_FRAMES } from '../media/generate.mjs';
import { mayRepeat, oneWindow } from '../lib/disturb.mjs';
import { goLiveByEncoder, makeLive, watchLive } from '../lib/live.mjs';
import { Person } from '../lib/browsers.mjs';
import { isRepeated, openStream, tapOf } from '../lib/taps.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'the first tap in a browser that has just begun leaves the stream alone';
export const suite = 'bench';
export const seconds = 600;

/** How long a run may go on beginning new browsers. */
const RUN_MS = 225000;
const WINDOW = { ms: 1500, loop: LOOP_FRAMES };
/** How long the page stands before the tap: who looks first, and who taps at once. */
const WAITS_MS = [7000, 1000];
const ORDER = ['first', 'first', 'first', 'elsewhere'];

/* Turns of the page's thread that others waited for: [when, how long], in the wall clock. */
function watchTurns() {
  const turns = (window.__turns = []);
  let last = performance.now();
  window.__turning = setInterval(() => {
    const now = performance.now();
    if (now - last > 30) turns.push([Math.round(performance.timeOrigin + last), Math.round(now - last)]);
    last = now;
  }, 5);
}

/* When he tapped, and what the page painted, in the same clock. */
function turnsAndMoments() {
  clearInterval(window.__turning);
  const at = (name) => performance.getEntriesByName(`parlor:${name}`)[0]?.startTime;
  const moments = ['tap', 'card', 'consent', 'bound'].map((name) => [name, at(name)]).filter(([, ms]) => ms);
  return { turns: window.__turns, moments: Object.fromEntries(moments.map(([name, ms]) => [name, Math.round(performance.timeOrigin + ms)])) };
}

/** One window in a browser of its own; gives its row. */
export async function firstTap(world, room, control, { browser, kind, wait }) {
  const viewer = await Person.launch({ browser, person: 9, name: 'New', mediaFolder: world.mediaFolder, noDevices: true });
  try {
    await openStream(viewer, room);
    await sleep(wait);
    await viewer.evaluate(watchTurns);
    const took = {};
    const act = { first: tapOf(viewer, took), elsewhere: () => viewer.click('live-video'), nothing: async () => undefined }[kind];
    const seen = await oneWindow(viewer, control, act, WINDOW);
    return { kind, browser, wait, again: 0, ...seen, ...took, ...(await viewer.evaluate(turnsAndMoments)) };
  } finally {
    await viewer.close();
  }
}

/** A host by an encoder, an adviser, and who watches all the while. */
export async function stage(world) {
  await world.startServer([...world.serverFlags, '--joins-burst', '100000']);
  const [host, rep, control] = await world.persons({ browser: 'chromium', name: 'Host' }, { browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Ada' });
  const room = await makeLive(world);
  await rep.goto(`${world.url}/rep#lin`);
  await rep.sees('presence');
  await goLiveByEncoder(world, host, room);
  await watchLive(control, room, host, { ms: 1000, least: 5 });
  return { room, control };
}

/** The --seed says which browser: 1 Firefox, 2 Chromium. */
export async function run(world) {
  const browser = world.seed % 2 ? 'firefox' : 'chromium';
  const { room, control } = await stage(world);
  const end = Date.now() + RUN_MS;
  for (let n = 0; Date.now() < end; n++)
    world.rows.push(await firstTap(world, room, control, { browser, kind: ORDER[n % ORDER.length], wait: WAITS_MS[n % WAITS_MS.length] }));
  judge(world);
}

function judge(world) {
  const taps = world.rows.filter((row) => row.kind === 'first');
  const wrong = taps.filter((row) => row.bad.length || row.own.length);
  const again = world.rows.filter(isRepeated).length;
  Object.assign(world.measured, { taps: taps.length, disturbed: wrong.length, 'control froze too': again });
  if (wrong.length) throw new Error(`${wrong.length} of ${taps.length} first taps disturbed: ${wrong.map((row) => [...row.bad, ...row.own].join(', ')).join('; ')}`);
  if (again > mayRepeat(world.rows.length)) throw new Error(`${again} of ${world.rows.length} windows tell nothing`);
}
