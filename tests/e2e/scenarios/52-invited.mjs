// SPDX-License-Identifier: Apache-2.0
/** A meeting is planned on the front page; one comes by invitation, one as a partner; everybody sees his own name over the picture. */
import assert from 'node:assert/strict';
import { inside } from '../lib/meeting.mjs';

export const title = 'planned on the front page, invited, a partner is external, watermarks';
export const seconds = 60;
export const beside = true;

const urlOf = (person, testid) => person.evaluate((id) => document.querySelector(`[data-testid=${id}]`).dataset.url, testid);

async function plan(world, host) {
  await host.goto(`${world.url}/`);
  await host.click('schedule');
  await host.sees('schedule-make');
  await host.evaluate(() => {
    const at = new Date(Date.now() + 3 * 3600000 - new Date().getTimezoneOffset() * 60000);
    const set = (id, value) => (document.querySelector(`[data-testid=${id}]`).value = value);
    set('schedule-what', 'Review');
    set('schedule-start', at.toISOString().slice(0, 16));
    set('schedule-who', 'Mara, mara@example.test');
    document.querySelector('[data-testid=schedule-watermark]').checked = true;
    localStorage.setItem('parlor.choices', JSON.stringify({ name: 'Lin' }));
  });
  await host.click('schedule-make');
  await host.sees('schedule-made');
  return { link: await urlOf(host, 'schedule-link'), invitation: await urlOf(host, 'schedule-invitation') };
}

export async function run(world) {
  await world.startServer();
  const [host, invited, partner] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Mara' }, { browser: 'chromium', name: 'Li' });
  const { link, invitation } = await plan(world, host);

  await invited.goto(invitation);
  await invited.sees('countdown');
  await invited.until('the pass has left the address', () => !location.href.includes('inv_'));
  await host.goto(link);
  await host.sees('join-button');
  await host.click('join-button');
  await inside(host);
  assert.equal(await host.evaluate(() => window.parlor.state.role), 'host', 'whoever planned it is the host');

  await invited.click('come-now');
  await invited.until('the name of the invitation', () => document.querySelector('.door h1')?.textContent === 'Mara' && !document.querySelector('[data-testid=name-input]'));
  await invited.click('join-button');
  await inside(invited);
  await host.until('Mara in the roster', () => Object.values(window.parlor.state.participants).some((one) => one.name === 'Mara' && one.role === 'guest'));

  const made = await host.evaluate(async () => (await (await fetch('/v1/partners', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ company: '蓝海 Ltd' }) })).json()).url);
  await partner.goto(made);
  await partner.sees('partner');
  await partner.goto(link);
  await partner.sees('join-button');
  await partner.fill('name-input', 'Li');
  await partner.click('join-button');
  await inside(partner);
  for (const viewer of [host, invited])
    await viewer.until('the partner is external on his tile', () => /· 蓝海 Ltd$/.test(document.querySelector('[data-testid=tile][data-name=Li] [data-testid=external]')?.textContent ?? ''));
  await host.click('people-count');
  await host.until('and in the roster', () => document.querySelector('[data-testid=roster-item][data-name=Li] [data-testid=external]'));

  for (const [person, name] of [[host, 'Lin'], [invited, 'Mara']])
    await person.until('his own name over the picture', (own) => {
      const mark = document.querySelector('[data-testid=watermark]');
      const place = mark?.getBoundingClientRect();
      if (mark?.dataset.name !== own) return false;
      /* What does not parse is not drawn, and is no error. */
      globalThis.drawn ??= Object.assign(new Image(), { src: getComputedStyle(mark).backgroundImage.slice('url("'.length, -'")'.length) });
      return globalThis.drawn.complete && globalThis.drawn.naturalWidth > 100 && place.width > 300 && place.height > 200;
    }, name);
}
