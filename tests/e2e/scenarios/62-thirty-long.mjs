// SPDX-License-Identifier: Apache-2.0
/**
 * Thirty browsers' pages watch a host of a third browser program, twelve of them behind bad lines: how long from the link to the first
 * frame, how far behind the host's camera, and how often it froze. Six at a time, in windows with cookies and a cache of their own, beside
 * players of tools/load that make thirty of them: a page that plays sound costs a seventh of a core, whatever it shows.
 */
import { readFileSync } from 'node:fs';
import assert from 'node:assert/strict';
import path from 'node:path';
import { bothWays } from '../lib/line.mjs';
import { goLive, makeLive } from '../lib/live.mjs';
import { Person } from '../lib/browsers.mjs';
import { SERVER_ADDRESS } from '../lib/net.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'a host and thirty who watch in Chromium and Firefox, twelve behind bad lines';
export const seconds = 340;
export const suite = 'bench';

const CAMERA = { width: 640, height: 360, rate: 15 };
const HOST = 1;
const THIRTY = 30;
const WATCH_MS = 20000;
const BETWEEN_MS = 2500;
const LINES = {
  good: null,
  lossy: bothWays({ delay_ms: 60, loss: 0.02 }),
  narrow: { up: { delay_ms: 20, rate_kbps: 2000 }, down: { delay_ms: 20, rate_kbps: 2000 } },
};
/* The lines of those who come together, half of them in each browser. */
const ROUNDS = ['good', 'lossy', 'good', 'narrow', 'good'];
const EACH = 3;

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

/* One program of each browser, with windows. */
async function seat(world, path, line) {
  const viewers = [];
  for (const browser of ['chromium', 'firefox']) {
    const options = { browser, line, viewport: { width: 400, height: 300 }, madeCamera: CAMERA };
    const first = await world.person({ ...options, name: `${browser} ${path}` });
    viewers.push(first);
    for (let more = 1; more < EACH; more++) viewers.push(await Person.beside(first, { ...options, person: first.number * 100 + more, name: `${browser} ${path} ${more}` }));
  }
  return viewers.map((one) => Object.assign(one, { path }));
}

/* Chromium and Firefox in turn. */
async function comeIn(room, viewers) {
  for (const one of viewers.map((_, index) => viewers[(index * EACH + Math.floor(index / 2)) % viewers.length])) {
    const until = Date.now() + BETWEEN_MS;
    await one.page.goto(room.link, { waitUntil: 'domcontentloaded', timeout: 60000 });
    await one.evaluate(follow, HOST);
    await sleep(Math.max(0, until - Date.now()));
  }
}

/* Those who are no browsers, a third of them behind bad lines. */
function others(world, room, seconds) {
  const n = THIRTY - 2 * EACH;
  return world.spawn(path.join(world.root, 'build/tools/load/parlor-load'), ['--url', world.url, '--room', room.id, '--watch', '--subscribers', String(n), '--bad', String(n / 3),
    '--media-address', SERVER_ADDRESS, '--seconds', String(seconds)], { stdio: ['ignore', 'ignore', 'inherit'] });
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
  const hostFrames = painted.filter(({ at }) => at >= from && at <= to).length;
  const seen = await viewer.evaluate(() => ({ ...window.__seen, video: undefined, link: window.parlorTimings().linkToFirstRemoteFrame, width: window.__seen.video.videoWidth }));
  const frames = seen.frames.filter(([at]) => at >= from && at <= to);
  const read = frames.filter(([, , counter]) => counter >= 0);
  const behind = read.map(([at, , counter]) => at - painted[counter % painted.length].at);
  const back = read.slice(1).filter(([, , counter], n) => counter < read[n][2]).length;
  const freeze = frozen(frames);
  return { browser: viewer.kind, line: viewer.path, link: seen.link, first: seen.first, behind, back, strangers: seen.strangers, width: seen.width,
    frames: frames.length ? frames.at(-1)[1] - frames[0][1] : 0, read: read.length, unread: frames.filter(([, , counter]) => counter === -1).length, hostFrames, frozenMs: freeze.ms, freezes: freeze.n, ms: to - from };
}

/* Six come, watch, are asked, and go. */
async function round(world, { host, room, name, line }) {
  const viewers = await seat(world, name, line);
  await comeIn(room, viewers);
  for (const one of viewers) await one.until('a read counter', () => window.__seen?.first, undefined, 30000);
  await host.until('thirty who watch', (n) => window.__probe.byTestId('viewers')[0]?.dataset.count === String(n), THIRTY, 20000);
  const [from, spent] = [Date.now(), ticks(world.server.pid)];
  await sleep(WATCH_MS);
  const to = Date.now();
  world.cpu.push(((ticks(world.server.pid) - spent) * 10) / (to - from));
  const painted = await host.evaluate(() => window.__probe.painted());
  world.rows.push(...(await Promise.all(viewers.map((one) => told(one, painted, from, to)))));
  for (const one of viewers) await one.close();
}

export async function run(world) {
  await world.startServer();
  world.cpu = [];
  const host = await world.person({ browser: 'chromium', name: 'Lin', madeCamera: CAMERA });
  const room = await makeLive(world);
  await goLive(host, room);
  others(world, room, seconds);
  for (const name of ROUNDS) {
    const line = LINES[name] && (await world.line({ seed: world.seed }));
    await line?.become(LINES[name]);
    await round(world, { host, room, name, line: line ?? undefined });
  }
  for (const row of world.rows) {
    assert.equal(row.strangers, 0, 'a mark of somebody else');
    assert.equal(row.back, 0, `${row.browser} behind a ${row.line} line: the counter went back`);
    assert.ok(row.read >= 30, `${row.browser} behind a ${row.line} line read ${row.read} counters`);
  }
  world.rows.push({ server: Math.max(...world.cpu) });
}
