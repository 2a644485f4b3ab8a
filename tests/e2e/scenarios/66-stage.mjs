// SPDX-License-Identifier: Apache-2.0
/** A stage process: an encoder that sends H.264 is seen by who has VP8 alone, also after the process was killed; without room for one, it is said. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { assertPicture } from '../lib/checks.mjs';
import { h264Pipeline, webrtcbin } from '../lib/foreign.mjs';
import { makeLive } from '../lib/live.mjs';
import { mediaOf } from '../media/generate.mjs';
import { curl } from '../lib/whip.mjs';

export const title = 'a live room from an H.264 encoder: seen in VP8 by a stage process, which may be killed';
export const seconds = 120;

/* Processes of that program that our server started. */
const stages = (world) => readdirSync('/proc').filter((pid) => {
  try {
    return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'parlor-stage\n' && readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[3] === String(world.server.pid);
  } catch {
    return false;
  }
}).map(Number);

/* What a host's console would say over its line. */
const goOnAir = (viewer, room) => viewer.evaluate(([token]) => new Promise((done, failed) => {
  const line = new WebSocket(`${location.origin.replace('http', 'ws')}/v1/rt`, 'parlor.v1');
  window.__line = line;
  line.onopen = () => line.send(JSON.stringify({ t: 'join', token, name: 'Lin' }));
  line.onclose = () => failed(new Error('the line closed'));
  line.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.t === 'welcome') line.send(JSON.stringify({ t: 'live', state: 'live' }));
    if (message.t === 'live_state') done();
    if (message.t === 'error') failed(new Error(data));
  };
}), [room.token]);

export async function run(world) {
  await world.startServer();
  const viewer = await world.person({ browser: 'firefox', name: 'Bo', person: 2 });
  const room = await makeLive(world);
  const media = await mediaOf(3, world.mediaFolder);
  const { sub } = JSON.parse(Buffer.from(room.token.split('.')[1], 'base64url'));
  await webrtcbin(world, `/whip/${room.id}/${sub}`, h264Pipeline(media, 3), { token: room.token });
  await viewer.goto(`${world.url}/healthz`);
  await goOnAir(viewer, room);
  assert.deepEqual(stages(world), [], 'nobody needs one yet');

  const player = await webrtcbin(world, `/whep/${room.id}`, null, { token: room.token });
  await world.eventually('pictures in VP8', () => player.video.marks.length > 30, 30000);
  assertPicture(player.video.seen, 3, 30, 'webrtcbin plays what was converted');
  const [first] = stages(world);
  assert.ok(first, 'a stage process runs');

  process.kill(first, 'SIGKILL');
  await world.eventually('another one', () => stages(world).some((pid) => pid !== first), 30000);
  const before = player.video.marks.length;
  await world.eventually('pictures again', () => player.video.marks.length > before + 30, 30000);

  player.end();
  await world.eventually('the process to be gone', () => !stages(world).length, 30000);
}
