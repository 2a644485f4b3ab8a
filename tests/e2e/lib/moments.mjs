// SPDX-License-Identifier: Apache-2.0
/** How long a person waits: new browsers' contexts, one after the other, in a room where somebody already is. */
import { inside, newMeeting } from './meeting.mjs';
import { percentile } from './checks.mjs';

/* One visit: a meeting of one's own by one click, then somebody else's by its link. */
async function visit(world, guest, link, waits) {
  await guest.goto('about:blank');
  await guest.goto(`${world.url}/`);
  await guest.click('new-meeting');
  await inside(guest);
  waits.own.push(await guest.until('his own tile', () => window.parlor?.timings?.clickToOwnTile));
  await guest.goto('about:blank');
  await guest.goto(link);
  // The name is remembered from before: one click, as soon as there is something to click on.
  await guest.click('join-button');
  await inside(guest);
  waits.frame.push(await guest.until('the first frame', () => window.parlor?.timings?.linkToFirstRemoteFrame));
  waits.joined.push(await guest.evaluate(() => window.parlor.timings.joinToFirstRemoteFrame));
  await guest.click('leave');
}

/** `runs` visits in each browser. Goals in ms at the 95th percentile; World.slack multiplies them. */
export async function moments(world, runs) {
  await world.startServer();
  const [host, ...guests] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Mara' }, { browser: 'firefox', name: 'Noor' });
  const link = await newMeeting(world, host);
  const all = [];
  for (const guest of guests) {
    const waits = { own: [], frame: [], joined: [] };
    for (let n = 0; n < runs; n++) await visit(world, guest, link, waits);
    for (const [name, list, goal] of [['click → own tile', waits.own, 1000], ['link → first frame', waits.frame, 1500], ['join → first frame', waits.joined, null]]) {
      world.measured[`${guest.kind} ${name} p50`] = percentile(list, 0.5);
      world.measured[`${guest.kind} ${name} p95`] = percentile(list, 0.95);
      if (goal) all.push([`${guest.kind} ${name} p95`, percentile(list, 0.95), goal]);
    }
  }
  // Asserted when everything has been measured, so that a miss leaves the whole list.
  for (const one of all) world.measure(...one);
}
