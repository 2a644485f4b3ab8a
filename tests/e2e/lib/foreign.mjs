// SPDX-License-Identifier: Apache-2.0
/** Peers without a browser: webrtcbin over WHIP and WHEP, and reading marks and tones from raw frames and samples. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import path from 'node:path';
import { HEIGHT, WIDTH } from '../media/generate.mjs';
import { markRead, toneOf } from '../media/mark.mjs';
import { curl } from './whip.mjs';

const FRAME_WIDTH = 320;
const FRAME_HEIGHT = 180;

/** Collects marks from GRAY8 frames of 320×180. */
export class MarkReader {
  constructor() {
    this.marks = [];
    this.unreadable = 0;
    this.rest = Buffer.alloc(0);
  }

  push(bytes) {
    this.rest = Buffer.concat([this.rest, bytes]);
    const size = FRAME_WIDTH * FRAME_HEIGHT;
    while (this.rest.length >= size) {
      const frame = this.rest.subarray(0, size);
      this.last = frame;
      const found = markRead((x, y) => frame[y * FRAME_WIDTH + x], FRAME_WIDTH, FRAME_HEIGHT);
      if (found && found.counter !== this.marks.at(-1)?.counter) this.marks.push(found);
      if (!found) this.unreadable++;
      this.rest = this.rest.subarray(size);
    }
  }

  get seen() {
    return { marks: this.marks, unreadable: this.unreadable, width: FRAME_WIDTH, height: FRAME_HEIGHT };
  }
}

/** Level in dB of a frequency in 16-bit mono samples at 48 kHz, the loudest tenth of a second. */
export function levelOf(samples, hz) {
  let best = -180;
  const size = 4800;
  for (let from = 0; from + size * 2 <= samples.length; from += size * 2) {
    let [cosine, sine] = [0, 0];
    for (let n = 0; n < size; n++) {
      const value = (samples.readInt16LE(from + n * 2) / 32768) * (1 - Math.cos((2 * Math.PI * n) / size));
      cosine += value * Math.cos((2 * Math.PI * hz * n) / 48000);
      sine += value * Math.sin((2 * Math.PI * hz * n) / 48000);
    }
    best = Math.max(best, 20 * Math.log10((2 * Math.hypot(cosine, sine)) / size + 1e-9));
  }
  return best;
}

/** As assertTones takes it, from raw samples. */
export const tonesOf = (samples, persons) => ({ levels: Object.fromEntries(persons.map((person) => [toneOf(person), levelOf(samples, toneOf(person))])), tracks: 1 });

/** Branches that publish a person's picture and tone through webrtcbin. */
export const publishPipeline = (media, person) =>
  `filesrc location=${media.video} ! image/jpeg,framerate=30/1 ! jpegparse ! jpegdec ! video/x-raw,format=I420 ! ` +
  `rawvideoparse format=i420 width=${WIDTH} height=${HEIGHT} framerate=30/1 ! identity sync=true ! ` +
  `vp8enc deadline=1 cpu-used=8 target-bitrate=600000 keyframe-max-dist=60 ! rtpvp8pay pt=98 picture-id-mode=15-bit ! peer. ` +
  `audiotestsrc is-live=true freq=${toneOf(person)} volume=0.4 ! opusenc ! rtpopuspay pt=109 ! peer.`;

/** The same over and over, without a seam: the counter begins again after LOOP_FRAMES, and the file is read two seconds ahead, so that no frame waits for a disk. */
export const loopPipeline = (media, person) => publishPipeline(media, person).replace(`filesrc location=${media.video}`, `multifilesrc loop=true location=${media.video}`)
  .replace('jpegparse !', 'jpegparse ! queue max-size-buffers=60 max-size-bytes=0 max-size-time=0 !');

/** The same in H.264, as encoders of people who stream send it. */
export const h264Pipeline = (media, person) =>
  publishPipeline(media, person).replace(/vp8enc .* pt=98 picture-id-mode=15-bit/, 'openh264enc complexity=low bitrate=600000 gop-size=60 ! h264parse ! rtph264pay pt=98 aggregate-mode=zero-latency config-interval=-1');

/** As OBS sends it: x264, High profile, a key frame in two seconds, stamped by decoding time (obs-webrtc takes dts_usec for both). */
export const obsPipeline = (media, person, bFrames) =>
  publishPipeline(media, person).replace(/vp8enc .* pt=98 picture-id-mode=15-bit/,
    `x264enc speed-preset=veryfast bitrate=800 key-int-max=60 rc-lookahead=10 sync-lookahead=0 threads=1 bframes=${bFrames} b-adapt=false b-pyramid=${bFrames > 2} option-string=scenecut=0 ! ` +
    'video/x-h264,profile=high ! h264parse name=dts ! rtph264pay pt=98 config-interval=-1 mtu=1200');

/** A webrtcbin peer. publish: a pipeline, or nothing to play; token: its bearer. */
export async function webrtcbin(world, url, publish, { token } = {}) {
  const program = path.join(world.root, 'build/tests/e2e/webrtcbin-peer');
  const child = world.spawn(program, publish ? ['publish', publish] : ['play'], { stdio: ['pipe', 'pipe', 'inherit', 'pipe', 'pipe'] });
  const peer = { child, state: 'new', video: new MarkReader(), audio: [], errors: [] };
  child.stdio[3].on('data', (bytes) => peer.video.push(bytes));
  child.stdio[4].on('data', (bytes) => peer.audio.push(bytes));
  const offer = [];
  let sdp = null;
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line === '.') sdp = offer.join('\r\n') + '\r\n';
    else if (line.startsWith('state ')) peer.state = line.slice(6);
    else if (line.startsWith('error ')) peer.errors.push(line);
    else offer.push(line.replace(/\r$/, ''));
  });
  await world.eventually("webrtcbin's offer", () => sdp, 20000);
  const made = await curl(world, 'POST', url, { body: sdp, type: 'application/sdp', headers: token ? { Authorization: `Bearer ${token}` } : {} });
  if (made.status !== 201) throw new Error(`webrtcbin's offer got ${made.status}: ${made.body}\n${sdp}`);
  child.stdin.write(`${made.body}.\n`);
  peer.location = made.headers.location;
  peer.end = () => child.stdin.end();
  await world.eventually('webrtcbin to be connected', () => {
    if (peer.errors.length) throw new Error(peer.errors.join());
    return peer.state === 'connected';
  });
  return peer;
}

/** Runs a shell line that is an example of the documents, bounded in time. */
export function shell(world, line, options = {}) {
  return spawn('bash', ['-c', line], { stdio: ['ignore', 'pipe', 'pipe'], ...options });
}
