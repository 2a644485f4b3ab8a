// SPDX-License-Identifier: Apache-2.0
/**
 * A live room from what OBS sends: H.264 High with Opus, stamped by decoding time. Without B-frames the picture is whole and the host
 * reads that it is good; with B-frames he is told, and no viewer's picture goes back.
 */
import assert from 'node:assert/strict';
import { assertPicture } from '../lib/checks.mjs';
import { encoderOf, end, play, publish, roomOnAir, watch } from '../lib/obs.mjs';

export const title = 'what OBS sends: without B-frames it is good, with them the host is told and no picture goes back';
export const seconds = 60;

export async function run(world) {
  const { person, room } = await roomOnAir(world);
  const plain = await publish(world, room, 0);
  await play(world, person, room);
  assertPicture(await watch(person), 3, 8, 'without B-frames');
  const good = await world.eventually('the encoder in the record', () => encoderOf(person), 30000);
  assert.equal(good.level, 3);
  assert.equal(good.b_frames, false);
  await end(world, room, plain);
  await publish(world, room, 2);
  // Two of three pictures are B-frames that nothing refers to: of 30 a second 10 are left.
  await world.eventually('B-frames to be told and left out', async () => {
    const told = await encoderOf(person);
    return told?.b_frames && told.fps_up > 0 && told.fps_up <= 15;
  }, 30000);
  assertPicture(await watch(person), 3, 8, 'with B-frames');
}
