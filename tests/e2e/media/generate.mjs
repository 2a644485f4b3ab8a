// SPDX-License-Identifier: Apache-2.0
/**
 * Makes what Chromium takes for camera and microphone: a Motion JPEG file whose frames carry the mark, and a WAV file with the
 * person's tone in short pulses (a steady tone is noise to a noise suppressor). Chromium plays the JPEGs at 30 a second, in a loop.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, existsSync, writeFileSync, renameSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { markBits, markBlock, toneOf } from './mark.mjs';

export const WIDTH = 640;
export const HEIGHT = 360;
/** Frames of the loop: the counter begins again after this many. */
export const LOOP_FRAMES = 1800;
const FRAMES_PER_SECOND = 30;

/* Blocks of 8×8 that jump about in the upper part: an encoder spends all that it is given on them. */
function drawNoise(luma, counter) {
  let state = (counter * 2654435761 + 1) >>> 0;
  for (let y = 0; y < 144; y += 8)
    for (let x = 0; x < WIDTH; x += 8) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      for (let row = y; row < y + 8; row++) luma.fill(40 + (state >>> 24) * 0.6, row * WIDTH + x, row * WIDTH + x + 8);
    }
}

/** One I420 frame: a coloured ground, a slowly moving bar (so that the encoder has work) or a busy part, the mark. */
function drawFrame(frame, counter, person, busy) {
  const luma = frame.subarray(0, WIDTH * HEIGHT);
  luma.fill(60 + (person % 8) * 8);
  if (busy) drawNoise(luma, counter);
  const barLeft = (counter * 4) % (WIDTH - 60);
  for (let y = 40; y < HEIGHT * 0.42; y++) luma.fill(200, y * WIDTH + barLeft, y * WIDTH + barLeft + 60);
  frame.subarray(WIDTH * HEIGHT, WIDTH * HEIGHT * 1.25).fill(90 + ((person * 37) % 80));
  frame.subarray(WIDTH * HEIGHT * 1.25).fill(90 + ((person * 59) % 80));
  markBits(counter, person).forEach((bit, index) => {
    const block = markBlock(index, WIDTH, HEIGHT);
    for (let y = Math.round(block.y); y < Math.round(block.y + block.h); y++)
      luma.fill(bit ? 235 : 16, y * WIDTH + Math.round(block.x), y * WIDTH + Math.round(block.x + block.w));
  });
}

async function makeVideo(file, person, busy) {
  const encoder = spawn('gst-launch-1.0', ['-q', 'fdsrc', 'fd=0', `blocksize=${(WIDTH * HEIGHT * 3) / 2}`, '!', 'rawvideoparse', 'format=i420',
    `width=${WIDTH}`, `height=${HEIGHT}`, `framerate=${FRAMES_PER_SECOND}/1`, '!', 'jpegenc', 'quality=80', '!', 'filesink', `location=${file}.part`],
  { stdio: ['pipe', 'inherit', 'inherit'] });
  const done = once(encoder, 'exit');
  for (let counter = 0; counter < LOOP_FRAMES; counter++) {
    const frame = Buffer.alloc((WIDTH * HEIGHT * 3) / 2);
    drawFrame(frame, counter, person, busy);
    if (!encoder.stdin.write(frame)) await Promise.race([once(encoder.stdin, 'drain'), done]);
  }
  encoder.stdin.end();
  const [code] = await done;
  if (code !== 0) throw new Error(`gst-launch-1.0 ended with ${code}`);
  renameSync(`${file}.part`, file);
}

/** 16-bit mono WAV of whole seconds: 250 ms tone, 250 ms silence, with soft edges. */
function makeTone(file, person, seconds = 10, rate = 48000) {
  const samples = seconds * rate;
  const data = Buffer.alloc(44 + samples * 2);
  data.write('RIFF', 0); data.writeUInt32LE(36 + samples * 2, 4); data.write('WAVEfmt ', 8);
  data.writeUInt32LE(16, 16); data.writeUInt16LE(1, 20); data.writeUInt16LE(1, 22);
  data.writeUInt32LE(rate, 24); data.writeUInt32LE(rate * 2, 28); data.writeUInt16LE(2, 32); data.writeUInt16LE(16, 34);
  data.write('data', 36); data.writeUInt32LE(samples * 2, 40);
  for (let n = 0; n < samples; n++) {
    const phase = (n / rate) % 0.5;
    const gain = phase > 0.25 ? 0 : Math.min(1, phase / 0.01, (0.25 - phase) / 0.01);
    data.writeInt16LE(Math.round(0.5 * 32767 * gain * Math.sin((2 * Math.PI * toneOf(person) * n) / rate)), 44 + n * 2);
  }
  writeFileSync(file, data);
}

/** Files of a person, made on first use: {video, audio}. */
export async function mediaOf(person, folder, busy = false) {
  mkdirSync(folder, { recursive: true });
  const video = path.join(folder, `person-${person}${busy ? '-busy' : ''}.mjpeg`);
  const audio = path.join(folder, `person-${person}.wav`);
  if (!existsSync(video)) await makeVideo(video, person, busy);
  if (!existsSync(audio)) makeTone(audio, person);
  return { video, audio };
}
