// SPDX-License-Identifier: Apache-2.0
/** How long a person waits: new browsers' contexts, one after the other, in a room where somebody already is. */
import { inside, newMeeting } from './meeting.mjs';
import { percentile } from './checks.mjs';

/**
 * `runs` times: click → own tile by a new page with the devices already chosen, and link → first frame of the other. Goals in ms at
 * the 95th percentile; `slack` multiplies them (World.slack).
 */
export async function moments(world, runs) {
  await world.startServer();
  const [host, guest] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Mara' });
  const link = await newMeeting(world, host);
  const own = [];
  const first = [];
  const joined = [];
  for (let n = 0; n < runs; n++) {
    await guest.goto('about:blank');
    await guest.goto(`${world.url}/`);
    await guest.click('new-meeting');
    own.push(await guest.until('his own tile', () => window.parlor?.timings?.clickToOwnTile));
    await guest.goto('about:blank');
    await guest.goto(link);
    // The name is remembered from before: one click, as soon as there is something to click on.
    await guest.click('join-button');
    await inside(guest);
    first.push(await guest.until('the first frame', () => window.parlor?.timings?.linkToFirstRemoteFrame));
    joined.push(await guest.evaluate(() => window.parlor.timings.joinToFirstRemoteFrame));
    await guest.click('leave');
  }
  for (const [name, list, goal] of [['click → own tile', own, 1000], ['link → first remote frame', first, 1500]]) {
    world.measured[`${name} p50 ms`] = Math.round(percentile(list, 0.5));
    world.measure(`${name} p95 ms`, percentile(list, 0.95), goal);
  }
  world.measured['join click → first remote frame p95 ms'] = Math.round(percentile(joined, 0.95));
}
