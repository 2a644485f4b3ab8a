// SPDX-License-Identifier: Apache-2.0
/**
 * The server is killed under twenty clients in five meetings of four and is started again as soon as its unit says: how long until each has every
 * picture of its meeting again, from the kill on. One meeting is of windows, two of each browser; sixteen people are tools/load's, which come back
 * by themselves when a page would: twenty pages at once want more than two cores. In the windows each is who he was, and what was said is still there. Without --long one kill.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Person } from '../lib/browsers.mjs';
import { readsLine, say } from '../lib/chat.mjs';
import { percentile } from '../lib/checks.mjs';
import { join, newMeeting } from '../lib/meeting.mjs';
import { SERVER_ADDRESS } from '../lib/net.mjs';
import { me } from '../lib/state.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'SIGKILL under twenty clients: each picture is back';
export const seconds = 240;
export const suite = 'bench';

const OF = 4;
const LOADED = 4;
const CLIENTS = OF * (1 + LOADED);
const CAMERAS = 2;
const KILLS = 5;
const KILL_EVERY_MS = 12000;
const P95_MS = 3000;
const MOST_MS = 5000;
const STALL_MS = 300;
const CAMERA = { width: 320, height: 180, rate: 10 };

/** As long as systemd waits before it starts the server again. */
function restartDelay(world) {
  const [, number, unit] = readFileSync(path.join(world.root, 'tools/deploy/parlord.service'), 'utf8').match(/^RestartSec=([\d.]+)(ms|s)?$/m);
  return Number(number) * (unit === 'ms' ? 1 : 1000);
}

/* In the page: when the picture of each of these moved; a tile that goes and comes again has another element. */
function follow(names) {
  const seen = (window.__moved = Object.fromEntries(names.map((name) => [name, []])));
  const followed = {};
  const steps = (window.__steps = []);
  setInterval(() => {
    const { line, media } = window.parlor.state;
    const step = line === 'lost' ? 'lost' : media === 'connected' ? 'media' : 'room';
    if (steps.at(-1)?.step !== step) steps.push({ step, at: Date.now() });
  }, 50);
  setInterval(() => {
    for (const name of names) {
      const video = window.__probe.pictureOf(name);
      if (!video || followed[name] === video) continue;
      followed[name] = video;
      const step = () => {
        seen[name].push(Date.now());
        if (followed[name] === video) video.requestVideoFrameCallback(step);
      };
      video.requestVideoFrameCallback(step);
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

/* Two windows of each browser; of each, the first has a camera. */
async function seat(world) {
  const people = [];
  for (const browser of ['chromium', 'firefox']) {
    const options = { browser, madeCamera: CAMERA, viewport: { width: 640, height: 480 } };
    const one = await world.person({ ...options, person: people.length + 1, name: `Person ${people.length + 1}` });
    people.push(one, await Person.beside(one, { ...options, person: people.length + 2, name: `Person ${people.length + 2}` }));
  }
  const sending = people.filter((_, index) => index % CAMERAS === 0);
  const link = await newMeeting(world, people[0]);
  for (const one of people.slice(1)) await join(one, link);
  for (const one of people) {
    if (!sending.includes(one)) await one.click('cam-toggle');
    await one.evaluate(follow, sending.filter((other) => other !== one).map((other) => other.name));
  }
  for (const one of people) await one.until('the pictures of all others', () => Object.values(window.__moved).every((all) => all.length > 10), undefined, 30000);
  return people;
}

/* Meetings of people who are no pages. */
async function others(world, seconds) {
  const file = path.join(world.folder, 'back.json');
  const load = world.spawn(path.join(world.root, 'build/tools/load/parlor-load'), ['--url', world.url, '--media-address', SERVER_ADDRESS, '--server', 'rt', '--shape', 'meeting', '--rooms', String(LOADED),
    '--people', String(OF), '--tiles', String(OF), '--fps', '15', '--video-kbps', '400', '--come-back', '--seconds', String(seconds), '--json', file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const gone = once(load, 'exit');
  await world.eventually('twenty who are in', async () => new RegExp(`^parlor_participants ${CLIENTS}$`, 'm').test(await (await fetch(`${world.adminUrl}/metrics`)).text()), 20000);
  return async () => {
    assert.equal((await gone)[0], 0, 'the load ends well');
    return JSON.parse(readFileSync(file, 'utf8')).back;
  };
}

/** Gives how long each window's pictures were away. */
async function kill(world, people) {
  const killed = Date.now();
  await world.stopServer('SIGKILL');
  await sleep(restartDelay(world));
  await world.startServer();
  world.ready.push(Date.now() - killed);
  const times = [];
  for (const one of people) times.push(...(await one.until('every picture again', ([at, stall]) => window.__back(at, stall), [killed, STALL_MS], 30000)));
  for (const one of people)
    for (const { step, at } of await one.evaluate((from) => window.__steps.filter(({ at }) => at > from), killed)) (world.steps[`${one.kind}: ${step}`] ??= []).push(at - killed);
  await sleep(Math.max(0, killed + KILL_EVERY_MS - Date.now()));
  return times;
}

function tell(world, who, times) {
  times.sort((a, b) => a - b);
  world.finding(`${who}: pictures`, times.length);
  world.finding(`${who}: back after SIGKILL, median`, percentile(times, 0.5), { unit: 'ms' });
  world.finding(`${who}: back after SIGKILL, p95`, percentile(times, 0.95), { unit: 'ms', most: P95_MS });
  world.finding(`${who}: back after SIGKILL, worst`, times.at(-1), { unit: 'ms', most: MOST_MS });
}

export async function run(world) {
  const kills = world.long ? KILLS : 1;
  world.ready = [];
  world.steps = {};
  await world.startServer();
  const people = await seat(world);
  const counted = await others(world, ((kills + 1) * KILL_EVERY_MS) / 1000);
  await say(people[0], 'written before the end');
  const before = await Promise.all(people.map(me));
  const windows = [];
  await sleep(3000);
  for (let n = 0; n < kills; n++) windows.push(...(await kill(world, people)));
  assert.deepEqual(await Promise.all(people.map(me)), before, 'everybody is who he was');
  await readsLine(people.at(-1), 'written before the end');
  for (const one of people)
    await one.until('sound', async () => (await window.__probe.stats('inbound-rtp')).some(({ kind, packetsReceived }) => kind === 'audio' && packetsReceived > 20));
  const back = await counted();
  assert.equal(back.away, 0, 'who is no page is back too');
  assert.equal(back.returns, LOADED * OF * kills, 'each after each kill');
  world.measured['ready after kill ms'] = world.ready.join(' ');
  for (const [name, list] of Object.entries(world.steps)) world.measured[`${name} after kill ms`] = list.sort((a, b) => a - b).join(' ');
  tell(world, 'four windows', windows);
  tell(world, 'sixteen people of the load', back.ms);
  tell(world, 'all', [...windows, ...back.ms]);
  world.judge();
}
