// SPDX-License-Identifier: Apache-2.0
/** A recording as those in the room hear of it, and as the portal finds it afterwards. */
import { DeskLine } from '../lib/desk.mjs';
import { expect, until } from '../lib/bench.mjs';

/** Three times what is promised passes, and one of so many tries: the machine may be busy. */
const TOLD_MS = 3 * 500;
const TRIES = 4;

async function enter(daemon, token) {
  const line = new DeskLine(daemon);
  return { line, welcome: await line.enter({ token }) };
}

/** How long after the request the last of them knows. */
async function tell(daemon, room, lines, action, state) {
  for (const line of lines) line.told.length = 0;
  const began = performance.now();
  await daemon.good('POST', `/v1/rooms/${room}/recording`, { action });
  await Promise.all(lines.map((line) => line.wait('room', 'room', (one) => one.room.recording.state === state)));
  return performance.now() - began;
}

export const cases = [
  {
    name: 'all in the room are told that it is recorded, paused and goes on, and late joiners too; its recording knows of the watermark',
    async run({ daemon: begin }) {
      const daemon = await begin();
      const room = await daemon.good('POST', '/v1/rooms', { title: 'Told', policy: { watermark: true } });
      const guestToken = async () => (await daemon.good('POST', '/v1/guest', { code: room.code, name: 'Bob' })).token;
      const lines = [(await enter(daemon, room.host_token)).line];
      for (let i = 0; i < 3; i++) lines.push((await enter(daemon, await guestToken())).line);
      let least = await tell(daemon, room.id, lines, 'start', 'on');
      const late = await enter(daemon, await guestToken());
      expect(late.welcome.room.recording.state === 'on', 'who comes later is told as he comes in');
      for (let i = 0; i < TRIES; i++) {
        const paused = await tell(daemon, room.id, lines, 'pause', 'paused');
        if (i === 0) expect((await enter(daemon, await guestToken())).welcome.room.recording.state === 'paused', 'also that it is paused');
        least = Math.min(least, Math.max(paused, await tell(daemon, room.id, lines, 'resume', 'on')));
      }
      expect(least <= TOLD_MS, `told within ${Math.round(least)} ms`);
      await daemon.good('POST', `/v1/rooms/${room.id}/recording`, { action: 'stop' });
      const row = await until('the recording is finished', async () => (await daemon.good('GET', `/v1/recordings?room=${room.id}`)).recordings.find((one) => one.state === 'ready'), 60000);
      expect(row.watermark === true, 'its player draws who looks');
      for (const line of lines) line.close();
      late.line.close();
    },
  },
];
