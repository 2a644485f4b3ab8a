// SPDX-License-Identifier: Apache-2.0
/**
 * A host, and both browsers over WebRTC and over HLS on a good line: how long from the link to the first frame, how far behind the
 * host's camera, and how far from their frame pins, their ends and comments stand. Counters are drawn by the host's page, which notes when.
 */
import { percentile } from '../lib/checks.mjs';
import { Person } from '../lib/browsers.mjs';
import { goLive, makeLive, noteCounterAt } from '../lib/live.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'link → first frame, glass to glass, pins and comments by percentiles: both browsers, WebRTC and HLS';
export const seconds = 600;
export const suite = 'bench';

/* Four decoders, a host and the server share the machine. */
const CAMERA = { width: 320, height: 180, rate: 15 };
const VIEW = { width: 480, height: 360 };
const VISITS = 20;
const WATCH_MS = 30000;
const ACTS = 20;
const GAP_MS = 700;

const WAYS = [['WebRTC', ''], ['HLS', '?hls']];

async function visits(room, viewers, query) {
  const waits = new Map(viewers.map((one) => [one.kind, []]));
  for (let n = 0; n < VISITS; n++) {
    // One after the other: who waits is alone with the machine.
    for (const viewer of viewers) {
      await viewer.goto('about:blank');
      await viewer.goto(`${room.link}${query}`);
      waits.get(viewer.kind).push(await viewer.until('the first frame', () => window.parlorTimings?.().linkToFirstRemoteFrame, undefined, 30000));
    }
  }
  for (const viewer of viewers) await viewer.goto('about:blank');
  return waits;
}

/* In the viewer's page: when which counter was shown; each third frame is read, since reading costs more than decoding. */
function follow() {
  const seen = (window.__seen = []);
  const video = window.__probe.byTestId('live-video')[0];
  let n = 0;
  const step = () => {
    const counter = n++ % 3 ? undefined : window.__probe.readMark(video)?.counter;
    if (counter !== undefined) seen.push([Date.now(), counter]);
    video.requestVideoFrameCallback(step);
  };
  video.requestVideoFrameCallback(step);
}

async function behind(host, viewers) {
  for (const viewer of viewers) await viewer.evaluate(follow);
  await sleep(WATCH_MS);
  const painted = new Map((await host.evaluate(() => window.__probe.painted())).map((one) => [one.counter, one.at]));
  for (const viewer of viewers) {
    const seen = await viewer.evaluate(() => window.__seen);
    viewer.behind = seen.flatMap(([at, counter]) => (painted.has(counter) ? [at - painted.get(counter)] : []));
  }
}

/* What the host does, and by how many ms each viewer's picture was past (or before) the host's of then when it stood there. */
async function onFrame(host, viewers, id, act) {
  await Promise.all(viewers.map((viewer) => noteCounterAt(viewer, id)));
  const then = await host.evaluate(act);
  const offs = [];
  for (const viewer of viewers) {
    const noted = await viewer.until(`the ${id}`, () => window.__noted, undefined, 30000);
    const [from, to] = await host.evaluate((list) => list.map((counter) => window.__probe.painted().find((one) => one.counter === counter)?.at), [then, noted.counter]);
    offs.push(to - from);
  }
  await sleep(GAP_MS);
  return offs;
}

const pin = () => {
  const { counter } = window.__probe.readMark(window.__probe.byTestId('host-preview')[0]);
  window.__probe.byTestId('pin')[0].click();
  return counter;
};
const unpin = () => {
  const { counter } = window.__probe.readMark(window.__probe.byTestId('host-preview')[0]);
  window.dispatchEvent(new KeyboardEvent('keydown', { key: '0' }));
  return counter;
};
const say = () => {
  const { counter } = window.__probe.readMark(window.__probe.byTestId('host-preview')[0]);
  const input = window.__probe.byTestId('comment-input')[0];
  input.value = `the one at ${counter}`;
  input.form.requestSubmit();
  return counter;
};

async function acts(host, viewers) {
  for (const viewer of viewers) Object.assign(viewer, { pins: [], comments: [] });
  for (let n = 0; n < ACTS; n++) (await onFrame(host, viewers, 'pin-card', n % 2 ? unpin : pin)).forEach((off, at) => viewers[at].pins.push(off));
  await host.click('tab-comments');
  await host.sees('comment-input');
  for (let n = 0; n < ACTS; n++) (await onFrame(host, viewers, 'comment', say)).forEach((off, at) => viewers[at].comments.push(off));
}

function judge(world, viewer) {
  const [name, hls] = [`${viewer.kind} ${viewer.way}`, viewer.way === 'HLS'];
  world.finding(`${name}: link → first frame p95`, percentile(viewer.waits, 0.95), { unit: 'ms', most: hls ? undefined : 1500 });
  world.finding(`${name}: glass to glass p95`, percentile(viewer.behind, 0.95), { unit: 'ms', most: hls ? 4000 : 500 });
  world.finding(`${name}: pins off their frame p95`, percentile(viewer.pins.map(Math.abs), 0.95), { unit: 'ms', most: 200 });
  world.finding(`${name}: comments before their frame`, -Math.min(0, ...viewer.comments), { unit: 'ms', most: 200 });
  // They are told together every 200 ms at most.
  world.finding(`${name}: comments behind their frame p95`, percentile(viewer.comments, 0.95), { unit: 'ms', most: 400 });
  world.rows.push({ browser: viewer.kind, way: viewer.way, waits: viewer.waits, behind: viewer.behind, pins: viewer.pins, comments: viewer.comments });
}

export async function run(world) {
  await world.startServer();
  const made = { madeCamera: CAMERA, viewport: VIEW };
  const [host, chromium, firefox] = await world.persons({ browser: 'chromium', name: 'Lin', madeCamera: CAMERA }, { browser: 'chromium', name: 'Ada', ...made }, { browser: 'firefox', name: 'Bo', ...made });
  const room = await makeLive(world);
  await goLive(host, room);
  const browsers = [chromium, firefox];
  const waits = {};
  for (const [way, query] of WAYS) waits[way] = await visits(room, browsers, query);
  const viewers = [];
  for (const [way, query] of WAYS)
    for (const first of browsers) {
      const one = way === 'HLS' ? await Person.beside(first, { ...made, person: 10 + viewers.length, name: `${first.name} over HLS` }) : first;
      Object.assign(one, { way, waits: waits[way].get(one.kind) });
      await one.goto(`${room.link}${query}`);
      await one.until('the picture', () => window.__probe.readMark(window.__probe.byTestId('live-video')[0]), undefined, 30000);
      await one.until('the picture’s clock', () => window.parlorLive.audience.clock.roomMs !== null);
      viewers.push(one);
    }
  await behind(host, viewers);
  await acts(host, viewers);
  for (const one of viewers) judge(world, one);
  world.judge();
}
