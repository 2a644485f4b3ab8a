// SPDX-License-Identifier: Apache-2.0
/** A pyramid of B-frames from OBS: those in its middle are referred to and cannot be left out, so a stage process shows it in VP8. */
import assert from 'node:assert/strict';
import { play, publish, roomOnAir, watch } from '../lib/obs.mjs';

export const title = 'a pyramid of B-frames is shown in VP8, and goes forward but at key frames';
export const suite = 'bench';
export const seconds = 90;

export async function run(world) {
  const { person, room } = await roomOnAir(world);
  await publish(world, room, 3);
  await play(world, person, room);
  await person.until('the pyramid in VP8', async () => {
    const all = [...(await window.peerOf.stage.getStats()).values()];
    const picture = all.find((one) => one.type === 'inbound-rtp' && one.kind === 'video');
    const now = { codec: all.find((one) => one.id === picture?.codecId)?.mimeType, frames: picture?.framesDecoded ?? 0 };
    const before = (window.__decoded ??= now);
    if (now.codec !== before.codec) window.__decoded = now;
    return now.codec === 'video/VP8' && now.frames > before.frames + 15;
  }, undefined, 40000);
  const seen = await watch(person);
  // Every fourth picture or so would go back in H.264. At a key frame the decoder gives one out of its turn (decision 0122).
  const steps = seen.marks.slice(1).map((mark, i) => mark.counter - seen.marks[i].counter);
  const back = steps.filter((step) => step < 0).length;
  world.measured['of a pyramid, in 1.5 s: pictures, steps back'] = `${seen.marks.length}, ${back}`;
  assert.ok(seen.marks.length >= 20 && seen.marks.every((mark) => mark.person === 3), `${seen.marks.length} pictures of the encoder`);
  assert.ok(back <= 1, `went back ${back} times: ${seen.marks.map((mark) => mark.counter).join(' ')}`);
}
