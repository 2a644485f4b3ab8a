// SPDX-License-Identifier: Apache-2.0
/** HLS of a live room whose picture needs no other encoding: what a publisher sends in H.264 or VP9 is what a player gets, whole. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, root, sleep, until } from '../lib/bench.mjs';

const WAIT_MS = 60000;
const PICTURES = {
  H264: 'openh264enc complexity=low gop-size=30 ! h264parse ! rtph264pay pt=96 aggregate-mode=zero-latency config-interval=-1',
  VP9: 'vp9enc deadline=1 cpu-used=8 keyframe-max-dist=30 ! rtpvp9pay pt=96',
};
/* Beside H.264 the sound is AAC where there is an encoder for it. */
const AAC = spawnSync('gst-inspect-1.0', ['--exists', 'voaacenc']).status === 0;
const BOXES = { H264: ['avc1', 'avcC', AAC ? 'mp4a' : 'Opus'], VP9: ['vp09', 'vpcC', 'Opus'] };
const READERS = { H264: 'h264parse ! openh264dec', VP9: 'vp9parse ! vp9dec' };
const SOUNDS = { H264: AAC ? 'aacparse ! faad' : 'opusdec', VP9: 'opusdec' };

/* A room on air with a picture of that codec and a tone. */
async function onAir(daemon, codec, after) {
  const room = await daemon.good('POST', '/v1/rooms', { kind: 'live', title: codec, host: 'Lin' });
  const parlorctl = path.join(root, 'build/tools/parlorctl/parlorctl');
  const start = (source, track, caps) => {
    const line = `gst-launch-1.0 -q ${source} ! rtpstreampay ! fdsink | ${parlorctl} inject ${room.id}/host/${track} --caps application/x-rtp,${caps}`;
    const child = spawn('bash', ['-c', line], { detached: true, stdio: 'ignore', env: { ...process.env, PARLOR_DATA_DIR: daemon.folder } });
    after(async () => { try { process.kill(-child.pid, 'SIGKILL'); } catch { /* it has ended */ } });
  };
  start(`videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=180,framerate=15/1 ! ${PICTURES[codec]}`, 'camera', `media=video,clock-rate=90000,encoding-name=${codec},payload=96`);
  start('audiotestsrc is-live=true freq=440 ! audioconvert ! opusenc ! rtpopuspay pt=97', 'microphone', 'media=audio,clock-rate=48000,encoding-name=OPUS,payload=97');
  await until('a publisher', async () => (await daemon.good('GET', `/v1/rooms/${room.id}`)).participants > 0, WAIT_MS);
  await daemon.good('POST', `/v1/rooms/${room.id}/state`, { to: 'live' });
  return { room: room.id, base: `http://127.0.0.1:${daemon.port}/hls/${room.id}/` };
}

/* The playlist once it names so many parts behind a first segment; nobody but we keeps the packer running. */
const playlist = (base, parts) => until('a playlist', async () => {
  const answer = await fetch(`${base}live.m3u8`);
  const text = answer.status === 200 ? await answer.text() : '';
  if (!text) await sleep(200);
  return [...text.matchAll(/EXT-X-PART:/g)].length >= parts ? text : null;
}, WAIT_MS);

const bytes = async (base, name) => {
  const answer = await fetch(base + name);
  expect(answer.status === 200 && answer.headers.get('content-type') === 'video/mp4', `${name}: ${answer.status}`);
  return Buffer.from(await answer.arrayBuffer());
};

/* Pictures that a reader of another make decodes of it, and seconds of sound. */
function read(file, codec) {
  const decode = (branch) => execFileSync('gst-launch-1.0', ['-q', ...`filesrc location=${file} ! qtdemux name=d ${branch} ! fdsink fd=1 sync=false`.split(' ')], { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
  const pictures = decode(`d.video_0 ! ${READERS[codec]} ! videoconvert ! video/x-raw,format=GRAY8`);
  const sound = decode(`d.audio_0 ! ${SOUNDS[codec]} ! audioconvert ! audioresample ! audio/x-raw,format=S16LE,rate=48000,channels=1`);
  return { pictures, frames: pictures.length / (320 * 180), seconds: sound.length / 96000, loud: sound.some((byte) => byte !== 0) };
}

async function passes(daemon, codec, after) {
  const { room, base } = await onAir(daemon, codec, after);
  const text = await playlist(base, 5);
  const [, init] = /EXT-X-MAP:URI="([^"]+)"/.exec(text);
  const parts = [...text.matchAll(/EXT-X-PART:DURATION=([\d.]+),URI="([^"]+)"(,INDEPENDENT=YES)?/g)].map(([, duration, uri, key]) => ({ duration: Number(duration), uri, key: Boolean(key) }));
  const head = await bytes(base, init);
  for (const box of ['ftyp', 'moov', 'mvex', ...BOXES[codec]]) expect(head.includes(box), `${codec}: the initialization has ${box}`);
  const from = parts.findIndex((part) => part.key);
  expect(from >= 0, `a part begins with a key frame: ${text}`);
  const played = parts.slice(from);
  const bodies = [];
  for (const part of played) bodies.push(await bytes(base, part.uri));
  const file = path.join(daemon.folder, `${codec}.mp4`);
  writeFileSync(file, Buffer.concat([head, ...bodies]));
  const got = read(file, codec);
  const long = played.reduce((sum, part) => sum + part.duration, 0);
  expect(Number.isInteger(got.frames) && got.frames > 0, `${codec}: pictures are whole: ${got.frames}`);
  expect(new Set(got.pictures).size > 10, `${codec}: pictures show something`);
  // How many pictures a second there are is the machine's matter here; sound has no hole, whatever happens.
  expect(got.loud && Math.abs(got.seconds - long) < 1, `${codec}: ${got.seconds} s of sound in ${long} s`);
  await daemon.good('POST', `/v1/rooms/${room}/state`, { to: 'ended' });
  await until('the end in the playlist', async () => (await (await fetch(`${base}live.m3u8`)).text()).endsWith('#EXT-X-ENDLIST\n'), WAIT_MS);
}

export const cases = [
  {
    name: 'a picture in H.264 or VP9 is passed on as it is: initialization and parts decode elsewhere',
    async run({ daemon: makeDaemon, after }) {
      const daemon = await makeDaemon();
      await Promise.all(['H264', 'VP9'].map((codec) => passes(daemon, codec, after)));
    },
  },
];
