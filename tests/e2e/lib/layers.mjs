// SPDX-License-Identifier: Apache-2.0
/**
 * Which layers of one camera somebody gets as his window shrinks and grows, and as his line does. What is asserted is what was decoded:
 * the lines of the picture on the page, and marks that go forward only. A switch that cannot be decoded ends both.
 */
import assert from 'node:assert/strict';
import { inside, enter, newMeeting, seesPicture } from './meeting.mjs';

/** A page that publishes in this codec (docs/protocol.md). */
const withCodec = (link, codec) => link.replace('#', `?codec=${codec}#`);

const VIEW = { width: 1000, height: 640 };

/** People who only look, and the link of their meeting: {link, lookers}. list: options of world.person. */
export async function lookers(world, ...list) {
  const all = await world.persons(...list.map((one) => ({ ...(one.browser === 'chromium' ? { noDevices: true } : { refuse: 'NotFoundError' }), viewport: VIEW, ...one })));
  const link = await newMeeting(world, all[0]);
  for (const one of all.slice(1)) {
    await one.goto(link);
    await enter(one);
    await inside(one);
  }
  return { link, all };
}

/** Somebody who publishes a camera in `codec`, and is seen by all of `viewers`. */
export async function publisher(world, link, viewers, { codec, browser = 'chromium', name = 'Pia', busy = false }) {
  const pia = await world.person({ name, browser, busy, viewport: { width: 480, height: 360 } });
  await pia.goto(withCodec(link, codec));
  await enter(pia);
  await inside(pia);
  await pia.until(`a camera that goes out in ${codec}`, sendsCodec, codec, 30000);
  for (const one of viewers) await seesPicture(one, pia, { ms: 300, least: 3, wait: 30000 });
  return pia;
}

async function sendsCodec(codec) {
  const codecs = await window.__probe.stats('codec');
  const rows = (await window.__probe.stats('outbound-rtp')).filter((one) => one.kind === 'video' && one.framesSent > 0);
  return rows.length > 0 && rows.every((row) => codecs.find((one) => one.id === row.codecId)?.mimeType.toLowerCase() === `video/${codec}`);
}

/** For until (): some layer of the camera goes out with so many lines. */
export async function sendsLines(lines) {
  return (await window.__probe.stats('outbound-rtp')).some((one) => one.kind === 'video' && one.frameHeight >= lines);
}

/** Layers that the camera goes out in: rids, or the mode of one stream. */
export const sentLayers = (pia) =>
  pia.evaluate(async () => (await window.__probe.stats('outbound-rtp')).filter((one) => one.kind === 'video' && one.framesSent > 0)
    .map((one) => `${one.scalabilityMode ?? one.rid ?? 'one'} ${one.frameHeight ?? '?'}`).sort().join(', '));

/** Makes the page show its stage in a box of this size: what a window's size does, in every browser. null: as large as the window. */
export const resize = (viewer, box) =>
  viewer.evaluate((size) => {
    const stage = window.__probe.byTestId('stage')[0];
    Object.assign(stage.style, size ? { flex: 'none', width: `${size.width}px`, height: `${size.height}px` } : { flex: '', width: '', height: '' });
  }, box);

/** Waits until the picture has so many lines, and then sees it move on; frames decoded and frozen meanwhile. */
export async function becomes(viewer, pia, { least = 0, most = Infinity }, ms = 30000) {
  const began = Date.now();
  const lines = await viewer.until(`a picture of ${least} to ${most} lines`, ([name, low, high]) => {
    const height = window.__probe.pictureOf(name)?.videoHeight ?? 0;
    return height >= low && height <= high ? height : 0;
  }, [pia.name, least, Number.isFinite(most) ? most : 1e6], ms);
  const took = Date.now() - began;
  await seesPicture(viewer, pia, { ms: 300, least: 3, wait: 15000 });
  return { lines, took };
}

const account = async (viewer, pia) => (await viewer.evaluate((name) => window.__probe.inboundOf(name), pia.name)) ?? {};

/** Freezes and frames of a viewer while `during` runs. */
export async function frozenDuring(viewer, pia, during) {
  const before = await account(viewer, pia);
  await during();
  const after = await account(viewer, pia);
  const grown = (field) => (after[field] ?? 0) - (before.ssrc === after.ssrc ? (before[field] ?? 0) : 0);
  return { seconds: grown('totalFreezesDuration'), frames: grown('framesDecoded'), keys: grown('keyFramesDecoded'), dropped: grown('framesDropped') };
}

/** What the viewer gets of this camera now, in kbit/s without headers. */
export async function takes(viewer, pia, ms = 3000) {
  const before = await account(viewer, pia);
  await new Promise((resolve) => setTimeout(resolve, ms));
  const after = await account(viewer, pia);
  return (8 * ((after.bytesReceived ?? 0) - (before.bytesReceived ?? 0))) / Math.max(after.timestamp - before.timestamp, 1);
}

/** Lines of the whole camera. */
export const wholeOf = (pia) => pia.evaluate(() => Math.max(...window.__probe.all('video').map((one) => one.videoHeight)));

/** Large, small, large: lines, and how long each took. `whole`: lines of the camera. */
export async function shrinkAndGrow(viewer, pia, whole) {
  const seen = {};
  await resize(viewer, null);
  seen.large = await becomes(viewer, pia, { least: whole });
  await resize(viewer, { width: 240, height: 160 });
  seen.small = await becomes(viewer, pia, { most: whole / 2 });
  await resize(viewer, null);
  seen.again = await becomes(viewer, pia, { least: whole });
  assert.ok(seen.small.lines < seen.large.lines, 'a small window shows a small layer');
  return seen;
}
