// SPDX-License-Identifier: Apache-2.0
/** Every WebSocket is cut: media goes on without a gap, the pages find back to their seats, and nobody left. */
import assert from 'node:assert/strict';
import { meetingOf, seesPicture } from '../lib/meeting.mjs';
import { me, tileNames } from '../lib/state.mjs';
import { say, readsLine } from '../lib/chat.mjs';

export const title = 'a dropped WebSocket costs neither the seat nor a frame';
export const seconds = 90;

export async function run(world) {
  await world.startServer();
  const people = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara' });
  await meetingOf(world, ...people);
  for (const one of people) await seesPicture(one, people.find((other) => other !== one));
  const before = await Promise.all(people.map(me));
  const watching = seesPicture(people[1], people[0], { ms: 6000, least: 60 });
  world.pages.cut();
  await watching;
  const [transport] = await people[0].evaluate(() => window.__probe.stats('transport'));
  assert.equal(transport.dtlsState, 'connected', 'the transport lived on');
  await say(people[0], 'back on the line');
  await readsLine(people[1], 'back on the line');
  assert.deepEqual(await Promise.all(people.map(me)), before);
  assert.deepEqual(await tileNames(people[1]), ['Lin', 'Mara']);
}
