// SPDX-License-Identifier: Apache-2.0
/**
 * A recording as evidence: 200 decimals in 12 px type are read from the recorded file, from the marker's still and from the player in
 * both browsers; and markers set at a known counter lead to that picture. Each browser shares its screen once.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { meetingOf } from '../lib/meeting.mjs';
import { MarkReader } from '../lib/foreign.mjs';
import { makeTruth, readPicture, readScreen } from '../lib/screen.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'recorded: 200 of 200 numbers from file, still and player; markers at counter K';
export const suite = 'bench';
export const seconds = 1800;

const STANDS_MS = 2000;
const COUNTED = 5;
const SCREEN = 'window.__probe.byTestId("player-screen")[0]';

const ask = async (world, where) => (await fetch(`${world.url}${where}`)).json();
const bytesOf = async (world, where) => Buffer.from(await (await fetch(`${world.url}${where}`)).arrayBuffer());

/** By the key, as people do; the words take their time, and the instant is the key's. Gives the counter that was painted at it. */
async function note(person, text) {
  const counter = await person.evaluate(() => {
    document.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true, composed: true }));
    return window.__probe.screenCounter();
  });
  await person.fill('marker-text', text);
  await person.click('marker-save');
  await person.until('the marker', (words) => window.parlor.state.markers.some((one) => one.text === words), text);
  return counter;
}

/** Shares numbers that stand for two seconds, then a counter; a marker at each. */
async function share(person, viewer) {
  const truth = makeTruth();
  await person.click('screen-toggle');
  await viewer.until('the screen', (name) => window.__probe.pictureOf(name, 'screen')?.videoWidth === 1920, person.name, 30000);
  await person.evaluate((lines) => window.__probe.setScreen(lines), truth.lines);
  await sleep(STANDS_MS);
  await note(person, `numbers of ${person.name}`);
  await person.evaluate(() => window.__probe.setScreen([], true));
  await sleep(1500);
  const counters = [];
  for (let n = 0; n < COUNTED; n++) counters.push({ text: `${person.name} ${n}`, counter: await note(person, `${person.name} ${n}`) });
  return { person, truth, counters };
}

const toFileMs = (file, roomMs) => {
  const piece = file.clock.filter(([at]) => at <= roomMs).at(-1) ?? file.clock[0];
  return piece[1] + roomMs - piece[0];
};

/** Of the frame that stands at that instant of a file: its place among the frames. */
async function placeOf(world, file, roomMs) {
  file.times ??= (await world.run('ffprobe', ['-v', 'error', '-show_entries', 'packet=pts_time', '-of', 'csv=p=0', file.local])).stdout.trim().split('\n').map(Number);
  return file.times.findLastIndex((sec) => sec * 1000 <= toFileMs(file, roomMs) + 0.5);
}

async function frameAt(world, file, roomMs) {
  const out = path.join(world.folder, `frame-${file.n}-${roomMs}.png`);
  await world.run('ffmpeg', ['-v', 'error', '-y', '-i', file.local, '-vf', `select=eq(n\\,${await placeOf(world, file, roomMs)})`, '-frames:v', '1', out], { timeout: 240000 });
  return readFileSync(out);
}

/** Every frame's counter, or null. */
async function countersOf(world, from, decoder) {
  const { stdout } = await world.run('gst-launch-1.0', ['-q', 'filesrc', `location=${from}`, '!', ...decoder, '!', 'videoconvert', '!', 'videoscale', '!',
    'video/x-raw,format=GRAY8,width=320,height=180', '!', 'fdsink', 'fd=1'], { encoding: 'buffer', maxBuffer: 1 << 30, timeout: 240000 });
  const frames = [];
  for (let at = 0; at < stdout.length; at += 320 * 180) {
    const reader = new MarkReader();
    reader.push(stdout.subarray(at, at + 320 * 180));
    frames.push(reader.marks[0]?.counter ?? null);
  }
  return frames;
}

async function counterOfFile(world, file, roomMs) {
  file.counters ??= await countersOf(world, file.local, ['matroskademux', '!', 'vp8dec']);
  return file.counters[await placeOf(world, file, roomMs)];
}

async function counterOfStill(world, png) {
  const file = path.join(world.folder, 'still.png');
  writeFileSync(file, png);
  return (await countersOf(world, file, ['pngdec']))[0];
}

async function openPlayer(world, viewer) {
  await viewer.goto(`${world.url}/admin#/recordings`);
  await viewer.sees('rec-row');
  await viewer.click('rec-open');
  await viewer.sees('player-marker', 30000);
}

/** Leads the player to a marker; how long the picture took, in ms. */
async function lead(viewer, n) {
  const ms = await viewer.evaluate(async (at) => {
    const video = window.__probe.byTestId('player-screen')[0];
    const began = performance.now();
    const there = new Promise((resolve) => video.addEventListener('seeked', () => resolve(performance.now() - began), { once: true }));
    window.__probe.byTestId('player-marker')[at].click();
    return Promise.race([there, new Promise((resolve) => setTimeout(resolve, 20000, null))]);
  }, n);
  await viewer.until('a picture that stands', () => {
    const video = window.__probe.byTestId('player-screen')[0];
    return video.readyState >= 2 && !video.seeking;
  });
  return ms;
}

/** The counter that the player shows, once it is the same twice. */
function shownBy(viewer) {
  return viewer.until('a counter that stands', async () => {
    const read = () => window.__probe.readMark(window.__probe.byTestId('player-screen')[0])?.counter ?? null;
    const first = read();
    await new Promise((resolve) => setTimeout(resolve, 250));
    return first !== null && first === read() ? { counter: first } : null;
  });
}

