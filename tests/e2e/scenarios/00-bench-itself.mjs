// SPDX-License-Identifier: Apache-2.0
/**
 * The test bench tested: marks, tones and small type survive a direct call between the two browsers with stock ICE preferences,
 * and each decoder can fail (a wrong person, a missing tone, changed digits are found out).
 */
import assert from 'node:assert/strict';
import { assertPicture, assertTones } from '../lib/checks.mjs';
import { toneOf } from '../media/mark.mjs';
import { makeTruth, readScreen } from '../lib/screen.mjs';
import http from 'node:http';

export const title = 'two browsers without a server: mark, tone and type are read';
export const seconds = 150;

/* Runs in a page: one side of a call; signalling goes by return values. */
const begin = async ({ offer, screen }) => {
  const peer = (window.peer = new RTCPeerConnection());
  window.remote = document.createElement('video');
  window.second = document.createElement('video');
  for (const video of [window.remote, window.second]) Object.assign(video, { autoplay: true, playsInline: true, width: 320 });
  document.body.append(window.remote, window.second);
  const streams = [];
  peer.ontrack = ({ track, streams: [stream] }) => {
    if (!streams.includes(stream)) streams.push(stream);
    (streams[0] === stream ? window.remote : window.second).srcObject = stream;
  };
  const camera = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360 } });
  if (offer) await peer.setRemoteDescription(offer);
  camera.getTracks().forEach((track) => peer.addTrack(track, camera));
  if (screen) {
    const shown = await navigator.mediaDevices.getDisplayMedia({ video: true });
    const [track] = shown.getVideoTracks();
    track.contentHint = 'detail';
    const sender = peer.addTransceiver(track, { direction: 'sendonly', streams: [shown], sendEncodings: [{ maxBitrate: 4e6 }] }).sender;
    window.screenSender = sender;
  }
  await peer.setLocalDescription();
  await new Promise((resolve) => (peer.iceGatheringState === 'complete' ? resolve() : (peer.onicegatheringstatechange = () => peer.iceGatheringState === 'complete' && resolve())));
  return peer.localDescription.toJSON();
};

export async function run(world) {
  const page = http.createServer((request, response) => response.end('<!doctype html><meta charset=utf-8><body>')).listen(0, '127.0.0.1');
  await new Promise((resolve) => page.once('listening', resolve));
  const url = `http://127.0.0.1:${page.address().port}/`;
  const [one, two] = await world.persons({ browser: 'chromium' }, { browser: 'firefox' });
  await Promise.all([one.goto(url), two.goto(url)]);
  const truth = makeTruth();
  await one.evaluate((lines) => window.__probe.setScreen(lines), truth.lines);
  const offer = await one.evaluate(begin, { screen: true });
  const answer = await two.evaluate(begin, { offer });
  await one.evaluate((description) => window.peer.setRemoteDescription(description), answer);
  for (const [viewer, shown] of [[one, two], [two, one]]) {
    await viewer.until('a remote picture', () => window.__probe.readMark(window.remote));
    const seen = await viewer.evaluate(() => window.__probe.watch(() => window.remote, 3000));
    const picture = assertPicture(seen, shown.number, 25, `${viewer.kind} sees ${shown.kind}`);
    world.measured[`${viewer.kind} frames`] = picture.frames;
    assert.throws(() => assertPicture(seen, 77, 25, 'x'), /not 77/);
    assert.throws(() => assertPicture({ ...seen, marks: [...seen.marks].reverse() }, shown.number, 25, 'x'), /went back/);
    const heard = await viewer.evaluate(([hz, ms]) => window.__probe.tones(hz, ms), [[1, 2, 3, 4].map(toneOf), 2500]);
    assertTones(heard, [shown.number], [viewer.number, 3, 4], `${viewer.kind} hears ${shown.kind}`);
    assert.throws(() => assertTones(heard, [3], [shown.number], 'x'), /person 3/);
  }
  await two.until('the screen', () => window.second.videoWidth > 0);
  const read = await world.eventually('200 numbers', async () => {
    const result = await readScreen(world, two, 'window.second', truth);
    if (result.right < 200) throw new Error(`${result.right} of 200, ${result.misread.slice(0, 5).join(' ')}`);
    return result;
  }, 60000);
  assert.equal(read.width, 1920);
  const wrong = await readScreen(world, two, 'window.second', { ...truth, numbers: truth.numbers.map((number, at) => (at === 7 ? '000.00' : number)) });
  assert.equal(wrong.right, 199, 'a changed truth is found out');
  page.close();
}
