// SPDX-License-Identifier: Apache-2.0
/** A host on air, a viewer in each browser: picture, count, a pin on the very frame, comments, a shop beside the stream. */
import assert from 'node:assert/strict';
import { LOOP_FRAMES } from '../media/generate.mjs';
import { disturbance, noDisturb, renegotiateOnClick } from '../lib/disturb.mjs';
import { commentOnFrame, goLive, makeLive, noteCounterAt, watchLive } from '../lib/live.mjs';

export const title = 'a live room: host, two viewers, pin within 200 ms of the frame, nothing disturbs the stream';
export const seconds = 120;

/* The host's picture counts 20 to 30 frames a second: measured at the viewer. */
async function frameMs(viewer) {
  const { marks } = await viewer.evaluate(() => window.__probe.watch(() => window.__probe.byTestId('live-video')[0], 2500, 20));
  return (marks.at(-1).at - marks[0].at) / (marks.at(-1).counter - marks[0].counter);
}

function steps(from, to) {
  const step = to - from;
  return step < -LOOP_FRAMES / 2 ? step + LOOP_FRAMES : step > LOOP_FRAMES / 2 ? step - LOOP_FRAMES : step;
}

/* The host pins by hand; gives the counter that his own picture had then. */
async function pinAt(host, index) {
  return host.evaluate((at) => {
    const { counter } = window.__probe.readMark(window.__probe.byTestId('host-preview')[0]);
    window.__probe.byTestId('pin')[at].click();
    return counter;
  }, index);
}

async function pinOnTheFrame(world, host, viewers) {
  const ms = await frameMs(viewers[0]);
  for (const viewer of viewers) await viewer.until('the picture’s clock', () => window.parlorLive.audience.clock.roomMs !== null);
  await Promise.all(viewers.map((viewer) => noteCounterAt(viewer, 'pin-card')));
  const counter = await pinAt(host, 0);
  for (const viewer of viewers) {
    const noted = await viewer.until('the pin', () => window.__noted);
    const off = steps(counter, noted.counter) * ms;
    world.measured[`pin at ${viewer.kind}`] = Math.round(off);
    assert.ok(Math.abs(off) <= 200, `${viewer.kind}: the pin came ${Math.round(off)} ms after its frame`);
  }
}

/* They are told together every 200 ms at most, and none before its frame. */
async function commentsOnTheFrame(world, host, viewers) {
  const ms = await frameMs(viewers[0]);
  const frames = await commentOnFrame(host, viewers, LOOP_FRAMES);
  frames.forEach((off, index) => (world.measured[`comment behind its frame at ${viewers[index].kind}`] = Math.round(off * ms)));
  assert.ok(frames.every((off) => off * ms >= -200 && off * ms <= 400), `comments stood at ${frames} frames`);
  await host.click('comment-more');
  await host.click('comment-delete');
  for (const viewer of viewers) await viewer.until('the comment to go', () => window.__probe.byTestId('comment').length === 0);
}

async function comments(viewers, host) {
  await viewers[0].fill('comment-input', 'how much is the lamp? https://evil.example');
  await viewers[0].press('Enter');
  for (const one of [viewers[1]]) await one.until('the comment', () => window.__probe.byTestId('comment')[0]?.textContent.includes('how much'));
  assert.equal(await viewers[1].evaluate(() => window.__probe.byTestId('comment')[0].querySelectorAll('a').length), 0, 'no link to a stranger');
  await host.click('tab-comments');
  await host.click('comment-more');
  await host.click('comment-delete');
  await viewers[1].until('the comment to go', () => window.__probe.byTestId('comment').length === 0);
}

/* The shop: another origin, here one that does not answer; what counts is the code in its address, made at the click. */
async function buy(world, viewer) {
  const room = new URL(viewer.page.url()).pathname.split('/').at(-1);
  const answer = await fetch(`${world.url}/v1/rooms/${room}/go/lamp-01`, { redirect: 'manual' });
  const code = new URL(answer.headers.get('location')).searchParams.get('handoff');
  const resolve = () => fetch(`${world.url}/v1/handoffs/resolve`, { method: 'POST', headers: { 'content-type': 'application/json', authorization: `Basic ${btoa('demo:parlor-demo-secret-do-not-use-in-production')}` }, body: JSON.stringify({ code }) });
  const first = await resolve();
  assert.equal(first.status, 200);
  assert.match((await first.json()).id, /^hnd_/);
  assert.equal((await resolve()).status, 410, 'a code works once');
}

/* The product's sheet opened, closed, opened from the shelf. A window that is played again begins as it began. */
function sheetActs(viewer) {
  return [
    async (again) => {
      if (again) await viewer.click('sheet-close');
      await viewer.click('pin-card');
    },
    async (again) => {
      if (again) await viewer.click('shelf-open');
      await viewer.click('sheet-close');
    },
    async (again) => {
      if (again) await viewer.click('sheet-close');
      await viewer.click('shelf-open');
    },
  ];
}

export async function run(world) {
  await world.startServer();
  const [host, chromium, firefox] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Ada' }, { browser: 'firefox', name: 'Bo' });
  const viewers = [chromium, firefox];
  const room = await makeLive(world);
  await firefox.goto(room.link);
  await firefox.sees('countdown');
  await goLive(host, room);
  await Promise.all([watchLive(chromium, room, host), watchLive(firefox, room, host, { open: false })]);
  world.measured['link to first frame'] = await chromium.evaluate(() => window.parlorTimings().linkToFirstRemoteFrame);
  for (const one of [host, ...viewers]) await one.until('two who watch', () => window.__probe.byTestId('viewers')[0]?.dataset.count === '2', undefined, 5000);
  await pinOnTheFrame(world, host, viewers);
  if (world.long) await commentsOnTheFrame(world, host, viewers);
  await comments(viewers, host);
  await buy(world, chromium);
  await noDisturb(world, chromium, firefox, sheetActs(chromium), { loop: LOOP_FRAMES });
  await renegotiateOnClick(chromium);
  const caught = await disturbance(chromium, firefox, () => chromium.click('sheet-close'), { loop: LOOP_FRAMES });
  assert.ok(caught.bad.length > 0, 'a page that negotiates anew at a click is caught');
}
