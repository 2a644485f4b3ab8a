// SPDX-License-Identifier: Apache-2.0
/** What speaks RTMP or SRT comes into a room through tools/ingest: an encoder's B-frames are gone, its picture and sound are there. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, freePort, root, until } from '../lib/bench.mjs';

const PROGRAMS = path.join(root, 'build/tools/parlorctl');
const WAIT_MS = 60000;

function start(after, program, args, env = {}) {
  const child = spawn(program, args, { detached: true, stdio: 'ignore', env: { ...process.env, ...env } });
  after(async () => { try { process.kill(-child.pid, 'SIGKILL'); } catch { /* it has ended */ } });
  return child;
}

/* As OBS does: B-frames and AAC, unless told not to. Tried again until somebody listens. */
function encode(after, address, format, bFrames) {
  const send = ['-nostdin', '-loglevel', 'quiet', '-re', '-f', 'lavfi', '-i', 'testsrc=size=320x180:rate=15', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000',
    '-c:v', 'libx264', '-preset', 'veryfast', '-profile:v', 'high', '-bf', String(bFrames), '-g', '30', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-f', format, address];
  start(after, 'bash', ['-c', 'while ! ffmpeg "$@"; do sleep 0.2; done', 'encode', ...send]);
}

/* The track as it leaves the room, until it has so many bytes. */
async function tapped(daemon, after, track, media, depay, bytes) {
  const file = path.join(daemon.folder, `${track.replaceAll('/', '-')}.out`);
  start(after, 'bash', ['-c', `parlorctl tap ${track} | gst-launch-1.0 -q fdsrc ! application/x-rtp-stream,media=${media} ! rtpstreamdepay ! ${depay} ! filesink location=${file} buffer-mode=unbuffered`],
    { PATH: `${PROGRAMS}:${process.env.PATH}`, PARLOR_DATA_DIR: daemon.folder });
  await until(`${bytes} bytes of ${track}`, () => existsSync(file) && statSync(file).size > bytes, WAIT_MS);
  return file;
}

async function comesThrough(daemon, after, room, { address, format, bFrames, flags }) {
  start(after, path.join(root, 'tools/ingest/parlor-ingest'), [...flags, address.listen, `${room}/obs`], { PATH: `${PROGRAMS}:${process.env.PATH}`, PARLOR_DATA_DIR: daemon.folder });
  encode(after, address.send, format, bFrames);
  await until('a publisher', async () => (await daemon.good('GET', `/v1/rooms/${room}`)).participants > 0, WAIT_MS);
  const picture = await tapped(daemon, after, `${room}/obs/camera`, 'video,clock-rate=90000,encoding-name=H264', 'rtph264depay ! video/x-h264,stream-format=byte-stream,alignment=au', 20000);
  const [stream] = JSON.parse(execFileSync('ffprobe', ['-v', 'quiet', '-of', 'json', '-show_streams', '-f', 'h264', picture])).streams;
  expect(stream.width === 320 && stream.height === 180, `the picture is ${stream.width} × ${stream.height}`);
  expect(stream.has_b_frames === 0, `B-frames: ${stream.has_b_frames}`);
  await tapped(daemon, after, `${room}/obs/microphone`, 'audio,clock-rate=48000,encoding-name=OPUS,payload=97', 'rtpopusdepay', 4000);
}

async function rtmpCase({ daemon: start, after }) {
  const daemon = await start();
  const address = `rtmp://127.0.0.1:${await freePort()}/live/key`;
  const room = await daemon.good('POST', '/v1/rooms', { title: 'From an encoder' });
  await comesThrough(daemon, after, room.id, { address: { listen: address, send: address }, format: 'flv', bFrames: 3, flags: [] });
}

async function srtCase({ daemon: start, after }) {
  const daemon = await start();
  const port = await freePort();
  const room = await daemon.good('POST', '/v1/rooms', { title: 'From afar' });
  const query = 'passphrase=a-long-secret';
  await comesThrough(daemon, after, room.id, { address: { listen: `srt://127.0.0.1:${port}?${query}`, send: `srt://127.0.0.1:${port}?mode=caller&${query}` }, format: 'mpegts', bFrames: 0, flags: ['--copy'] });
}

/* Whom it would let in is said before anything listens; here nothing does: the programs that would are others. */
async function openCase({ after }) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'parlor-ingest-'));
  after(async () => rmSync(folder, { recursive: true }));
  for (const name of ['ffmpeg', 'gst-launch-1.0', 'parlorctl']) {
    writeFileSync(path.join(folder, name), '#!/bin/sh\nexit 0\n');
    chmodSync(path.join(folder, name), 0o755);
  }
  const run = (...args) => spawnSync(path.join(root, 'tools/ingest/parlor-ingest'), ['--once', ...args, 'room/obs'], { encoding: 'utf8', env: { ...process.env, PATH: `${folder}:${process.env.PATH}` } });
  for (const address of ['rtmp://0.0.0.0:1935/live/x', 'srt://[::]:7001?passphrase=a-long-secret', 'rtmp://127.0.0.1.example:1935/x']) {
    const { status, stderr } = run(address);
    expect(status === 2 && stderr.includes('--open'), `${address}: ${status} ${stderr}`);
  }
  const warned = (address) => run('--open', address).stderr.includes('WARNING');
  expect(warned('rtmp://0.0.0.0:1935/live/a-very-long-key'), 'a stream key guards nothing');
  expect(warned('srt://0.0.0.0:7001'), 'SRT without a passphrase guards nothing');
  expect(warned('srt://0.0.0.0:7001?passphrase=short'), 'a passphrase has ten characters');
  expect(!warned('srt://0.0.0.0:7001?latency=200&passphrase=a-long-secret'), 'SRT with a passphrase');
}

export const cases = [
  { name: 'an encoder’s door is open to others only when somebody says so', run: openCase },
  { name: 'an RTMP encoder with B-frames comes into a room without them', run: rtmpCase },
  { name: 'an SRT encoder comes into a room as it is', run: srtCase },
];
