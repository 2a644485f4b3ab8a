// SPDX-License-Identifier: Apache-2.0
/** Four people, two browsers of each kind: all twelve directions. */
import { allSeeAndHear, meetingOf } from '../lib/meeting.mjs';

export const title = 'four people, all pairs';
export const seconds = 180;

export async function run(world) {
  await world.startServer();
  const people = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara' },
    { browser: 'chromium', name: 'Noor' }, { browser: 'firefox', name: 'Otto' });
  await meetingOf(world, ...people);
  // Four encoders and twelve decoders share two cores with the test: few frames are enough, wrong or backward ones are not.
  await allSeeAndHear(world, people, { least: 10, wait: 25000 });
}
