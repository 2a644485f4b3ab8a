// SPDX-License-Identifier: Apache-2.0
/** A viewer adds a rep, writes and calls beside the stream, in both browsers; the stream is not disturbed, and the mutant is caught. */
import assert from 'node:assert/strict';
import { LOOP_FRAMES } from '../media/generate.mjs';
import { disturbance, noDisturb, renegotiateOnClick } from '../lib/disturb.mjs';
import { goLiveByEncoder, makeLive, watchLive } from '../lib/live.mjs';

export const title = 'tap → card → bound → chat → call beside the stream, which nothing disturbs';
export const seconds = 150;

const CARD_MS = 300, BOUND_MS = 1000;

/* Milliseconds between the first two such marks of the page; both in the page's own clock. */
function between(viewer, from, to) {
  return viewer.evaluate(([a, b]) => {
    const at = (name) => performance.getEntriesByName(`parlor:${name}`)[0]?.startTime;
    return at(b) - at(a);
  }, [from, to]);
}

async function within(world, viewer, from, to, limit) {
  await viewer.until(`the mark ${to}`, (name) => performance.getEntriesByName(`parlor:${name}`).length > 0, to);
  const ms = Math.round(await between(viewer, from, to));
  world.measured[`${from} to ${to} at ${viewer.kind}`] = ms;
  assert.ok(ms >= 0 && ms <= limit * world.slack, `${viewer.kind}: ${from} → ${to} took ${ms} ms`);
}

async function openAnew(viewer) {
  await viewer.click('service-away');
  await viewer.click('service-button');
}

/* Bound to a person by two taps, each beside an undisturbed picture. He is bound once: a window that is played again has the sheet closed and opened. */
async function addRep(world, viewer, control) {
  await viewer.sees('service-button');
  await noDisturb(world, viewer, control, [(again) => (again ? openAnew(viewer) : viewer.click('service-button'))], { loop: LOOP_FRAMES });
  await viewer.sees('service-add');
  await within(world, viewer, 'tap', 'card', CARD_MS);
  await noDisturb(world, viewer, control, [(again) => (again ? openAnew(viewer) : viewer.click('service-add'))], { loop: LOOP_FRAMES });
  await within(world, viewer, 'consent', 'bound', BOUND_MS);
  await viewer.sees('say');
  const share = await viewer.evaluate(() => document.querySelector('.service-sheet').getBoundingClientRect().height / innerHeight);
  assert.ok(share <= 0.55, `the sheet covers ${Math.round(share * 100)} % of the height`);
}

async function talk(viewer, rep, words) {
  await viewer.fill('say', words);
  await viewer.press('Enter');
  await rep.sees('offer');
  await rep.click('accept');
  await rep.until('the question', (text) => window.__probe.byTestId('bubble').some((one) => one.textContent.includes(text)), words);
  // What the stream showed when he tapped came along, once there was somebody to show it to.
  await rep.until('the picture of the tap', () => window.__probe.byTestId('tap-still').some((one) => one.naturalWidth > 0));
  await rep.fill('say', `answer to ${words}`);
  await rep.press('Enter');
  await viewer.until('the answer', (text) => window.__probe.byTestId('bubble').some((one) => one.textContent.includes(`answer to ${text}`)), words);
}

/* What the rep puts into the chat opens over the stream, in the chat's place. */
async function shows(viewer, rep) {
  await rep.sees('product');
  await rep.page.locator('[data-testid="product"]').selectOption({ index: 1 });
  await viewer.click('product-said');
  await viewer.until('the product, on top', () => {
    const sheet = window.__probe.byTestId('product-sheet')[0];
    const box = sheet?.getBoundingClientRect();
    return box?.width > 0 && sheet.contains(document.elementFromPoint(box.x + box.width / 2, box.y + 20));
  });
  await viewer.click('sheet-close');
  await viewer.click('service-button');
  await viewer.sees('product-said');
}

const streamLoudness = () => [...document.querySelectorAll('parlor-picture video')].map((one) => one.volume);

async function call(world, viewer, control, rep) {
  const before = await viewer.evaluate(streamLoudness);
  await noDisturb(world, viewer, control, [async () => {
    // A window may be played again: then with a new call, when the rep has wrapped the last one up.
    if (await viewer.evaluate(() => window.__probe.byTestId('call').length > 0)) await viewer.click('call-end');
    await rep.seesNot('call');
    await viewer.click('call-audio');
    await rep.sees('call-answer');
    await rep.click('call-answer');
    await viewer.until('the call', () => window.__probe.byTestId('call')[0]?.dataset.state === 'active', undefined, 15000);
  }], { loop: LOOP_FRAMES });
  const ducked = await viewer.evaluate(streamLoudness);
  assert.ok(ducked.every((one) => one < 0.5), `the stream is turned down (${ducked})`);
  await viewer.click('call-end');
  await viewer.until('the stream to be back', () => !document.querySelector('[data-consult]'), undefined, 500 * world.slack);
  assert.deepEqual(await viewer.evaluate(streamLoudness), before);
}

/* The tab is closed and comes back: the same person, the same chat. */
async function comesBack(viewer, room, words) {
  await viewer.goto(room.link);
  await viewer.sees('service-button');
  await viewer.until('his own person', () => window.__probe.byTestId('service-button')[0]?.textContent.includes('Lin Mei'));
  await viewer.click('service-button');
  await viewer.until('what was said', (text) => window.__probe.byTestId('bubble').some((one) => one.textContent.includes(text)), words);
}

export async function run(world) {
  await world.startServer();
  const [host, rep, chromium, firefox] = await world.persons(
    { browser: 'chromium', name: 'Host' }, { browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Ada' }, { browser: 'firefox', name: 'Bo' });
  const room = await makeLive(world);
  await rep.goto(`${world.url}/rep#lin`);
  await rep.sees('presence');
  await goLiveByEncoder(world, host, room);
  await Promise.all([watchLive(chromium, room, host), watchLive(firefox, room, host)]);
  await addRep(world, chromium, firefox);
  await addRep(world, firefox, chromium);
  await talk(chromium, rep, 'how large is the lamp?');
  await shows(chromium, rep);
  await talk(firefox, rep, 'is it in stock?');
  await call(world, chromium, firefox, rep);
  await comesBack(chromium, room, 'how large is the lamp?');
  await watchLive(chromium, room, host, { open: false });
  await renegotiateOnClick(chromium);
  const caught = await disturbance(chromium, firefox, () => chromium.click('service-away'), { loop: LOOP_FRAMES });
  assert.ok(caught.bad.length > 0, 'a tap that negotiates the stream anew is caught');
}
