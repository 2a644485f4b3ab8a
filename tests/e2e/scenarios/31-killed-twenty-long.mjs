// SPDX-License-Identifier: Apache-2.0
/**
 * The server is killed under twenty pages in five meetings, in Chromium and Firefox, and is started again as soon as its unit says: how long
 * until each page has every picture of its meeting again, from the kill on. Each is who he was, and what was said is still there. All send
 * sound, two of each four a picture. Without --long one meeting, and one kill.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Person } from '../lib/browsers.mjs';
import { readsLine, say } from '../lib/chat.mjs';
import { percentile } from '../lib/checks.mjs';
import { join, newMeeting } from '../lib/meeting.mjs';
import { me } from '../lib/state.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'SIGKILL under twenty clients: each picture is back';
export const seconds = 420;
export const suite = 'bench';

const MEETINGS = 5;
const OF = 4;
const CAMERAS = 2;
const KILLS = 3;
const P95_MS = 3000;
const MOST_MS = 5000;
const STALL_MS = 300;
/* Ten encoders and thirty decoders are to leave something of two cores. */
const CAMERA = { width: 320, height: 180, rate: 10 };

/** As long as systemd waits before it starts the server again. */
function restartDelay(world) {
  const [, number, unit] = readFileSync(path.join(world.root, 'tools/deploy/parlord.service'), 'utf8').match(/^RestartSec=([\d.]+)(ms|s)?$/m);
  return Number(number) * (unit === 'ms' ? 1 : 1000);
}

/* In the page: when the picture of each of these moved; a tile that goes and comes again has another element. */
function follow(names) {
  const seen = (window.__moved = Object.fromEntries(names.map((name) => [name, []])));
  const last = {};
  setInterval(() => {
    for (const name of names) {
      const video = window.__probe.pictureOf(name);
      const frames = video?.getVideoPlaybackQuality().totalVideoFrames;
      if (!frames || (last[name]?.video === video && last[name].frames === frames)) continue;
      if (last[name]) seen[name].push(Date.now());
      last[name] = { video, frames };
    }
  }, 20);
  /* After how many ms from `killed` on each picture moved again: the end of the longest gap. null = one does not yet. */
  window.__back = (killed, stall) => {
    const times = Object.values(seen).map((all) => {
      const from = all.filter((at) => at >= killed - 1000);
      const gaps = from.slice(1).map((at, n) => ({ at, ms: at - from[n] })).filter((gap) => gap.at > killed && gap.ms >= stall);
      const longest = gaps.sort((a, b) => b.ms - a.ms)[0];
      return longest && from.at(-1) - longest.at > stall ? longest.at - killed : null;
    });
    return times.includes(null) ? null : times;
  };
}

async function seat(world) {
  const meetings = [];
  for (let index = 0; index < (world.long ? MEETINGS : 1); index++) {
    const options = { browser: index < MEETINGS - 1 ? 'chromium' : 'firefox', madeCamera: CAMERA, viewport: { width: 640, height: 480 } };
    const first = await world.person({ ...options, person: index * OF + 1, name: `Person ${index * OF + 1}` });
    const people = [first];
    for (let more = 2; more <= OF; more++) people.push(await Person.beside(first, { ...options, person: index * OF + more, name: `Person ${index * OF + more}` }));
    const link = await newMeeting(world, first);
    for (const one of people.slice(1)) await join(one, link);
    for (const one of people.slice(CAMERAS)) await one.click('cam-toggle');
    meetings.push(people);
  }
  return meetings;
}

async function kill(world, meetings) {
  const killed = Date.now();
  await world.stopServer('SIGKILL');
  await sleep(restartDelay(world));
  await world.startServer();
  world.measure('ready after kill ms', Date.now() - killed);
  const times = [];
  for (const one of meetings.flat()) times.push(...(await one.until('every picture again', ([at, stall]) => window.__back(at, stall), [killed, STALL_MS], 30000)));
  return times;
}

export async function run(world) {
  await world.startServer();
  const meetings = await seat(world);
  for (const people of meetings)
    for (const one of people) {
      const others = people.slice(0, CAMERAS).filter((other) => other !== one).map((other) => other.name);
      await one.evaluate(follow, others);
      await one.until('the pictures of all others', (names) => names.every((name) => window.__moved[name].length > 10), others, 30000);
    }
  for (const people of meetings) await say(people[0], 'written before the end');
  const before = await Promise.all(meetings.flat().map(me));
  const times = [];
  for (let n = 0; n < (world.long ? KILLS : 1); n++) {
    await sleep(5000);
    times.push(...(await kill(world, meetings)));
  }
  assert.deepEqual(await Promise.all(meetings.flat().map(me)), before, 'everybody is who he was');
  for (const people of meetings) await readsLine(people.at(-1), 'written before the end');
  for (const one of meetings.flat())
    await one.until('sound', async () => (await window.__probe.stats('inbound-rtp')).some(({ kind, packetsReceived }) => kind === 'audio' && packetsReceived > 20));
  times.sort((a, b) => a - b);
  world.finding('pictures', times.length);
  world.finding('back after SIGKILL, median', percentile(times, 0.5), { unit: 'ms' });
  world.finding('back after SIGKILL, p95', percentile(times, 0.95), { unit: 'ms', most: P95_MS });
  world.finding('back after SIGKILL, worst', times.at(-1), { unit: 'ms', most: MOST_MS });
  world.judge();
}
