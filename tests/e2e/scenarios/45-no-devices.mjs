// SPDX-License-Identifier: Apache-2.0
/** Camera and microphone refused, or not there at all: the page says so and one still gets in, sees and hears. */
import { enter, hears, inside, newMeeting, seesPicture } from '../lib/meeting.mjs';

export const title = 'refused or missing devices: words, and a way in to listen';
export const seconds = 120;

export async function run(world) {
  await world.startServer();
  const [host, refused, bare] = await world.persons({ browser: 'chromium', name: 'Lin' },
    { browser: 'firefox', name: 'Mara', refuse: 'NotAllowedError' }, { browser: 'chromium', name: 'Noor', noDevices: true });
  const link = await newMeeting(world, host);
  for (const one of [refused, bare]) {
    await one.goto(link);
    await one.sees('device-problem');
    await enter(one);
    await inside(one);
    await seesPicture(one, host);
    await hears(world, one, [host]);
  }
  await host.until('all three', () => window.__probe.byTestId('tile').length === 3);
}
