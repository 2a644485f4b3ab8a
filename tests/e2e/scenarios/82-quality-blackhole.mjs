// SPDX-License-Identifier: Apache-2.0
/** Nothing passes for ten seconds (thirty in the long form too), then all is as before. */
import assert from 'node:assert/strict';
import { bothWays } from '../lib/line.mjs';
import { backAfter, gather, observed, seats, watchComings } from '../lib/quality.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'a blackhole of 10 s: media is back, nobody left or came';
export const suite = 'bench';
export const seconds = 240;

async function fall(world, cast, blackSeconds, goalMs) {
  const before = await seats(cast);
  const comings = await watchComings(cast);
  let over;
  const seen = await observed(cast, async () => {
    await sleep(1000);
    await cast.line.become(bothWays({ blackhole: true }));
    await sleep(blackSeconds * 1000);
    over = await cast.line.become(bothWays({ delay_ms: cast.delayMs }));
    await sleep(world.long ? 10000 : 5000);
  });
  for (const way of ['down', 'up']) world.finding(`blackhole ${blackSeconds} s: picture back, ${way}`, backAfter(seen[way], over), { unit: 'ms', most: goalMs });
  assert.deepEqual(await seats(cast), before, 'everybody is the same participant');
  assert.deepEqual(await comings(), [], 'nobody was seen to leave or to come');
}

export async function run(world) {
  const cast = await gather(world);
  await fall(world, cast, 10, 1000);
  if (world.long) await fall(world, cast, 30, 3000);
  world.judge();
}
