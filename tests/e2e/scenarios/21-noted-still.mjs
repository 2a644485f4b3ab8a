// SPDX-License-Identifier: Apache-2.0
/**
 * Nothing is recorded, and somebody notes a figure down: whoever shares the screen is asked for a picture of it. Without a yes there is none; with one it is the whole
 * screen, every decimal of it, for all who are in the room, and nothing else is on the disk.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { meetingOf, seesPicture } from '../lib/meeting.mjs';
import { makeTruth, readPicture } from '../lib/screen.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'without a recording a note keeps a picture only if the sharer allows';
export const seconds = 150;
export const beside = true;

async function note(person, text) {
  await person.evaluate(() => document.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true, composed: true })));
  await person.fill('marker-text', text);
  await person.click('marker-save');
  await person.until('the marker', (words) => window.parlor.state.markers.some((one) => one.text === words), text);
  return person.evaluate((words) => window.parlor.state.markers.find((one) => one.text === words), text);
}

const still = (world, room, marker) => fetch(`${world.url}/v1/rooms/${room}/markers/${marker}/still`);

async function sharedBy(world, sharer, other) {
  const truth = makeTruth();
  await sharer.evaluate((lines) => window.__probe.setScreen(lines), truth.lines);
  await sharer.click('screen-toggle');
  await other.until('the screen', (name) => window.__probe.pictureOf(name, 'screen')?.videoWidth === 1920, sharer.name, 30000);
  await sleep(1000);
  const room = await other.evaluate(() => window.parlor.state.room.id);

  const first = await note(other, `refused by ${sharer.name}`);
  assert.equal(first.recorded, false);
  await sharer.sees('still-ask');
  await sharer.click('still-no');
  assert.equal((await still(world, room, first.id)).status, 404);

  const second = await note(other, `allowed by ${sharer.name}`);
  await sharer.sees('still-ask');
  assert.equal((await still(world, room, second.id)).status, 404, 'nothing leaves his page before the yes');
  await sharer.click('still-yes');
  await other.until('the picture', (id) => window.parlor.state.markers.find((one) => one.id === id)?.still, second.id);
  const answer = await still(world, room, second.id);
  const read = await readPicture(world, other, Buffer.from(await answer.arrayBuffer()), truth);
  world.measured[`${sharer.kind} decimals read from the still`] = read.right;
  assert.equal(read.right, 200, `${read.misread?.slice(0, 5)}`);

  await other.evaluate(() => document.dispatchEvent(new KeyboardEvent('keydown', { key: 'n', bubbles: true, composed: true })));
  await other.click('noted-picture');
  await other.until('the picture in the list', () => window.__probe.byTestId('noted-image')[0]?.naturalWidth === 1920);
  await other.press('Escape');
  await other.seesNot('noted-image');
  await sharer.click('screen-toggle');
  await other.until('no screen', () => !window.parlor.state.screenOf);
}

export async function run(world) {
  await world.startServer();
  const viewport = { width: 1600, height: 900 };
  const [one, two] = await world.persons({ browser: 'chromium', name: 'Lin', viewport }, { browser: 'firefox', name: 'Mara', viewport });
  await meetingOf(world, one, two);
  await seesPicture(two, one);
  await sharedBy(world, one, two);
  await sharedBy(world, two, one);
  const recordings = path.join(world.folder, 'data/recordings');
  assert.deepEqual(existsSync(recordings) ? readdirSync(recordings).filter((name) => name.startsWith('rec_')) : [], []);
}
