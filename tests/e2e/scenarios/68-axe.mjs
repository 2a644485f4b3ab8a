// SPDX-License-Identifier: Apache-2.0
/** Every page before axe-core (WCAG 2.1 A and AA), at a desk and on a phone, light and dark. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { makeLive } from '../lib/live.mjs';

export const title = 'axe finds nothing on any page, at a desk in the light, the busiest on a phone in the dark';
export const seconds = 120;
export const beside = true;

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];
const SIZES = [
  { name: 'desk, light', width: 1280, height: 800, scheme: 'light' },
  { name: 'phone, dark', width: 390, height: 844, scheme: 'dark', only: ['home', 'rep', 'live', 'live, soon'] },
];

/** What stands when the page is ready: a selector of the light DOM. */
async function pages(world) {
  const soon = await makeLive(world, { scheduled_at: Date.now() + 3600000, summary: 'Lamps and chairs' });
  const on = await makeLive(world);
  await post(world, `/v1/rooms/${on.id}/state`, { to: 'live' });
  await post(world, `/v1/rooms/${on.id}/pins`, { sku: 'lamp-01', note: 'warm light' }, on.token);
  await post(world, '/v1/broadcasts', { room: on.id, title: 'News', text: 'The draw is at eight.', url: 'https://shop.example/news', confirm: true });
  const { reps } = await (await fetch(`${world.url}/v1/reps`)).json();
  const bot = await post(world, '/v1/bots', { name: 'Price watch' });
  await post(world, `/v1/rooms/${on.id}/comments`, { client_id: '1', text: 'Lamp: ¥399' }, bot.token);
  return [
    ['home', '/', 'main'], ['before a meeting', `/m#${(await post(world, '/v1/rooms', { title: 'Tea' })).code}`, '[data-testid=join-button]'],
    ['sign in', '/signin', 'form'], ['admin', '/admin', 'main'], ['groups', '/admin#/settings/groups', '[data-testid=group-row]'], ['advisers', '/admin#/settings/reps', '[data-testid=rep-row]'],
    ['links', '/admin#/settings/entries', '[name=entry-rep]'],
    ['a rep of his own', `/r/${reps[0].id}`, '[data-testid=rep-page]'], ['board', '/board', 'main'], ['words to all', '/words', 'form'], ['rep', '/rep', 'main'],
    ['brand', '/b/br_demo', 'main a'], ['publish', '/publish', 'main'], ['watch', '/watch', 'main'], ['shared', '/shared#shr_none.x', 'main'],
    ['a new stream', '/host', 'form'], ['host', new URL(on.host).pathname + new URL(on.host).hash, '.host-side'],
    ['live, soon', `/l/${soon.id}`, '[data-testid=countdown]'], ['live', `/l/${on.id}`, '[data-testid=broadcast]'],
  ];
}

async function post(world, path, body, token) {
  const answer = await fetch(world.url + path, { method: 'POST', headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) }, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
}

/* One line a rule and element. */
async function findings(person) {
  await person.evaluate(AXE);
  return person.evaluate(async (tags) => {
    /* The letters that open the faces stand a moment where nobody sees them, and are hidden from readers. */
    const { violations } = await window.axe.run({ exclude: ['.service-specimen'] }, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
    return violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.flat().join(' ')} (${node.any[0]?.message ?? one.help})`));
  }, RULES);
}

export async function run(world) {
  await world.startServer();
  const list = await pages(world);
  const person = await world.person({ browser: 'chromium', locale: 'en-US' });
  const found = [];
  for (const { name, width, height, scheme, only } of SIZES) {
    await person.page.setViewportSize({ width, height });
    await person.page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' });
    for (const [page, path, ready] of list.filter(([one]) => !only || only.includes(one))) {
      await person.goto('about:blank');
      await person.goto(world.url + path);
      await person.until(`${page} to stand`, (selector) => document.querySelector(selector), ready);
      found.push(...(await findings(person)).map((one) => `${page} (${name}): ${one}`));
    }
  }
  // The tool itself can find fault.
  await person.evaluate(() => document.body.append(document.createElement('img')));
  assert.ok((await findings(person)).some((one) => one.startsWith('image-alt')), 'a picture without words is found');
  assert.deepEqual(found, []);
}