async function readNumbers(world, viewers, manifest, shared, marker, still) {
  const { person, truth } = shared;
  const file = manifest.files.find((one) => one.n === still.file);
  const readings = { file: await readPicture(world, viewers[0], await frameAt(world, file, marker.room_ms), truth), still: await readPicture(world, viewers[0], still.png, truth) };
  for (const viewer of viewers) {
    await lead(viewer, marker.at);
    readings[`${viewer.kind}'s player`] = await readScreen(world, viewer, SCREEN, truth);
  }
  for (const [from, read] of Object.entries(readings)) {
    world.measured[`${person.kind} shares, read from ${from}`] = `${read.right}/200 of ${read.width}x${read.height}`;
    assert.deepEqual([read.width, read.height], [1920, 1080], `${person.kind}, ${from}`);
    assert.equal(read.right, 200, `${person.kind}, ${from}: ${read.misread.slice(0, 5).join(' ')}`);
  }
}

async function readCounters(world, viewers, manifest, shared, markers) {
  const off = { still: [], file: [] };
  const seeks = {};
  for (const { text, counter } of shared.counters) {
    const marker = markers.find((one) => one.text === text);
    const still = await stillOf(world, manifest, marker);
    off.still.push((await counterOfStill(world, still.png)) - counter);
    off.file.push((await counterOfFile(world, manifest.files.find((one) => one.n === still.file), marker.room_ms)) - counter);
    for (const viewer of viewers) {
      const ms = await lead(viewer, marker.at);
      assert.ok(ms !== null, `${viewer.kind} never came to the marker`);
      (seeks[viewer.kind] ??= []).push(Math.round(ms));
      (off[viewer.kind] ??= []).push((await shownBy(viewer)).counter - counter);
    }
  }
  for (const [where, values] of Object.entries(off)) world.measured[`${shared.person.kind}'s counter less K in ${where}`] = values.join(' ');
  for (const [kind, values] of Object.entries(seeks)) {
    values.sort((a, b) => a - b);
    world.measured[`${kind} led to a marker of ${shared.person.kind}, ms p50/max`] = `${values[values.length >> 1]}/${values.at(-1)}`;
  }
  for (const [where, values] of Object.entries(off))
    assert.ok(values.every((one) => Math.abs(one) <= 1), `${shared.person.kind}'s counter in ${where} is off by ${values.join(' ')}`);
}

/** Its picture, and the file that it is of. */
async function stillOf(world, manifest, marker) {
  assert.ok(manifest.stills.some((one) => one.marker === marker.id), `no still of ${marker.text}`);
  const file = manifest.files.find((one) => one.source === 'screen' && marker.room_ms >= one.from_ms && marker.room_ms < one.to_ms);
  return { png: await bytesOf(world, `/v1/recordings/${manifest.recording}/stills/${marker.id}`), file: file.n };
}

/** How long after the request each page knows of a pause or that it goes on: ten times both. */
async function told(world, viewers) {
  const room = await viewers[0].evaluate(() => window.parlor.state.room.id);
  const waits = Object.fromEntries(viewers.map((one) => [one.kind, []]));
  for (let n = 0; n < 20; n++) {
    const [action, state] = n % 2 ? ['resume', 'on'] : ['pause', 'paused'];
    const knows = viewers.map((viewer) =>
      viewer.evaluate(
        (wanted) =>
          new Promise((resolve) => {
            const timer = setInterval(() => {
              if (window.parlor.state.room.recording.state !== wanted) return;
              clearInterval(timer);
              resolve(Date.now());
            }, 5);
          }),
        state,
      ),
    );
    await sleep(200);
    const began = Date.now();
    await fetch(`${world.url}/v1/rooms/${room}/recording`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ action }) });
    (await Promise.all(knows)).forEach((at, i) => waits[viewers[i].kind].push(at - began));
  }
  for (const [kind, values] of Object.entries(waits)) {
    values.sort((a, b) => a - b);
    world.measured[`${kind} told, ms p50/p95/max`] = `${values[10]}/${values[18]}/${values[19]}`;
  }
}

export async function run(world) {
  await world.startServer();
  const viewport = { width: 1600, height: 900 };
  const [one, two] = await world.persons({ browser: 'chromium', name: 'Lin', viewport }, { browser: 'firefox', name: 'Mara', viewport });
  await meetingOf(world, one, two);
  await one.click('record-toggle');
  await two.click('consent-yes');
  await two.until('to be recorded', () => window.__probe.byTestId('recording')[0]?.dataset.recorded === 'true');
  const shares = [await share(one, two), await share(two, one)];
  await told(world, [one, two]);
  const stopped = Date.now();
  await one.click('record-toggle');
  let row;
  await world.eventually('a sealed recording', async () => ([row] = (await ask(world, '/v1/recordings')).recordings)[0]?.state === 'ready', 300000);
  world.measured['ready ms'] = Date.now() - stopped;
  const { manifest } = await ask(world, `/v1/recordings/${row.id}`);
  manifest.recording = row.id;
  for (const file of manifest.files.filter((it) => it.source === 'screen')) {
    file.local = path.join(world.folder, path.basename(file.path));
    writeFileSync(file.local, await bytesOf(world, `/v1/recordings/${row.id}/files/${file.n}`));
  }
  const markers = manifest.markers.toSorted((a, b) => a.room_ms - b.room_ms).map((marker, at) => ({ ...marker, at }));
  for (const viewer of [one, two]) await openPlayer(world, viewer);
  for (const shared of shares) {
    const marker = markers.find((it) => it.text === `numbers of ${shared.person.name}`);
    await readNumbers(world, [one, two], manifest, shared, marker, await stillOf(world, manifest, marker));
    await readCounters(world, [one, two], manifest, shared, markers);
  }
}
