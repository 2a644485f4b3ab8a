// SPDX-License-Identifier: Apache-2.0
/**
 * Thirty browsers' pages watch a host of a third browser program, ten of them behind bad lines: how long from the link to the first
 * frame, how far behind the host's camera, and how often it froze. Pages are windows of a few browser programs, each with cookies and
 * a cache of its own; they come three at a time.
 */
import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';
import { bothWays } from '../lib/line.mjs';
import { goLive, makeLive } from '../lib/live.mjs';
import { Person } from '../lib/browsers.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'a host and thirty who watch in Chromium and Firefox, ten behind bad lines';
export const seconds = 340;
export const suite = 'bench';

/* Fifteen a second and 320 × 180: what thirty decoders and as many windows cost is to leave something of two cores. */
const CAMERA = { width: 320, height: 180, rate: 15 };
const HOST = 1;
const WATCH_MS = 60000;
const WAVE = 3;
const WAVE_MS = 4000;
const LINES = {
  good: null,
  lossy: bothWays({ delay_ms: 60, loss: 0.02 }),
  narrow: { up: { delay_ms: 20, rate_kbps: 1000 }, down: { delay_ms: 20, rate_kbps: 1000 } },
};
/* Viewers by browser and line: five windows at most of one program. */
const CROWD = [['chromium', 'good', 5], ['firefox', 'good', 5], ['chromium', 'lossy', 3], ['firefox', 'lossy', 2], ['chromium', 'narrow', 2], ['firefox', 'narrow', 3], ['chromium', 'good', 5], ['firefox', 'good', 5]];

/* In the viewer's page: [time of the frame, frames shown until then, counter where it was read]; each third is read. */
function follow(host) {
  const seen = (window.__seen = { frames: [], strangers: 0, first: null });
  const step = (now, { presentedFrames }) => {
    const mark = seen.frames.length % 3 ? undefined : window.__probe.readMark(seen.video);
    if (mark && mark.person !== host) seen.strangers++;
    if (mark) seen.first ??= performance.now();
    seen.frames.push([Date.now(), presentedFrames, mark?.counter ?? (mark === null ? -1 : undefined)]);
    seen.video.requestVideoFrameCallback(step);
  };
  const timer = setInterval(() => {
    seen.video = window.__probe.byTestId('live-video')[0];
    if (!seen.video) return;
    clearInterval(timer);
    seen.video.requestVideoFrameCallback(step);
  }, 10);
}

async function seat(world, lines) {
  const viewers = [];
  for (const [browser, line, n] of CROWD) {
    const options = { browser, line: lines[line], viewport: { width: 400, height: 300 }, madeCamera: CAMERA };
    const first = await world.person({ ...options, name: `${browser} ${line}` });
    const rest = [];
    for (let more = 1; more < n; more++) rest.push(await Person.beside(first, { ...options, person: viewers.length + 100 + more, name: `${browser} ${line} ${more}` }));
    viewers.push(...[first, ...rest].map((one) => Object.assign(one, { path: line })));
  }
  return viewers;
}

/* Bad and good lines, Chromium and Firefox in turn: no wave is of one kind alone. */
const mixed = (viewers) => viewers.map((_, index) => viewers[(index * 7) % viewers.length]);

async function comeIn(room, viewers) {
  for (let at = 0; at < viewers.length; at += WAVE) {
    const until = Date.now() + WAVE_MS;
    await Promise.all(viewers.slice(at, at + WAVE).map(async (one) => {
      await one.page.goto(room.link, { waitUntil: 'domcontentloaded', timeout: 60000 });
      await one.evaluate(follow, HOST);
    }));
    await sleep(Math.max(0, until - Date.now()));
  }
}

const ticks = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ').slice(11, 13).reduce((sum, one) => sum + Number(one), 0);

/* A freeze is a gap of at least max (3 × average, average + 150 ms) in which no half of the frames were shown that should have been. */
function frozen(frames) {
  const gaps = frames.slice(1).map(([at, shown], n) => ({ ms: at - frames[n][0], shown: shown - frames[n][1] }));
  const average = gaps.reduce((sum, gap) => sum + gap.ms, 0) / Math.max(gaps.reduce((sum, gap) => sum + gap.shown, 0), 1);
  const bad = gaps.filter(({ ms, shown }) => ms >= Math.max(3 * average, average + 150) && shown < ms / average / 2);
  return { ms: bad.reduce((sum, gap) => sum + gap.ms, 0), n: bad.length };
}

async function told(viewer, painted, from, to) {
  const seen = await viewer.evaluate(() => ({ ...window.__seen, video: undefined, link: window.parlorTimings().linkToFirstRemoteFrame, width: window.__seen.video.videoWidth }));
  const frames = seen.frames.filter(([at]) => at >= from && at <= to);
  const read = frames.filter(([, , counter]) => counter >= 0);
  const behind = read.map(([at, , counter]) => at - painted[counter % painted.length].at);
  const back = read.slice(1).filter(([, , counter], n) => counter < read[n][2]).length;
  const freeze = frozen(frames);
  return { browser: viewer.kind, line: viewer.path, link: seen.link, first: seen.first, behind, back, strangers: seen.strangers, width: seen.width,
    frames: frames.length ? frames.at(-1)[1] - frames[0][1] : 0, read: read.length, unread: frames.filter(([, , counter]) => counter === -1).length, frozenMs: freeze.ms, freezes: freeze.n, ms: to - from };
}

export async function run(world) {
  await world.startServer();
  const lines = {};
  for (const [name, conditions] of Object.entries(LINES)) {
    if (!conditions) continue;
    lines[name] = await world.line({ seed: world.seed });
    await lines[name].become(conditions);
  }
  const host = await world.person({ browser: 'chromium', name: 'Lin', madeCamera: CAMERA });
  const room = await makeLive(world);
  await goLive(host, room);
  const viewers = await seat(world, lines);
  await comeIn(room, mixed(viewers));
  for (const one of viewers) await one.until('a read counter', () => window.__seen?.first, undefined, 30000);
  await host.until('thirty who watch', (n) => window.__probe.byTestId('viewers')[0]?.dataset.count === String(n), viewers.length);
  const [from, spent] = [Date.now(), ticks(world.server.pid)];
  await sleep(WATCH_MS);
  const to = Date.now();
  const cpu = ((ticks(world.server.pid) - spent) * 10) / (to - from);
  const painted = await host.evaluate(() => window.__probe.painted());
  world.rows = await Promise.all(viewers.map((one) => told(one, painted, from, to)));
  world.rows.push({ server: cpu, hostFrames: painted.filter((one) => one.at >= from && one.at <= to).length, ms: to - from });
  for (const row of world.rows.slice(0, -1)) {
    assert.equal(row.strangers, 0, 'a mark of somebody else');
    assert.equal(row.back, 0, `${row.browser} behind a ${row.line} line: the counter went back`);
    assert.ok(row.read >= 30, `${row.browser} behind a ${row.line} line read ${row.read} counters`);
  }
}
