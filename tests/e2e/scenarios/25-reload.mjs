// SPDX-License-Identifier: Apache-2.0
/** A reloaded page comes back as the same participant within 5 s; for the other nobody left. */
import assert from 'node:assert/strict';
import { meetingOf, seesPicture, hears } from '../lib/meeting.mjs';
import { me, tileNames } from '../lib/state.mjs';

export const title = 'a reloaded page is the same participant again';
export const seconds = 180;
export const beside = true;

export async function run(world) {
  await world.startServer();
  const people = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara' });
  await meetingOf(world, ...people);
  for (const one of people) {
    const other = people.find((person) => person !== one);
    await seesPicture(other, one);
    const before = await me(one);
    assert.ok(before);
    const began = Date.now();
    await one.reload();
    await one.until('a seat', () => window.parlor?.state?.me);
    assert.equal(await me(one), before, `${one.kind} is the same participant`);
    await one.until(`the picture of ${other.name}`, (name) => window.__probe.readMark(window.__probe.pictureOf(name)), other.name);
    world.measure(`${one.kind} back after reload ms`, Date.now() - began, 5000);
    await seesPicture(other, one);
    await hears(world, other, [one]);
    assert.deepEqual(await tileNames(other), ['Lin', 'Mara'], 'nobody is there twice');
  }
}
