// SPDX-License-Identifier: Apache-2.0
/** Steps that many scenarios share: making a meeting, entering it, and what people then see and hear of each other. */
import { assertPicture, assertTones } from './checks.mjs';
import { toneOf } from '../media/mark.mjs';

/** Says the name where it is asked for, and goes in. */
export async function enter(person) {
  await person.sees('join-button');
  await person.fill('name-input', person.name);
  await person.click('join-button');
}

/** Inside, and not in the lobby. */
export async function inside(person, ms = 15000) {
  await person.sees('room', ms);
  await person.sees('stage', ms);
}

/** Opens the home page and makes a meeting by one click; gives the link for others. */
export async function newMeeting(world, host) {
  await host.goto(`${world.url}/`);
  await host.click('new-meeting');
  await host.until('the meeting page', () => location.pathname.startsWith('/m') && location.hash.length > 8);
  await inside(host);
  return host.evaluate(() => location.href);
}

export async function join(person, link) {
  await person.goto(link);
  await enter(person);
  await inside(person);
}

/** A meeting with all these people in it; the first is the host. */
export async function meetingOf(world, ...people) {
  const link = await newMeeting(world, people[0]);
  await Promise.all(people.slice(1).map((person) => join(person, link)));
  return link;
}

/** `viewer` sees the mark of `shown`, forward only. */
export async function seesPicture(viewer, shown, { ms = 2000, least = 20, wait = 15000 } = {}) {
  const where = `${viewer.name} (${viewer.kind}) sees ${shown.name} (${shown.kind})`;
  await viewer.until(`the picture of ${shown.name}`, (name) => window.__probe.readMark(window.__probe.pictureOf(name)), shown.name, wait);
  const seen = await viewer.evaluate(([name, time, frames]) => window.__probe.watch(() => window.__probe.pictureOf(name), time, frames), [shown.name, ms, least]);
  return assertPicture(seen, shown.number, least, where);
}

/** `viewer` hears the tones of `present`, and neither his own nor those of `absent`. */
export async function hears(world, viewer, present, absent = []) {
  const unheard = [...absent.map((one) => one.number), viewer.number, 11];
  const frequencies = [...present.map((one) => one.number), ...unheard].map(toneOf);
  const names = present.map((one) => one.name).join(', ');
  await world.eventually(`${viewer.name} (${viewer.kind}) hears ${names || 'nobody'}`, async () => {
    const heard = await viewer.evaluate(([hz, ms]) => window.__probe.tones(hz, ms), [frequencies, 1500]);
    assertTones(heard, present.map((one) => one.number), unheard, viewer.name);
    return true;
  }, 15000);
}

/** Everybody sees everybody, and hears everybody. */
export async function allSeeAndHear(world, people, options) {
  for (const viewer of people)
    for (const shown of people.filter((one) => one !== viewer)) {
      const picture = await seesPicture(viewer, shown, options);
      world.measured[`${viewer.name}←${shown.name} frames`] = picture.frames;
    }
  for (const viewer of people) await hears(world, viewer, people.filter((one) => one !== viewer));
}
