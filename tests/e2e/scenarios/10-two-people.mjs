// SPDX-License-Identifier: Apache-2.0
/** Two people in the page, one in Chromium and one in Firefox: each sees the other's counter and hears the other's tone. */
import assert from 'node:assert/strict';
import { allSeeAndHear, meetingOf } from '../lib/meeting.mjs';

export const title = 'two people, Chromium and Firefox, see and hear each other';
export const seconds = 90;

/* Sound and picture are at most 60 ms apart; in CI it may take its time, the goal itself is met in seconds. */
async function lipsTogether(world, people) {
  for (const one of people) {
    const [{ older }] = await one.until('sound and picture together', () => {
      const all = window.parlor.together;
      return all.length > 0 && all.every(({ older: ms }) => ms !== null && Math.abs(ms) <= 60) && all;
    }, null, 40000);
    world.measured[`${one.name}: sound older than picture ms`] = older;
  }
}

export async function run(world) {
  await world.startServer();
  const people = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara' });
  await meetingOf(world, ...people);
  await allSeeAndHear(world, people);
  await lipsTogether(world, people);
  const [transport] = await people[0].evaluate(() => window.__probe.stats('transport'));
  assert.match(transport.srtpCipher ?? '', /AEAD_AES_128_GCM/, 'Chromium negotiated the profile that the server prefers');
  assert.equal(transport.dtlsState, 'connected');
  const remote = await people[1].evaluate(() => window.__probe.stats('remote-candidate'));
  assert.ok(remote.some((one) => /^(10\.77\.|fd77:)/.test(one.address ?? '')), `Firefox was told an address of the link: ${JSON.stringify(remote)}`);
}
