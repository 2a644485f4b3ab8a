// SPDX-License-Identifier: Apache-2.0
/** The lines of docs/operate.md, as they stand there: a track to a file, a test picture and a test tone into a room. */
import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { assertPicture } from '../lib/checks.mjs';
import { marksOf } from '../lib/recorded.mjs';

export const title = 'a tap writes a file, an inject brings bars and a tone';
export const seconds = 120;
export const beside = true;

function line(world, name) {
  const text = readFileSync(path.join(world.root, 'docs/operate.md'), 'utf8');
  const found = text.match(new RegExp('```sh ' + name + '\\n([\\s\\S]*?)```'));
  assert.ok(found, `docs/operate.md has a line "${name}"`);
  return found[1];
}

function start(world, name) {
  return world.spawn('bash', ['-c', line(world, name)], {
    cwd: world.folder, detached: true, stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, PATH: `${path.join(world.root, 'build/tools/parlorctl')}:${process.env.PATH}`, PARLOR_DATA_DIR: path.join(world.folder, 'data') },
  });
}

/* As Ctrl-C would: to every program of the line. */
async function interrupt(child) {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGINT');
  await gone;
}

/* Runs in the page: the middle of each of the seven bars, as [r, g, b] of "much or little". */
const bars = () => {
  const video = window.__probe.byTestId('watch-video')[0];
  const canvas = new OffscreenCanvas(70, 10);
  const draw = canvas.getContext('2d');
  draw.drawImage(video, 0, 0, video.videoWidth, video.videoHeight / 2, 0, 0, 70, 10);
  return Array.from({ length: 7 }, (_, bar) => [...draw.getImageData(bar * 10 + 5, 5, 1, 1).data.slice(0, 3)].map((value) => (value > 110 ? 1 : 0)).join('')).join(' ');
};

export async function run(world) {
  await world.startServer();
  const [lin, viewer] = await world.persons({ browser: 'chromium', name: 'lin' }, { browser: 'firefox', name: 'Mara' });
  await lin.goto(`${world.url}/publish#show/lin`);
  await lin.click('publish-start');
  await lin.until('to be live', () => window.__probe.byTestId('publish-status')[0]?.dataset.live === 'true');
  const file = path.join(world.folder, 'lin.mkv');
  const tap = start(world, 'tap');
  await world.eventually('a growing file', () => statSync(file).size > 100_000, 20000);
  await interrupt(tap);
  const picture = assertPicture(await marksOf(world, file), lin.number, 25, 'the file');
  assert.ok(picture.missed < 60, `${picture.missed} frames are missing in the file`);

  const inject = start(world, 'inject');
  await viewer.goto(`${world.url}/watch#show/bars`);
  await viewer.until('the seven bars', `(${bars})() === '111 110 011 010 101 100 001'`);
  await viewer.click('watch-sound');
  await world.eventually('440 Hz', async () => (await viewer.evaluate(() => window.__probe.tones([440, 1000], 1500))).levels[440] > -40);
  await interrupt(inject);
}
