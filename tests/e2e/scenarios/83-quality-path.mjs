// SPDX-License-Identifier: Apache-2.0
/** The way to the server changes in mid-call: a NAT gives new ports, then the computer gets another address. */
import assert from 'node:assert/strict';
import { cutShort, gather, observed, seats } from '../lib/quality.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'NAT rebind and a new address: media is back, in the same seat';
export const seconds = 120;

export async function run(world) {
  const cast = await gather(world);
  const before = await seats(cast);
  let rebound, moved;
  await sleep(3000);
  let seen = await observed(cast, async () => {
    rebound = await cast.line.become({ rebind: true });
    await sleep(5000);
  });
  const check = await cast.line.event('check', rebound, 100);
  const media = await cast.line.event('media', rebound, 100);
  world.finding('NAT rebind: media after the first check', media.ms - check.ms, { unit: 'ms', most: 300 });
  world.finding('NAT rebind: picture back, down', cutShort(seen.down, rebound), { unit: 'ms', most: 3000 });
  world.finding('NAT rebind: picture back, up', cutShort(seen.up, rebound), { unit: 'ms', most: 3000 });
  seen = await observed(cast, async () => {
    moved = await cast.line.changeAddress();
    await sleep(world.long ? 10000 : 6000);
  });
  world.finding('new address: picture back, down', cutShort(seen.down, moved), { unit: 'ms', most: 1500 });
  world.finding('new address: picture back, up', cutShort(seen.up, moved), { unit: 'ms', most: 1500 });
  assert.deepEqual(await seats(cast), before, 'everybody is the same participant');
  world.judge();
}
