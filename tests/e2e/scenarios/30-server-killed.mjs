// SPDX-License-Identifier: Apache-2.0
/** The server is killed and started again: both pages come back by themselves as who they were; the chat is still there. */
import { allSeeAndHear, meetingOf, seesPicture } from '../lib/meeting.mjs';
import { me } from '../lib/state.mjs';
import { say, readsLine } from '../lib/chat.mjs';

export const title = 'after SIGKILL and restart the pages come back by themselves';
export const seconds = 150;

export async function run(world) {
  await world.startServer();
  const people = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara' });
  await meetingOf(world, ...people);
  for (const one of people) await seesPicture(one, people.find((other) => other !== one));
  await say(people[0], 'written before the end');
  await readsLine(people[1], 'written before the end');
  const before = await Promise.all(people.map(me));
  await world.stopServer('SIGKILL');
  const began = Date.now();
  await world.startServer();
  for (const [at, one] of people.entries()) {
    await one.until('the same participant', (id) => window.parlor?.state?.me === id && window.parlor.state.media === 'connected', before[at], 20000);
    await seesPicture(one, people[1 - at], { ms: 1000, least: 3, wait: 20000 });
  }
  world.measured['both see again after ms'] = Date.now() - began;
  await allSeeAndHear(world, people);
  await readsLine(people[1], 'written before the end');
}
