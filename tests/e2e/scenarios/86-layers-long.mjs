// SPDX-License-Identifier: Apache-2.0
/**
 * Every codec and both browsers: which layers are taken as the window of one viewer shrinks and grows, and as his line goes
 * 3 M -> 300 k -> 3 Mbit/s, while the others' pictures stay as they are. On a busy machine an encoder may make so little that all of it
 * passes through 300 kbit/s; then it stays, as it should, and the line narrows further until it does not.
 */
import { becomes, frozenDuring, lookers, publisher, sendsLines, sentLayers, shrinkAndGrow, takes, wholeOf } from '../lib/layers.mjs';

export const title = 'codecs and browsers: layers follow the window and the line, the others are untouched';
export const suite = 'bench';
export const seconds = 900;

const ROWS = [
  { codec: 'vp8', browser: 'chromium' },
  { codec: 'vp8', browser: 'firefox' },
  { codec: 'vp9', browser: 'chromium' },
  { codec: 'h264', browser: 'chromium', notIn: 'firefox' }, // not in WebRTC without its downloaded OpenH264 plugin; files and MSE it plays
  { codec: 'av1', browser: 'chromium' },
];
const WIDE = { delay_ms: 25, rate_kbps: 3000, queue_ms: 300 };
const NARROW = 300;
/* Sound on the wire, and the share of the picture that is left beside it: a layer below takes a third. */
const SOUND = 60;
const SHARE = 0.6;
/* A fall is followed within two seconds, or not at all. */
const FALLS_MS = 8000;

const heights = (seen) => Object.values(seen).map(({ lines, took }) => `${lines} (${took} ms)`).join(', ');

/** Narrows the line until a smaller picture comes: {rate (kbit/s), lines, took}, with what it stayed at before. */
async function narrows(line, wim, pia, whole) {
  const to = (rate) => line.become({ down: { ...WIDE, rate_kbps: rate, queue_ms: 1000 } });
  await to(NARROW);
  const at300 = await becomes(wim, pia, { most: whole - 1 }, FALLS_MS).catch(() => null);
  if (at300) return { rate: NARROW, ...at300 };
  const kbps = await takes(wim, pia);
  const rate = Math.round(SOUND + SHARE * Math.min(kbps, NARROW));
  await to(rate);
  return { kbps, rate, ...(await becomes(wim, pia, { most: whole - 1 })) };
}

async function followsTheLine(world, row, { line, wim, others, pia, whole }) {
  let narrow, back;
  await line.become({ down: WIDE });
  await becomes(wim, pia, { least: whole });
  const wide = await takes(wim, pia);
  const watched = others.map((one) => ({ one, done: null }));
  let over;
  const end = new Promise((resolve) => (over = resolve));
  for (const each of watched) each.done = frozenDuring(each.one, pia, () => end);
  const own = await frozenDuring(wim, pia, async () => {
    narrow = await narrows(line, wim, pia, whole);
    await line.become({ down: WIDE });
    back = await becomes(wim, pia, { least: whole }, 40000);
  });
  over();
  world.measured[`${row}, line`] = `${Math.round(wide)} kbit/s; at ${narrow.rate} ${narrow.lines} (${narrow.took} ms), ${back.lines} (${back.took} ms)`;
  if (narrow.kbps !== undefined) world.finding(`${row}: stays whole at ${NARROW} kbit/s and takes`, narrow.kbps, { unit: 'kbit/s', most: NARROW });
  world.finding(`${row}: frozen as the line changed`, own.seconds, { unit: 's', most: 3 });
  const frozen = {};
  for (const { one, done } of watched) {
    const seen = await done;
    frozen[one.name] = seen.seconds;
    world.finding(`${row}: frozen at ${one.name}, whose line is good`, seen.seconds, { unit: 's', most: 0.5 });
    world.finding(`${row}: frames at ${one.name}`, seen.frames, { least: 30 });
  }
  return { wide, narrow, back, own: own.seconds, frozen };
}

async function playRow(world, row, { codec, browser, name, link, line, viewers, wim }) {
  const pia = await publisher(world, link, viewers, { codec, browser, name, busy: world.long });
  const whole = await wholeOf(pia);
  // Who publishes looks for the room on her own line first; that is her browser's matter.
  await pia.until(`a camera that goes out with ${whole} lines`, sendsLines, whole, 60000);
  const windows = {};
  for (const one of viewers.slice(1)) {
    windows[one.kind] = await shrinkAndGrow(one, pia, whole);
    world.measured[`${row}, window of ${one.name}`] = heights(windows[one.kind]);
  }
  const sent = (world.measured[`${row}, sent`] = await sentLayers(pia));
  const followed = await followsTheLine(world, row, { line, wim, others: viewers.filter((one) => one !== wim), pia, whole });
  world.rows.push({ row, sent, windows, ...followed });
}

export async function run(world) {
  await world.startServer();
  const line = await world.line({ seed: world.seed });
  await line.become({ up: { delay_ms: 25 }, down: WIDE });
  const { link, all: [cleo, wim, fia] } = await lookers(world, { browser: 'chromium', name: 'Cleo' }, { browser: 'chromium', name: 'Wim', line },
    { browser: 'firefox', name: 'Fia' });
  const failed = [];
  for (const [n, given] of ROWS.entries()) {
    const viewers = [cleo, wim, fia].filter((one) => one.kind !== given.notIn);
    const name = `Pia${n}`;
    try {
      await playRow(world, `${given.codec} of ${given.browser}`, { ...given, name, link, line, viewers, wim });
    } catch (error) {
      failed.push(`${given.codec} of ${given.browser}: ${error.message}`);
      world.rows.push({ row: `${given.codec} of ${given.browser}`, failed: error.message });
    }
    await line.become({ down: WIDE });
    await world.people.find((one) => one.name === name)?.close();
    await world.eventually(`${name} is gone`, () => cleo.evaluate((who) => !window.__probe.pictureOf(who), name), 60000);
  }
  if (failed.length) throw new Error(failed.join('; '));
  world.judge();
}
