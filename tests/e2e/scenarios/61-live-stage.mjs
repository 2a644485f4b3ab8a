// SPDX-License-Identifier: Apache-2.0
/** A viewer comes on stage and leaves; the host drops and comes back; who watches keeps his page, his picture and the clock. */
import assert from 'node:assert/strict';
import { goLive, makeLive, watchLive } from '../lib/live.mjs';

export const title = 'a live room: a viewer on stage within a second, another time because he was asked, the host dropped and back on the same stream';
export const seconds = 120;

/* A picture of that person in one of the slots. */
const shows = (number) => ['live-video', 'live-side-video'].flatMap((id) => window.__probe.byTestId(id)).some((video) => window.__probe.readMark(video)?.person === number);

async function onStage(world, host, guest, viewer) {
  await guest.click('stage-open');
  await guest.until('the preview', () => window.__probe.byTestId('stage-preview')[0]?.videoWidth > 0);
  await guest.click('stage-ask');
  await host.click('tab-guests');
  await host.sees('admit');
  const began = Date.now();
  await host.click('admit');
  await viewer.until('the guest on stage', shows, guest.number);
  world.measure('admitted to seen', Date.now() - began, 1000);
  await guest.sees('self-view');
  assert.ok(!(await guest.evaluate(shows, guest.number)), 'a guest does not see himself come back');
  await viewer.until('the host still', shows, host.number);
  await host.click('send-off');
  await viewer.until('the guest to be gone', gone, guest.number);
  await guest.until('the camera to be off', () => !window.parlorLive.guest.stream);
}

const gone = (number) => !['live-video', 'live-side-video'].flatMap((id) => window.__probe.byTestId(id)).some((video) => window.__probe.readMark(video)?.person === number);

/* The host asks whoever wrote something. Nothing of his is opened or sent before he pressed for it. */
async function asked(host, guest, viewer) {
  await guest.fill('comment-input', 'I have one at home');
  await guest.press('Enter');
  await host.click('tab-comments');
  await host.click('comment-more');
  await host.click('comment-invite');
  await guest.sees('stage-look');
  assert.ok(await guest.evaluate(() => !window.parlorLive.guest.stream), 'no camera is open by a question');
  await guest.click('stage-look');
  await guest.until('the preview', () => window.__probe.byTestId('stage-preview')[0]?.videoWidth > 0);
  assert.ok(await viewer.evaluate(gone, guest.number), 'a preview is not on air');
  await guest.click('stage-recorded');
  await guest.click('stage-ask');
  await viewer.until('the guest on stage', shows, guest.number);
  await guest.click('self-view');
  await guest.click('stage-leave');
  await viewer.until('the guest to be gone', gone, guest.number);
}

async function hostDrops(world, host, room, viewer) {
  await viewer.evaluate(() => {
    window.__video = window.__probe.byTestId('live-video')[0];
    window.__roomMs = window.parlorLive.audience.clock.roomMs;
  });
  await host.goto('about:blank');
  await viewer.sees('card-away', 10000);
  await host.goto(room.host);
  await viewer.until('the picture again', shows, host.number, 20000);
  await viewer.seesNot('card-away');
  assert.ok(await viewer.evaluate(() => window.__probe.byTestId('live-video')[0] === window.__video), 'the same element');
  const passed = await viewer.until('the clock', () => {
    const { roomMs } = window.parlorLive.audience.clock;
    return roomMs !== null && roomMs - window.__roomMs;
  });
  assert.ok(passed > 2000, `the clock went on: ${passed} ms`);
  await viewer.until('to be live still', () => window.__probe.byTestId('live-state')[0]?.dataset.state === 'live');
}

export async function run(world) {
  await world.startServer();
  const [host, guest, viewer] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Ada' }, { browser: 'firefox', name: 'Bo' });
  const room = await makeLive(world);
  await goLive(host, room);
  await Promise.all([watchLive(guest, room, host, { ms: 500, least: 5 }), watchLive(viewer, room, host, { ms: 500, least: 5 })]);
  await onStage(world, host, guest, viewer);
  await asked(host, guest, viewer);
  await hostDrops(world, host, room, viewer);
  await host.click('end');
  await host.click('end-sure');
  await viewer.sees('card-ended');
}
