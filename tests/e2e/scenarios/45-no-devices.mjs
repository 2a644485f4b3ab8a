// SPDX-License-Identifier: Apache-2.0
/**
 * Camera and microphone refused, or not there at all: the page says so and one still gets in, sees and hears. A camera that is pulled out
 * in the call is followed by another, or by words. A tab that is closed has left.
 */
import { enter, hears, inside, newMeeting, seesPicture } from '../lib/meeting.mjs';

export const title = 'refused, missing and pulled-out devices: words, and a way on; a closed tab has left within 2 s';
export const seconds = 150;
export const beside = true;

/* As a browser tells it; `left`: there is another camera. */
const pullOut = (person, left) => person.evaluate((other) => {
  if (!other)
    navigator.mediaDevices.getUserMedia = async () => {
      throw new DOMException('', 'NotFoundError');
    };
  for (const { track } of window.parlor.pc.getSenders()) if (track?.kind === 'video') track.dispatchEvent(new Event('ended'));
}, left);

async function unplugged(world, host, viewer) {
  await pullOut(host, true);
  await host.until('to be told', () => window.__probe.byTestId('toasts')[0]?.textContent.includes('camera'));
  await seesPicture(viewer, host);
  await pullOut(host, false);
  await host.sees('device-problem');
  await host.click('listen-only');
  await host.seesNot('device-problem');
  await viewer.until('no picture any more', (name) => !window.__probe.byTestId('tile').find((one) => one.dataset.name === name).hasAttribute('data-live'), host.name);
  await hears(world, viewer, [host]);
}

/* As somebody types it who was told it. */
async function byCode(world, person, link) {
  await person.goto(`${world.url}/`);
  await person.fill('join-code', new URL(link).hash.slice(1).replace('-', ' ').toUpperCase());
  await person.click('join-button');
}

async function closed(world, host, gone) {
  const began = Date.now();
  await gone.page.close({ runBeforeUnload: true });
  await host.until('him gone', () => window.__probe.byTestId('tile').length === 2);
  world.measure('a closed tab has left after', Date.now() - began, 2000);
}

export async function run(world) {
  await world.startServer();
  const [host, refused, bare] = await world.persons({ browser: 'chromium', name: 'Lin' },
    { browser: 'firefox', name: 'Mara', refuse: 'NotAllowedError' }, { browser: 'chromium', name: 'Noor', noDevices: true });
  const link = await newMeeting(world, host);
  for (const one of [refused, bare]) {
    if (one === refused) await one.goto(link);
    else await byCode(world, one, link);
    await one.sees('device-problem');
    await enter(one);
    await inside(one);
    await seesPicture(one, host);
    await hears(world, one, [host]);
  }
  await host.until('all three', () => window.__probe.byTestId('tile').length === 3);
  await unplugged(world, host, refused);
  await closed(world, host, bare);
}
