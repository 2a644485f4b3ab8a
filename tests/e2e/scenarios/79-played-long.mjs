// SPDX-License-Identifier: Apache-2.0
/**
 * Four people show films with a burned-in counter while the recorder and the server are killed at random instants (tests/app/test_record_kills.py, which also tells
 * what each kill costs); then every file that is left is opened, sought in and played to its end in both browsers: its pictures are those that a reader of bytes found
 * at these places, its sound is that person's tone. Portions of a hundred kills and their table: tests/e2e/kills.mjs.
 */
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { percentile } from '../lib/checks.mjs';
import { playPictures, playSound } from '../lib/recorded.mjs';
import { HEIGHT, WIDTH, mediaOf } from '../media/generate.mjs';
import { toneOf } from '../media/mark.mjs';

export const title = 'every file that kills of the recorder and of the server left plays in both browsers';
export const suite = 'bench';
export const seconds = 880;

const PEOPLE = [1, 2, 3, 4];
/* Of these two in five are of the server. */
const KILLS = { long: 25, short: 5 };
/* 20 s, of 1,280 × 720; a key frame as often as a recorder asks for one (PARLOR_KEY_FRAME_US); who is asked between them goes on with the next. */
const FILM_FRAMES = 600;
const KEY_FRAMES = 120;
/* Back and forth. */
const SHARES = [0.5, 0.05, 0.95, 0.3];
const DURATION_OFF_MS = 200;

/* A person's film and voice as files, made on first use. */
async function film(world, person) {
  const media = await mediaOf(person, world.mediaFolder, true);
  const made = path.join(world.mediaFolder, `film-${person}.webm`);
  const voice = path.join(world.mediaFolder, `film-${person}-voice.webm`);
  if (!existsSync(made)) {
    await world.run('gst-launch-1.0', ('-q ' + `filesrc location=${media.video} ! image/jpeg,framerate=30/1 ! jpegparse ! jpegdec ! video/x-raw,format=I420 ! ` +
      `rawvideoparse format=i420 width=${WIDTH} height=${HEIGHT} framerate=30/1 ! identity eos-after=${FILM_FRAMES + 1} ! videoscale ! video/x-raw,width=1280,height=720 ! ` +
      `vp8enc deadline=1 cpu-used=8 end-usage=cbr target-bitrate=2500000 keyframe-max-dist=${KEY_FRAMES} ! webmmux ! filesink location=${made}.part`).split(' '), { timeout: 240000 });
    renameSync(`${made}.part`, made);
  }
  if (!existsSync(voice)) {
    await world.run('gst-launch-1.0', `-q filesrc location=${media.audio} ! wavparse ! audioconvert ! opusenc ! webmmux ! filesink location=${voice}.part`.split(' '));
    renameSync(`${voice}.part`, voice);
  }
  copyFileSync(made, path.join(world.folder, `person-${person}.webm`));
  copyFileSync(voice, path.join(world.folder, `person-${person}-voice.webm`));
}

/* The kills; what lies in the world's folder afterwards. */
async function kill(world) {
  const build = (where) => path.join(world.root, 'build', where);
  const words = [path.join(world.root, 'tests/app/test_record_kills.py'), world.serverProgram, build('tools/load/parlor-load'), build('tools/parlorctl/parlorctl'),
    String(world.long ? KILLS.long : KILLS.short), String(world.seed), `films=${world.folder}`];
  const { stdout } = await world.run('python3', words, { timeout: 400000 }).catch((error) => {
    throw new Error(`the kills went wrong: ${error.stdout?.match(/^not ok.*\n.*$/gm)?.join('; ') ?? ''} ${error.stderr?.slice(-500) ?? error.message}`);
  });
  world.measured.lost = stdout.match(/\d+ tracks of \d+ kills.*/)?.[0];
  return JSON.parse(readFileSync(path.join(world.folder, 'told.json'), 'utf8'));
}

const isOff = (seconds, file) => Math.abs(seconds * 1000 - file.duration_ms) > DURATION_OFF_MS;

