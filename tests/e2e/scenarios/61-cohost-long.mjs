// SPDX-License-Identifier: Apache-2.0
/**
 * A viewer on stage in a stream that asks before it records: who watches sees him over WebRTC and over HLS, and the recording has him
 * from when he agreed to it, and nothing of the time before.
 */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { MarkReader } from '../lib/foreign.mjs';
import { goLive, makeLive, watchLive } from '../lib/live.mjs';

export const title = 'a co-host over WebRTC, over HLS and, once he agreed, in the recording of a stream that asks';
export const seconds = 180;
export const suite = 'bench';

const json = async (world, where) => (await fetch(`${world.url}${where}`)).json();
const roomMs = async (world, room) => (await json(world, `/v1/rooms/${room.id}/live`)).room_ms;

/* A picture of that person in one of the slots. */
const shows = (number) => ['live-video', 'live-side-video'].flatMap((id) => window.__probe.byTestId(id)).some((video) => window.__probe.readMark(video)?.person === number);
const gone = (number) => !['live-video', 'live-side-video'].flatMap((id) => window.__probe.byTestId(id)).some((video) => window.__probe.readMark(video)?.person === number);

/* Who stands in the two halves of the picture of all on stage; one alone fills it. */
function inScene() {
  const video = window.__probe.byTestId('live-video')[0];
  if (!(video?.readyState >= 2)) return '';
  const half = (left) => {
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [320, 180];
    canvas.getContext('2d').drawImage(video, left * video.videoWidth, video.videoHeight / 4, video.videoWidth / 2, video.videoHeight / 2, 0, 0, 320, 180);
    return window.__probe.readMark(Object.assign(canvas, { readyState: 4, videoWidth: 320 }))?.person;
  };
  return `${window.__probe.readMark(video)?.person ?? ''}|${[half(0), half(0.5)].sort()}`;
}

async function marksOf(world, file) {
  const { stdout } = await world.run('gst-launch-1.0', ['-q', 'filesrc', `location=${file}`, '!', 'matroskademux', '!', 'vp8dec', '!', 'videoconvert', '!', 'videoscale', '!',
    'video/x-raw,format=GRAY8,width=320,height=180', '!', 'fdsink', 'fd=1'], { encoding: 'buffer', maxBuffer: 1 << 30 });
  const reader = new MarkReader();
  reader.push(stdout);
  return reader.marks;
}

/* Asks, is admitted, is seen in both ways, and leaves; gives when (on the room's clock) he asked. */
async function onStage(world, room, { host, guest, viewer, remote }, agrees) {
  await guest.click('stage-open');
  await guest.until('the preview', () => window.__probe.byTestId('stage-preview')[0]?.videoWidth > 0);
  if (agrees) await guest.click('stage-recorded');
  const asked = await roomMs(world, room);
  await guest.click('stage-ask');
  await host.click('admit');
  const began = Date.now();
  await viewer.until('the co-host over WebRTC', shows, guest.number, 30000);
  world.measured[`admitted to seen, ${agrees ? 'recorded' : 'not recorded'}`] = Date.now() - began;
  const both = `|${[host.number, guest.number].sort()}`;
  await remote.until('both in one picture over HLS', inScene, undefined, 30000);
  await world.eventually('both in one picture over HLS', async () => (await remote.evaluate(inScene)) === both, 60000);
  world.measured[`admitted to seen over HLS, ${agrees ? 'recorded' : 'not recorded'}`] = Date.now() - began;
  await guest.click('self-view');
  await guest.click('stage-leave');
  await viewer.until('the co-host to be gone', gone, guest.number, 30000);
  await world.eventually('the host alone over HLS', async () => (await remote.evaluate(inScene)).startsWith(`${host.number}|`), 60000);
  return asked;
}

/* The pictures of each file of a camera, by the persons whose marks are in it. */
async function recorded(world, id) {
  const { manifest } = await json(world, `/v1/recordings/${id}`);
  const files = manifest.files.filter((one) => one.source === 'camera');
  for (const file of files) {
    const local = path.join(world.folder, `camera-${file.n}.webm`);
    writeFileSync(local, Buffer.from(await (await fetch(`${world.url}/v1/recordings/${id}/files/${file.n}`)).arrayBuffer()));
    file.marks = await marksOf(world, local);
    file.persons = [...new Set(file.marks.map((one) => one.person))];
  }
  return { manifest, files };
}

export async function run(world) {
  await world.startServer();
  const [host, guest, viewer, remote] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Ada' }, { browser: 'firefox', name: 'Bo' }, { browser: 'chromium', name: 'Cy', noDevices: true });
  const room = await makeLive(world, { policy: { consent: 'ask' } });
  await goLive(host, room);
  // Who begins it has agreed by that.
  await host.click('record-start');
  await host.until('a recording', () => window.__probe.byTestId('host-record')[0]?.dataset.state === 'on');
  await Promise.all([watchLive(guest, room, host, { ms: 500, least: 5 }), watchLive(viewer, room, host, { ms: 500, least: 5 }), remote.goto(`${room.link}?hls`)]);
  await remote.until('the picture over HLS', () => window.__probe.readMark(window.__probe.byTestId('live-video')[0]), undefined, 30000);
  await host.click('tab-guests');
  const people = { host, guest, viewer, remote };
  await onStage(world, room, people, false);
  const agreed = await onStage(world, room, people, true);
  await host.click('record-stop');
  let row;
  await world.eventually('a sealed recording', async () => {
    [row] = (await json(world, '/v1/recordings')).recordings;
    return row?.state === 'ready';
  }, 60000);
  const { manifest, files } = await recorded(world, row.id);
  assert.deepEqual([...new Set(files.flatMap((one) => one.persons))].sort(), [host.number, guest.number].sort(), 'who is in the recording');
  const his = files.filter((one) => one.persons.includes(guest.number));
  for (const file of his) assert.ok(file.from_ms > agreed - 1000, `file ${file.n} of the co-host begins at ${file.from_ms}, he agreed at ${agreed}`);
  world.measured['frames of the co-host in the recording'] = his.flatMap((one) => one.marks).length;
  assert.ok(his.flatMap((one) => one.marks).length >= 20, 'he is in it for seconds');
  const cohost = manifest.participants.filter((one) => his.some((file) => file.participant === one.id));
  assert.deepEqual(cohost.map((one) => one.name), ['Ada'], 'by his name');
}
