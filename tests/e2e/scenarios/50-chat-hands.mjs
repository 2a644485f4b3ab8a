// SPDX-License-Identifier: Apache-2.0
/** Chat with history for the one who comes late, hands in order, reactions. */
import assert from 'node:assert/strict';
import { join, meetingOf } from '../lib/meeting.mjs';
import { openChat, readsLine, say } from '../lib/chat.mjs';
import { me } from '../lib/state.mjs';

export const title = 'chat with history, hands in order, reactions';
export const seconds = 120;
export const beside = true;

export async function run(world) {
  await world.startServer();
  const [one, two, late] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara' }, { browser: 'chromium', name: 'Noor' });
  const link = await meetingOf(world, one, two);
  await say(one, 'the first line');
  await readsLine(two, 'the first line');
  await say(two, '<img src=x onerror="window.wasRun=1"> 第二行');
  await readsLine(one, '<img src=x onerror="window.wasRun=1"> 第二行');
  await join(late, link);
  await openChat(late);
  await readsLine(late, 'the first line');
  await readsLine(late, '第二行');
  for (const person of [one, two, late]) assert.equal(await person.evaluate(() => window.wasRun ?? 0), 0, 'chat is text');

  await two.click('hand-toggle');
  await one.until('the first hand', () => window.parlor.state.hands.length === 1);
  await one.click('hand-toggle');
  const order = [await me(two), await me(one)];
  for (const person of [one, two, late]) await person.until('both hands in order', (ids) => JSON.stringify(window.parlor.state.hands) === JSON.stringify(ids), order);
  await two.click('hand-toggle');
  await late.until('one hand', (id) => window.parlor.state.hands.length === 1 && window.parlor.state.hands[0] === id, order[1]);

  await one.click('react-toggle');
  await Promise.all([
    two.until('the reaction', (id) => window.parlor.state.reactions.some((reaction) => reaction.participant === id && reaction.emoji === '👍'), order[1]),
    one.click('reaction'),
  ]);
}
