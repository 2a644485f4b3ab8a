// SPDX-License-Identifier: Apache-2.0
/**
 * A shared screen of 1920×1080: 200 random decimals in 12 px type are read from the receiver's decoded frame in both browsers, each
 * browser once as the one who shares; the camera goes on meanwhile, and another takes the screen over by one click.
 */
import assert from 'node:assert/strict';
import { meetingOf, seesPicture } from '../lib/meeting.mjs';
import { makeTruth, readScreen } from '../lib/screen.mjs';

export const title = 'screen share: 200 of 200 numbers in 12 px type, in both browsers';
export const seconds = 180;

const SHARP_MS = 2000;

async function readBy(world, viewer, shown, truth) {
  const video = `window.__probe.pictureOf(${JSON.stringify(shown.name)}, 'screen')`;
  return world.eventually(`${viewer.kind} reads 200 numbers`, async () => {
    const result = await readScreen(world, viewer, video, truth);
    if (result.right < 200) throw new Error(`${result.right} of 200, ${result.misread.slice(0, 5).join(' ')}`);
    return result;
  }, 40000);
}

async function readFirst(world, viewer, shown, truth) {
  await viewer.until(`the screen of ${shown.name}`, (name) => window.__probe.pictureOf(name, 'screen')?.videoWidth === 1920, shown.name, 20000);
  const began = Date.now();
  const read = await readBy(world, viewer, shown, truth);
  assert.deepEqual([read.width, read.height], [1920, 1080]);
  world.measured[`${viewer.kind} first readable after ms`] = read.at - began;
}

/* The page is turned: everything on it changes at once. The first look is when it ought to be sharp. */
async function turn(world, viewer, shown) {
  const truth = makeTruth();
  await shown.evaluate((lines) => window.__probe.setScreen(lines), truth.lines);
  const began = Date.now();
  await new Promise((resolve) => setTimeout(resolve, SHARP_MS - 100));
  const read = await readBy(world, viewer, shown, truth);
  world.measure(`${viewer.kind} page turned, readable after`, read.at - began, SHARP_MS);
}

async function share(person, truth) {
  await person.evaluate((lines) => window.__probe.setScreen(lines), truth.lines);
  await person.click('screen-toggle');
}

export async function run(world) {
  await world.startServer();
  const viewport = { width: 1600, height: 900 };
  const [one, two] = await world.persons({ browser: 'chromium', name: 'Lin', viewport }, { browser: 'firefox', name: 'Mara', viewport });
  await meetingOf(world, one, two);
  await seesPicture(two, one);
  const first = makeTruth();
  await share(one, first);
  await readFirst(world, two, one, first);
  await turn(world, two, one);
  await seesPicture(two, one, { least: 5 });
  const second = makeTruth();
  await share(two, second);
  await readFirst(world, one, two, second);
  await turn(world, one, two);
  await one.until('that his own screen has ended', () => window.__probe.byTestId('screen-toggle')[0]?.getAttribute('aria-pressed') === 'false');
}
