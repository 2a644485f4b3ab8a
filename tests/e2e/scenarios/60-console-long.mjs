// SPDX-License-Identifier: Apache-2.0
/**
 * A stream that is made from a phone: its host's console on a small screen, an assistant's on another computer, a viewer on a phone
 * that wants a tap before it plays sound, held upright and across; and a browser inside an app that can do none of it.
 */
import assert from 'node:assert/strict';
import { assertTones } from '../lib/checks.mjs';
import { toneOf } from '../media/mark.mjs';
import { goLive, makeLive, watchLive } from '../lib/live.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'a stream from a phone with an assistant at a desk: sound after one tap, the whole picture either way, a kind no';
export const seconds = 150;
export const suite = 'bench';

const PHONE = { width: 390, height: 844 };
const ACROSS = { width: 844, height: 390 };

/* The whole picture is on the screen: nothing of it is cut off or lies outside. */
const whole = (viewer) => viewer.until('the whole picture', () => {
  const video = window.__probe.byTestId('live-video')[0];
  const box = video?.getBoundingClientRect();
  return video?.videoWidth > 0 && getComputedStyle(video).objectFit === 'contain' && box.left >= 0 && box.top >= 0 && box.right <= innerWidth + 1 && box.bottom <= innerHeight + 1;
});

const fits = (person) => person.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

/* Pins by a key, takes a comment away; opens no device. */
async function assists(assistant, viewer, host) {
  await assistant.until('the host’s picture', (number) => window.__probe.all('.guest-video').some((video) => window.__probe.readMark(video)?.person === number), host.number);
  assert.equal(await assistant.evaluate(() => window.__asked), 0, 'an assistant’s page asks for no device');
  assert.equal(await assistant.evaluate(() => window.__probe.byTestId('cam-toggle').length), 0, 'and offers none');
  await assistant.press('1');
  await viewer.sees('pin-card');
  await assistant.press('0');
  await viewer.seesNot('pin-card');
  await viewer.fill('comment-input', 'how much is it?');
  await viewer.press('Enter');
  await assistant.click('tab-comments');
  await assistant.sees('comment-more');
  await assistant.click('comment-more');
  await assistant.click('comment-delete');
  await viewer.until('the comment to go', () => window.__probe.byTestId('comment').length === 0);
}

/* Asks, and is told no: in words that stay until he has read them; he may ask again. */
async function refused(host, viewer) {
  await viewer.click('stage-open');
  await viewer.until('the preview', () => window.__probe.byTestId('stage-preview')[0]?.videoWidth > 0);
  await viewer.click('stage-ask');
  await host.click('tab-guests');
  await host.click('send-off');
  await viewer.until('the no', () => window.__probe.all('.stage-sheet')[0]?.dataset.stage === 'refused');
  assert.match(await viewer.text('sheet'), /Thank you for offering/);
  assert.ok(await viewer.evaluate(() => !window.parlorLive.guest.stream), 'the camera is off');
  await viewer.click('stage-leave');
  await viewer.seesNot('sheet');
  await viewer.click('stage-open');
  await viewer.until('to ask again', () => window.__probe.all('.stage-sheet')[0]?.dataset.stage === 'off');
  await viewer.click('sheet-close');
}

/* A phone's cameras: three, of which two look back. */
function threeCameras() {
  const device = (deviceId, label) => ({ deviceId, label, kind: 'videoinput', groupId: '' });
  const { enumerateDevices, getUserMedia } = MediaDevices.prototype;
  window.__cameras = [];
  MediaDevices.prototype.enumerateDevices = async function () {
    const others = (await enumerateDevices.call(this)).filter((one) => one.kind !== 'videoinput');
    return [...others, device('c1', 'camera2 1, facing front'), device('c3', 'camera2 3, facing back'), device('c0', 'camera2 0, facing back')];
  };
  MediaDevices.prototype.getUserMedia = async function (want) {
    if (!want.video) return getUserMedia.call(this, want);
    const id = want.video.deviceId?.ideal ?? 'c1';
    window.__cameras.push(id);
    const stream = await getUserMedia.call(this, { ...want, video: { ...want.video, deviceId: undefined } });
    const [track] = stream.getVideoTracks();
    track.getSettings = () => ({ ...MediaStreamTrack.prototype.getSettings.call(track), deviceId: id });
    return stream;
  };
}

