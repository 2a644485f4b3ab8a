// SPDX-License-Identifier: Apache-2.0
/** A browser that plays no sound before a touch: one visible button, and after it there is sound. */
import { sleep } from '../lib/world.mjs';
import { join, newMeeting, hears } from '../lib/meeting.mjs';

export const title = 'autoplay refused: one visible "tap to hear"';
export const seconds = 90;
export const beside = true;

export async function run(world) {
  await world.startServer();
  const [host, guest] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara', strictAutoplay: true, refuse: 'NotAllowedError' });
  const link = await newMeeting(world, host);
  await join(guest, link);
  // The join click was a touch, and may count for the next page of the same site. From elsewhere the tab comes back to
  // its seat by itself, as a page that nobody touched.
  await guest.goto('about:blank');
  await guest.goto(link);
  // A question from the test counts as a touch as well, so none is asked until the page has tried to play.
  await sleep(8000);
  await guest.sees('tap-to-hear', 5000);
  await guest.click('tap-to-hear');
  await guest.seesNot('tap-to-hear');
  await hears(world, guest, [host]);
}
