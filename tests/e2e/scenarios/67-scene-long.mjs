// SPDX-License-Identifier: Apache-2.0
/** Somebody else on stage: a plain player sees and hears all in one picture and one sound, HLS too; alone again, the host as before. */
import assert from 'node:assert/strict';
import { assertTones } from '../lib/checks.mjs';
import { h264Pipeline, publishPipeline, tonesOf, webrtcbin } from '../lib/foreign.mjs';
import { goOnAir, makeLive } from '../lib/live.mjs';
import { mediaOf } from '../media/generate.mjs';
import { markRead } from '../media/mark.mjs';
import { curl } from '../lib/whip.mjs';

export const title = 'two on stage: one picture and one sound for plain players and HLS, and the host alone afterwards';
export const seconds = 150;
export const suite = 'bench';

const [WIDTH, HEIGHT] = [320, 180];

/* Who stands in the two halves of a player's newest picture. */
function halves(player) {
  const frame = player.video.last;
  if (!frame) return [];
  return [0, WIDTH / 2].map((left) => markRead((x, y) => frame[(y + HEIGHT / 4) * WIDTH + x + left], WIDTH / 2, HEIGHT / 2)?.person);
}

const playlist = async (world, room) => (await fetch(`${world.url}/hls/${room.id}/live.m3u8`)).text();
const lastPart = (text) => [...text.matchAll(/URI="([\d.]+\.m4s)"/g)].at(-1)?.[1];

export async function run(world) {
  await world.startServer();
  const viewer = await world.person({ browser: 'chromium', name: 'Bo', person: 2 });
  const room = await makeLive(world);
  const { sub } = JSON.parse(Buffer.from(room.token.split('.')[1], 'base64url'));
  const bearer = { headers: { Authorization: `Bearer ${room.token}` } };
  await webrtcbin(world, `/whip/${room.id}/${sub}`, h264Pipeline(await mediaOf(3, world.mediaFolder), 3), { token: room.token });
  await viewer.goto(`${world.url}/healthz`);
  await goOnAir(viewer, room);
  const player = await webrtcbin(world, `/whep/${room.id}`, null, { token: room.token });
  await world.eventually('the host alone', () => player.video.marks.at(-1)?.person === 3, 30000);
  await world.eventually('HLS of the host', async () => lastPart(await playlist(world, room)), 30000);

  const guest = await webrtcbin(world, `/whip/${room.id}/guest`, publishPipeline(await mediaOf(4, world.mediaFolder), 4));
  const began = Date.now();
  await world.eventually('both in one picture', () => String(halves(player)) === '3,4', 30000);
  world.measure('joined to seen together', Date.now() - began, 10000);
  player.audio.length = 0;
  await world.eventually('three seconds of sound', () => Buffer.concat(player.audio).length > 3 * 96000, 30000);
  assertTones(tonesOf(Buffer.concat(player.audio), [1, 3, 4]), [3, 4], [1], 'one sound of both');
  await world.eventually('HLS goes on behind a discontinuity', async () => /#EXT-X-DISCONTINUITY\n/.test(await playlist(world, room)), 30000);

  await curl(world, 'DELETE', guest.location);
  await world.eventually('the host alone again', () => player.video.marks.at(-1)?.person === 3 && halves(player)[1] !== 4, 30000);
  const before = player.video.marks.length;
  await world.eventually('he moves', () => player.video.marks.length > before + 30, 30000);
  await world.eventually('HLS of the host again', async () => (await playlist(world, room)).split('#EXT-X-DISCONTINUITY\n').length > 2, 30000);
  await curl(world, 'DELETE', player.location, bearer);
}
