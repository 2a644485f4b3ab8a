// SPDX-License-Identifier: Apache-2.0
/** A stage process: an encoder that sends H.264 is seen by who has VP8 alone, also after the process was killed; without room for one, it is said. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { assertPicture } from '../lib/checks.mjs';
import { h264Pipeline, webrtcbin } from '../lib/foreign.mjs';
import { goOnAir, makeLive, watchLive } from '../lib/live.mjs';
import { mediaOf } from '../media/generate.mjs';
import { curl } from '../lib/whip.mjs';

export const title = 'a live room from an H.264 encoder: seen in VP8 by a stage process, which may be killed';
export const seconds = 180;
export const beside = true;

/* Processes of that program that our server started. */
const stages = (world) => readdirSync('/proc').filter((pid) => {
  try {
    return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'parlor-stage\n' && readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[3] === String(world.server.pid);
  } catch {
    return false;
  }
}).map(Number);

async function publish(world, room) {
  const { sub } = JSON.parse(Buffer.from(room.token.split('.')[1], 'base64url'));
  await webrtcbin(world, `/whip/${room.id}/${sub}`, h264Pipeline(await mediaOf(3, world.mediaFolder), 3), { token: room.token });
}

/* Who has VP8 alone: a foreign player, and a browser (Firefox without its downloaded OpenH264 plugin has no H.264 in WebRTC). */
async function isSeen(world, room, viewer) {
  const player = await webrtcbin(world, `/whep/${room.id}`, null, { token: room.token });
  await world.eventually('pictures in VP8', () => player.video.marks.length > 30, 30000);
  assertPicture(player.video.seen, 3, 30, 'webrtcbin plays what was converted');
  await watchLive(viewer, room, { number: 3 }, { ms: 1000, least: 10 });
  assert.equal(stages(world).length, 1, 'one process for both');
  return player;
}

async function dies(world, player, viewer) {
  const [first] = stages(world);
  process.kill(first, 'SIGKILL');
  await world.eventually('another one', () => stages(world).some((pid) => pid !== first), 30000);
  const before = player.video.marks.length;
  await world.eventually('pictures again', () => player.video.marks.length > before + 30, 30000);
  await viewer.until('a moving picture in the page', () => {
    const mark = window.__probe.readMark(window.__probe.byTestId('live-video')[0]);
    window.__before ??= mark;
    return mark && window.__before && mark.counter !== window.__before.counter;
  });
}

/* A server that has no room for it says so: to a player, and in the page. */
async function isRefused(world, room, viewer) {
  await world.stopServer();
  await world.startServer(['--stages', '0']);
  await publish(world, room);
  await viewer.goto(room.link);
  await viewer.sees('card-unfit', 30000);
  const offer = readFileSync(path.join(world.root, 'tests/data/sdp/webrtcbin-recvonly.sdp'), 'utf8');
  const answer = await curl(world, 'POST', `/whep/${room.id}`, { body: offer, type: 'application/sdp', headers: { Authorization: `Bearer ${room.token}` } });
  assert.equal(answer.status, 503);
  assert.equal(JSON.parse(answer.body).code, 'no_conversion');
}

export async function run(world) {
  await world.startServer();
  const viewer = await world.person({ browser: 'firefox', name: 'Bo', person: 2 });
  const room = await makeLive(world);
  await publish(world, room);
  await viewer.goto(`${world.url}/healthz`);
  await goOnAir(viewer, room);
  assert.deepEqual(stages(world), [], 'nobody needs one yet');
  const player = await isSeen(world, room, viewer);
  await dies(world, player, viewer);
  await curl(world, 'DELETE', player.location, { headers: { Authorization: `Bearer ${room.token}` } });
  player.end();
  await viewer.goto('about:blank');
  await world.eventually('the process to be gone', () => !stages(world).length, 30000);
  await isRefused(world, room, viewer);
}