/* The other way round and back: upright each time, and the viewer's picture goes on in the same element. */
async function flips(host, viewer) {
  const asked = () => host.evaluate(() => window.__cameras.at(-1));
  await viewer.evaluate(() => (window.__video = window.__probe.byTestId('live-video')[0]));
  for (const id of ['c3', 'c1']) {
    await host.click('flip');
    await host.until(`the camera ${id}`, (wanted) => window.__cameras.at(-1) === wanted, id);
    await host.until('an upright picture', () => {
      const track = window.__probe.byTestId('host-preview')[0]?.srcObject?.getVideoTracks()[0];
      const { width, height } = track ? MediaStreamTrack.prototype.getConstraints.call(track) : {};
      return track?.readyState === 'live' && width === 720 && height === 1280;
    });
    const before = await viewer.until('a picture', () => window.__probe.readMark(window.__probe.byTestId('live-video')[0]));
    await viewer.until('it to go on', (counter) => {
      const now = window.__probe.readMark(window.__probe.byTestId('live-video')[0]);
      return now && now.counter !== counter && window.__probe.byTestId('live-video')[0] === window.__video;
    }, before.counter);
  }
  assert.equal(await asked(), 'c1');
}

const size = (person, { width, height }) => person.page.setViewportSize({ width, height });

export async function run(world) {
  await world.startServer();
  const phone = { browser: 'chromium', viewport: PHONE };
  const [host, viewer, assistant] = await world.persons({ ...phone, name: 'Lin' }, { ...phone, name: 'Ada', strictAutoplay: true }, { browser: 'chromium', name: 'Wei' });
  const room = await makeLive(world);
  await host.page.addInitScript(threeCameras);
  await goLive(host, room);
  assert.ok(await fits(host), 'the console is as wide as the phone');
  await viewer.goto(room.link);
  // A question from the test counts as a touch, so none is asked until the page has tried to play.
  await sleep(10000);
  await viewer.sees('sound-tap');
  await watchLive(viewer, room, host, { ms: 500, least: 5, open: false });
  await whole(viewer);
  await viewer.click('sound-tap');
  await viewer.until('sound', () => {
    const video = window.__probe.byTestId('live-video')[0];
    return video && !video.paused && window.__probe.all('audio, video').some((one) => one.srcObject?.getAudioTracks().length && !one.muted && !one.paused);
  });
  assertTones(await viewer.evaluate((hz) => window.__probe.tones(hz, 2000), [host.number, viewer.number].map(toneOf)), [host.number], [viewer.number], 'after one tap');
  await flips(host, viewer);
  await size(viewer, ACROSS);
  await whole(viewer);
  await size(viewer, PHONE);

  await host.click('ways');
  await host.click('assistant-make');
  await host.sees('assistant-url');
  const link = await host.evaluate(() => window.__probe.byTestId('assistant-url')[0].value);
  assert.ok(await fits(host), 'with the ways open too');
  await host.click('ways');
  await assistant.page.addInitScript(() => {
    window.__asked = 0;
    const { getUserMedia } = MediaDevices.prototype;
    MediaDevices.prototype.getUserMedia = function (...words) {
      window.__asked++;
      return getUserMedia.apply(this, words);
    };
  });
  await assistant.goto(link);
  await assists(assistant, viewer, host);
  await refused(host, viewer);

  const inApp = await world.person({ ...phone, name: 'Cy', noDevices: true });
  await inApp.page.addInitScript(() => {
    for (const name of ['RTCPeerConnection', 'MediaSource', 'ManagedMediaSource']) delete window[name];
  });
  await inApp.goto(room.link);
  await inApp.sees('card-no-webrtc');
  assert.equal(await inApp.evaluate(() => window.__probe.byTestId('card-no-webrtc')[0].querySelector('input').value), room.link, 'the way on: a link to take elsewhere');
}
