// SPDX-License-Identifier: Apache-2.0
/**
 * Four browsers meet and are recorded while the recorder and the server are killed at random instants: every file of a camera holds that person's counter, forward
 * only, by a decoder of its own and in both browsers' players. What a kill costs of sound, of a hundred of them: tests/app/test_record_kills.py.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { assertPicture, percentile } from '../lib/checks.mjs';
import { meetingOf, seesPicture } from '../lib/meeting.mjs';
import { marksOf, recorderPid } from '../lib/recorded.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'a meeting of four browsers, killed ten times while it is recorded';
export const suite = 'bench';
export const seconds = 700;

const KILLS = ['recorder', 'parlord', 'recorder', 'recorder', 'parlord', 'recorder', 'parlord', 'recorder', 'recorder', 'parlord'];
const NEXT_MS = 3000;

const json = async (world, where) => (await fetch(`${world.url}${where}`)).json();

/* Told from the seed, so that a run can be played again. */
function dice(seed) {
  let state = seed >>> 0 || 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

async function recorded(people) {
  for (const one of people)
    await one.until('to be recorded', () => window.parlor?.state?.media === 'connected' && window.__probe.byTestId('recording')[0]?.dataset.recorded === 'true', null, 30000);
}

async function kill(world, people, who) {
  if (who === 'recorder') {
    const pid = await recorderPid(world);
    process.kill(pid, 'SIGKILL');
    await world.eventually('the next recorder', async () => ![0, pid].includes(await recorderPid(world)));
    return;
  }
  await world.stopServer('SIGKILL');
  await world.startServer();
  await recorded(people);
}

/* In the page: the file's duration and the counters at three places of it. */
async function playIn(viewer, url) {
  return viewer.evaluate(async (src) => {
    const video = document.createElement('video');
    video.muted = true;
    video.src = src;
    document.body.append(video);
    const once = (name) => new Promise((resolve, reject) => {
      video.addEventListener(name, resolve, { once: true });
      video.addEventListener('error', () => reject(new Error(`${name}: ${video.error?.message}`)), { once: true });
    });
    await once('loadeddata');
    const marks = [], seeks = [];
    for (const share of [0.1, 0.5, 0.9]) {
      const began = performance.now();
      const sought = once('seeked');
      video.currentTime = video.duration * share;
      await sought;
      seeks.push(performance.now() - began);
      let mark = null;
      for (let n = 0; !mark && n < 100; n++) {
        mark = window.__probe.readMark(video);
        if (!mark) await new Promise((resolve) => setTimeout(resolve, 20));
      }
      marks.push(mark);
    }
    const { duration } = video;
    video.remove();
    return { duration, marks, seeks };
  }, url);
}

/* Reads a file by a decoder and in both browsers; what is wrong with it, in words. */
async function judgeFile(world, viewers, recording, file, person, seeks) {
  const bytes = Buffer.from(await (await fetch(`${world.url}/v1/recordings/${recording}/files/${file.n}`)).arrayBuffer());
  const local = path.join(world.folder, file.path);
  const wrong = [];
  writeFileSync(local, bytes);
  const seen = await marksOf(world, local);
  const picture = assertPicture(seen, person.number, 1, `file ${file.n} of ${person.name}`);
  const counters = new Set(seen.marks.map((one) => one.counter));
  // One after the other: it is each browser that is timed, and not how two share the cores.
  for (const viewer of viewers) {
    const played = await playIn(viewer, `/v1/recordings/${recording}/files/${file.n}`).catch((error) => error.message);
    if (typeof played === 'string') {
      wrong.push(`${viewer.kind}: ${played}`);
      continue;
    }
    seeks[viewer.kind].push(...played.seeks);
    if (Math.abs(played.duration * 1000 - file.duration_ms) > 200) wrong.push(`${viewer.kind} says ${played.duration} s of ${file.duration_ms} ms`);
    for (const mark of played.marks)
      if (mark?.person !== person.number || !counters.has(mark.counter)) wrong.push(`${viewer.kind} shows ${JSON.stringify(mark)}`);
  }
  return { frames: picture.frames, wrong };
}

export async function run(world) {
  const random = dice(world.seed ?? 1);
  await world.startServer();
  const people = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara' },
    { browser: 'chromium', name: 'Noor' }, { browser: 'firefox', name: 'Otto' });
  const [host, ...guests] = people;
  await meetingOf(world, ...people);
  await host.click('record-toggle');
  for (const guest of guests) {
    await guest.sees('consent-ask', 20000);
    await guest.click('consent-yes');
  }
  await recorded(people);
  for (const who of KILLS) {
    await sleep(4000 + 2000 * random());
    await kill(world, people, who);
    await seesPicture(guests[0], host, { ms: 500, least: 3, wait: 30000 });
  }
  await sleep(4000);
  const stopped = Date.now();
  await host.click('record-toggle');
  let row;
  await world.eventually('a sealed recording', async () => {
    [row] = (await json(world, '/v1/recordings')).recordings;
    return row?.state === 'ready';
  }, 30000);
  world.measured['ready ms'] = Date.now() - stopped;

  // Whoever looks into a recording has left its meeting.
  for (const one of people) await one.goto(`${world.url}/admin#/storage`);
  const { manifest } = await json(world, `/v1/recordings/${row.id}`);
  assert.equal(manifest.interruptions.length, KILLS.length, 'interruptions');
  const named = (id) => people.find((one) => one.name === manifest.participants.find((other) => other.id === id).name);
  const cameras = manifest.files.filter((one) => one.source === 'camera');
  for (const one of people) {
    const files = cameras.filter((file) => named(file.participant) === one);
    assert.ok(files.length > KILLS.length, `${files.length} files of ${one.name}`);
  }
  // From one file of a person to the next where the recorder died: a server that died was away besides.
  const gaps = cameras.flatMap((one) => {
    const next = cameras.filter((other) => other.participant === one.participant && other.n > one.n).sort((a, b) => a.n - b.n)[0];
    return next ? [Math.max(0, next.from_ms - one.to_ms)] : [];
  });
  world.measured['pictures missed between two files, p50 p95 most ms'] = [0.5, 0.95, 1].map((share) => percentile(gaps, share)).join(' ');

  const seeks = { chromium: [], firefox: [] };
  const wrong = [];
  let frames = 0;
  for (const file of cameras) {
    const judged = await judgeFile(world, people.slice(0, 2), row.id, file, named(file.participant), seeks);
    frames += judged.frames;
    wrong.push(...judged.wrong.map((words) => `file ${file.n}: ${words}`));
  }
  world.measured['files, pictures'] = `${cameras.length} ${frames}`;
  for (const [kind, list] of Object.entries(seeks))
    world.measured[`${kind} seek p50 p95 most ms, of ${list.length}`] = [0.5, 0.95, 1].map((share) => Math.round(percentile(list, share))).join(' ');
  assert.deepEqual(wrong, []);
  const late = gaps.filter((ms) => ms > NEXT_MS * world.slack * 3).length;
  assert.equal(late, 0, `${late} of ${gaps.length} gaps are longer than they may be: ${Math.max(...gaps)} ms`);
}
