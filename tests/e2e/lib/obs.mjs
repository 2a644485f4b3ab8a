// SPDX-License-Identifier: Apache-2.0
/** What OBS sends, into a live room whose stage one person watches. */
import assert from 'node:assert/strict';
import { obsPipeline, webrtcbin } from './foreign.mjs';
import { goOnAir, makeLive, seatOf } from './live.mjs';
import { answerTo, curl, offerOf } from './whip.mjs';
import { mediaOf } from '../media/generate.mjs';

/** What the host's line is answered about the encoder; null = it was not there yet. */
export const encoderOf = (person) => person.evaluate(() => new Promise((done) => {
  const hear = ({ data }) => {
    const message = JSON.parse(data);
    if (message.t !== 'room_quality') return;
    window.__line.removeEventListener('message', hear);
    done(message.people.find((one) => one.up_bps > 100000) ?? null);
  };
  window.__line.addEventListener('message', hear);
  window.__line.send(JSON.stringify({ t: 'room_quality' }));
}));

/** From an encoder that makes so many B-frames; from three on a pyramid. */
export async function publish(world, room, bFrames) {
  return webrtcbin(world, seatOf(room), obsPipeline(await mediaOf(3, world.mediaFolder), 3, bFrames), { token: room.token });
}

export async function watch(person) {
  await person.until('the picture', () => window.__probe.readMark(window.__probe.byTestId('watch-stage')[0]));
  return person.evaluate(() => window.__probe.watch(() => window.__probe.byTestId('watch-stage')[0], 1500, 8));
}

export async function end(world, room, encoder) {
  const headers = { Authorization: `Bearer ${room.token}` };
  assert.equal((await curl(world, 'DELETE', encoder.location, { headers })).status, 200, 'OBS takes nothing but 200');
  assert.equal((await curl(world, 'DELETE', encoder.location, { headers })).status, 404);
  encoder.end();
}

/** A room on the air, its host's line, and the host's page as a player of the stage. */
export async function roomOnAir(world) {
  await world.startServer();
  const person = await world.person({ browser: 'chromium', name: 'Lin' });
  const room = await makeLive(world);
  await person.goto(`${world.url}/healthz`);
  await goOnAir(person, room);
  return { person, room };
}

export async function play(world, person, room) {
  const offer = await offerOf(person, 'stage', { receive: ['audio', 'video'] });
  const answer = await curl(world, 'POST', `/whep/${room.id}`, { body: offer, type: 'application/sdp', headers: { Authorization: `Bearer ${room.token}` } });
  assert.equal(answer.status, 201, answer.body);
  await answerTo(person, 'stage', answer.body);
}
