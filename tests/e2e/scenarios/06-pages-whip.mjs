// SPDX-License-Identifier: Apache-2.0
/** The pages /publish and /watch, each browser in both roles. */
import { assertPicture, assertTones } from '../lib/checks.mjs';
import { toneOf } from '../media/mark.mjs';

export const title = 'the pages /publish and /watch in both browsers';
export const seconds = 120;
export const beside = true;

async function show(world, publisher, viewer, room) {
  await publisher.goto(`${world.url}/publish#${room}/${publisher.name}`);
  await publisher.click('publish-start');
  await publisher.until('to be live', () => window.__probe.byTestId('publish-status')[0]?.dataset.live === 'true');
  await viewer.goto(`${world.url}/watch#${room}`);
  await viewer.until('the picture', () => window.__probe.readMark(window.__probe.byTestId('watch-video')[0]));
  assertPicture(await viewer.evaluate(() => window.__probe.watch(() => window.__probe.byTestId('watch-video')[0], 3000, 20)), publisher.number, 20, viewer.kind);
  await viewer.click('watch-sound');
  await world.eventually('the tone', async () => {
    assertTones(await viewer.evaluate((hz) => window.__probe.tones(hz, 1500), [1, 2, 3].map(toneOf)), [publisher.number], [viewer.number, 3], viewer.kind);
    return true;
  });
  await publisher.click('publish-stop');
}

export async function run(world) {
  await world.startServer();
  const [one, two] = await world.persons({ browser: 'chromium', name: 'lin' }, { browser: 'firefox', name: 'mara' });
  await show(world, one, two, 'first');
  await show(world, two, one, 'second');
}
