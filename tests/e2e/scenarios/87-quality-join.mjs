// SPDX-License-Identifier: Apache-2.0
/** From the click on "join" to the first frame of who is there, RTT 50 ms, in both browsers. The page has stood for a moment, as it does for whoever reads it. */
import { bothWays } from '../lib/line.mjs';
import { inside, newMeeting } from '../lib/meeting.mjs';
import { percentile } from '../lib/checks.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'join over a line of 50 ms: click → first frame';
export const suite = 'bench';
export const seconds = 300;

const STANDS_MS = 1500;

/* One visit; ms. */
async function visit(guest, link, name) {
  await guest.goto('about:blank');
  await guest.goto(link);
  await guest.sees('join-button');
  if (name) await guest.fill('name-input', name);
  await sleep(STANDS_MS);
  await guest.click('join-button');
  await inside(guest);
  await guest.until('the first frame', () => window.parlor?.timings?.joinToFirstRemoteFrame);
  const ms = await guest.evaluate(() => window.parlor.timings.joinToFirstRemoteFrame);
  await guest.click('leave');
  return ms;
}

export async function run(world) {
  await world.startServer();
  const far = [await world.line({ seed: world.seed }), await world.line({ seed: world.seed + 1 })];
  for (const line of far) await line.become(bothWays({ delay_ms: 25 }));
  const [host, ...guests] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Mara', line: far[0] }, { browser: 'firefox', name: 'Noor', line: far[1] });
  const link = await newMeeting(world, host);
  for (const guest of guests) {
    await visit(guest, link, guest.name); // it remembers the name, and has the page's files
    const waits = [];
    for (let n = 0; n < (world.long ? 20 : 5); n++) waits.push(await visit(guest, link));
    world.finding(`join, RTT 50 ms, ${guest.kind}: click to first frame, p50`, percentile(waits, 0.5), { unit: 'ms', most: 400 });
    world.finding(`join, RTT 50 ms, ${guest.kind}: click to first frame, p95`, percentile(waits, 0.95), { unit: 'ms', most: 1000 });
  }
  world.judge();
}
