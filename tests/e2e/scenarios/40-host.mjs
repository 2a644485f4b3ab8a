// SPDX-License-Identifier: Apache-2.0
/** Lobby, lock, mute-all, remove and ban by the host, and what the others see of it. */
import { enter, hears, inside, join, newMeeting } from '../lib/meeting.mjs';

export const title = 'lobby, lock, mute all, remove, ban';
export const seconds = 150;
export const beside = true;

async function roster(host) {
  if (!(await host.evaluate(() => window.__probe.byTestId('roster').some(window.__probe.visible)))) await host.click('people-toggle');
  await host.sees('roster');
}

/* The host opens a person's deeds in the roster, and says twice that he is to go. */
async function deed(host, name, id) {
  await roster(host);
  await host.until(`${name} in the roster`, (who) => window.__probe.byTestId('roster-item').some((item) => item.dataset.name === who), name);
  await host.evaluate((who) => {
    const item = window.__probe.byTestId('roster-item').find((one) => one.dataset.name === who);
    window.__probe.all('[data-testid="person-more"]', item)[0].click();
  }, name);
  await host.click('remove-ask');
  await host.click(id);
}

const endedBecause = (person, reason) => person.until(`the end "${reason}"`, (why) => window.__probe.byTestId('ended')[0]?.dataset.reason === why, reason);

export async function run(world) {
  await world.startServer();
  const [host, guest] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'firefox', name: 'Mara' });
  const link = await newMeeting(world, host);

  await roster(host);
  await host.click('lobby-toggle');
  await host.until('the lobby to be on', () => window.parlor.state.room.lobby === true);
  await guest.goto(link);
  // A button beside the form's own: it rings, and is no way in.
  await guest.click('test-speaker');
  await enter(guest);
  await guest.sees('waiting');
  await host.sees('lobby-list');
  // Without the list the knock itself stays, and opens the door.
  await host.click('panel-close');
  await host.click('knock-admit');
  await inside(guest);
  await hears(world, host, [guest]);

  await roster(host);
  await host.click('mute-all');
  await guest.until('the muted microphone', () => {
    const { participants, me } = window.parlor.state;
    return participants[me].sources.microphone?.muted === true;
  });
  await hears(world, guest, [host]);
  await hears(world, host, [], [guest]);

  await deed(host, 'Mara', 'remove');
  await endedBecause(guest, 'removed');
  await host.until('an empty room', () => Object.keys(window.parlor.state.participants).length === 1);

  await host.click('lobby-toggle');
  await host.click('lock-toggle');
  await host.until('the lock', () => window.parlor.state.room.locked === true);
  await guest.goto('about:blank');
  await guest.goto(link);
  await enter(guest);
  await endedBecause(guest, 'locked');
  await host.click('lock-toggle');
  await host.until('no lock', () => window.parlor.state.room.locked === false);

  await guest.goto('about:blank');
  await join(guest, link);
  await deed(host, 'Mara', 'ban');
  await endedBecause(guest, 'banned');
  await guest.goto('about:blank');
  await guest.goto(link);
  await enter(guest);
  await endedBecause(guest, 'banned');
}
