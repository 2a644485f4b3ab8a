// SPDX-License-Identifier: Apache-2.0
/**
 * A live room from what OBS sends: H.264 High with Opus, stamped by decoding time. Without B-frames the picture is whole and the host
 * reads that it is good; with B-frames he is told, and no viewer's picture goes back; a pyramid of them is shown in VP8 by a stage process.
 */
import assert from 'node:assert/strict';
import { assertPicture } from '../lib/checks.mjs';
import { obsPipeline, webrtcbin } from '../lib/foreign.mjs';
import { goOnAir, makeLive } from '../lib/live.mjs';
import { answerTo, curl, offerOf } from '../lib/whip.mjs';
import { mediaOf } from '../media/generate.mjs';

export const title = 'what OBS sends: without B-frames it is good, with them the host is told and no picture goes back, a pyramid is shown in VP8';
export const seconds = 90;

/* What the host's line is answered about the encoder; null = it was not there yet. */
const encoderOf = (person) => person.evaluate(() => new Promise((done) => {
  const hear = ({ data }) => {
    const message = JSON.parse(data);
    if (message.t !== 'room_quality') return;
    window.__line.removeEventListener('message', hear);
    done(message.people.find((one) => one.up_bps > 100000) ?? null);
  };
  window.__line.addEventListener('message', hear);
  window.__line.send(JSON.stringify({ t: 'room_quality' }));
}));

async function publish(world, room, bFrames) {
  const { sub } = JSON.parse(Buffer.from(room.token.split('.')[1], 'base64url'));
  return webrtcbin(world, `/whip/${room.id}/${sub}`, obsPipeline(await mediaOf(3, world.mediaFolder), 3, bFrames), { token: room.token });
}

async function watch(person) {
  await person.until('the picture', () => window.__probe.readMark(window.__probe.byTestId('watch-stage')[0]));
  return person.evaluate(() => window.__probe.watch(() => window.__probe.byTestId('watch-stage')[0], 1500, 8));
}

async function end(world, room, encoder) {
  const headers = { Authorization: `Bearer ${room.token}` };
  assert.equal((await curl(world, 'DELETE', encoder.location, { headers })).status, 200, 'OBS takes nothing but 200');
  assert.equal((await curl(world, 'DELETE', encoder.location, { headers })).status, 404);
  encoder.end();
}

export async function run(world) {
  await world.startServer();
  const person = await world.person({ browser: 'chromium', name: 'Lin' });
  const room = await makeLive(world);
  await person.goto(`${world.url}/healthz`);
  await goOnAir(person, room);
  const plain = await publish(world, room, 0);
  const offer = await offerOf(person, 'stage', { receive: ['audio', 'video'] });
  const answer = await curl(world, 'POST', `/whep/${room.id}`, { body: offer, type: 'application/sdp', headers: { Authorization: `Bearer ${room.token}` } });
  assert.equal(answer.status, 201, answer.body);
  await answerTo(person, 'stage', answer.body);
  assertPicture(await watch(person), 3, 8, 'without B-frames');
  const good = await world.eventually('the encoder in the record', () => encoderOf(person), 30000);
  assert.equal(good.level, 3);
  assert.equal(good.b_frames, false);
  await end(world, room, plain);
  const some = await publish(world, room, 2);
  // Two of three pictures are B-frames that nothing refers to: of 30 a second 10 are left.
  await world.eventually('B-frames to be told and left out', async () => {
    const told = await encoderOf(person);
    return told?.b_frames && told.fps_up > 0 && told.fps_up <= 15;
  }, 30000);
  assertPicture(await watch(person), 3, 8, 'with B-frames');
  await end(world, room, some);
  await publish(world, room, 3);
  // Of a pyramid the middle ones are referred to and cannot be left out: it is made anew, in the order in which it is shown.
  await person.until('the pyramid in VP8', async () => {
    const all = [...(await window.peerOf.stage.getStats()).values()];
    const picture = all.find((one) => one.type === 'inbound-rtp' && one.kind === 'video');
    const now = { codec: all.find((one) => one.id === picture?.codecId)?.mimeType, frames: picture?.framesDecoded ?? 0 };
    const before = (window.__decoded ??= now);
    if (now.codec !== before.codec) window.__decoded = now;
    return now.codec === 'video/VP8' && now.frames > before.frames + 15;
  }, undefined, 40000);
  const { frames, missed } = assertPicture(await watch(person), 3, 8, 'a pyramid');
  world.measured['of a pyramid, in 1.5 s: frames seen, missed'] = `${frames}, ${missed}`;
}
