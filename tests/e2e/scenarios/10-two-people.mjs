// SPDX-License-Identifier: Apache-2.0
/** Two people in the page, one in Chromium and one in Firefox: each sees the other's counter and hears the other's tone. */
import assert from 'node:assert/strict';
import { allSeeAndHear, meetingOf } from '../lib/meeting.mjs';

export const title = 'two people, Chromium and Firefox, see and hear each other';
export const seconds = 90;

export async function run(world) {
  await world.startServer();
  const people = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara' });
  await meetingOf(world, ...people);
  await allSeeAndHear(world, people);
  const [transport] = await people[0].evaluate(() => window.__probe.stats('transport'));
  assert.match(transport.srtpCipher ?? '', /AEAD_AES_128_GCM/, 'Chromium negotiated the profile that the server prefers');
  assert.equal(transport.dtlsState, 'connected');
  const remote = await people[1].evaluate(() => window.__probe.stats('remote-candidate'));
  assert.ok(remote.some((one) => /^(10\.77\.|fd77:)/.test(one.address ?? '')), `Firefox was told an address of the link: ${JSON.stringify(remote)}`);
}