/* Which counters may stand at `at` seconds: the picture of that time, or one beside it. */
function countersAt(file, at) {
  const next = file.kept.findIndex(([ms]) => ms > at * 1000);
  const here = next < 0 ? file.kept.length - 1 : next - 1;
  return file.kept.slice(Math.max(0, here - 1), here + 2).map(([, counter]) => counter);
}

const shows = (mark, file, counters) => mark?.person === file.person && counters.includes(mark.counter);

async function judgePictures(viewer, url, file) {
  const seen = await playPictures(viewer, url, SHARES);
  const wrong = isOff(seen.duration, file) ? [`says ${seen.duration} s of ${file.duration_ms} ms`] : [];
  for (const { at, mark } of seen.places)
    if (!shows(mark, file, countersAt(file, at))) wrong.push(`shows ${JSON.stringify(mark)} at ${at.toFixed(3)} s, not ${countersAt(file, at)}`);
  const end = file.kept.slice(-2).map(([, counter]) => counter);
  if (!shows(seen.last, file, end)) wrong.push(`ends with ${JSON.stringify(seen.last)}, not ${end}`);
  return { ...seen, wrong };
}

async function judgeSound(viewer, url, file) {
  const heard = await playSound(viewer, url, SHARES, PEOPLE.map(toneOf));
  const wrong = isOff(heard.duration, file) ? [`says ${heard.duration} s of ${file.duration_ms} ms`] : [];
  if (isOff(heard.seconds, file)) wrong.push(`decodes ${heard.seconds} s of ${file.duration_ms} ms`);
  const own = heard.levels[toneOf(file.person)];
  const others = Math.max(...PEOPLE.filter((one) => one !== file.person).map((one) => heard.levels[toneOf(one)]));
  if (!(own > -30 && own > others + 20)) wrong.push(`has the tone of ${file.person} at ${own.toFixed(0)} dB, others at ${others.toFixed(0)}`);
  return { ...heard, wrong };
}

/* All files in one browser, one after the other. */
async function play(world, kind, told) {
  const viewer = await world.person({ browser: kind, name: kind, noDevices: true });
  await viewer.goto(`${world.url}/admin#/storage`);
  await viewer.until('the probe', () => Boolean(window.__probe));
  for (const file of told.files) {
    const judge = file.source === 'camera' ? judgePictures : judgeSound;
    const { wrong, first_ms = null, places = [] } = await judge(viewer, `/v1/recordings/${told.recording}/files/${file.n}`, file).catch((error) => ({ wrong: [error.message.split('\n')[0]] }));
    world.rows.push({ browser: kind, n: file.n, source: file.source, ended_by: file.ended_by, first_ms, seeks: places.map(({ ms }) => ms), wrong });
  }
  await viewer.close();
}

export async function run(world) {
  for (const person of PEOPLE) await film(world, person);
  const told = await kill(world);
  world.rows.push({ kills: told.kills, files: told.files.length });
  await world.startServer();
  const { manifest } = await (await fetch(`${world.url}/v1/recordings/${told.recording}`)).json();
  assert.deepEqual(manifest.files.map((file) => file.n), told.files.map((file) => file.n));
  for (const kind of ['chromium', 'firefox']) {
    await play(world, kind, told);
    const rows = world.rows.filter((row) => row.browser === kind);
    const seeks = rows.flatMap((row) => row.seeks);
    world.measured[`${kind}: files played, of`] = `${rows.filter((row) => !row.wrong.length).length} ${rows.length}`;
    world.measured[`${kind}: seek p50 p95 most ms`] = [0.5, 0.95, 1].map((share) => Math.round(percentile(seeks, share))).join(' ');
  }
  const wrong = world.rows.flatMap((row) => (row.wrong ?? []).map((words) => `${row.browser}, file ${row.n} (${row.source}, ended by ${row.ended_by}): ${words}`));
  assert.deepEqual(wrong, []);
}
