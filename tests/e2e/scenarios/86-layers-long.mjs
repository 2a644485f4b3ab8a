// SPDX-License-Identifier: Apache-2.0
/**
 * Every codec and both browsers: which layers are taken as the window of one viewer shrinks and grows, and as his line goes
 * 3 M -> 300 k -> 3 Mbit/s, while the others' pictures stay as they are.
 */
import { becomes, frozenDuring, lookers, publisher, sentLayers, shrinkAndGrow, wholeOf } from '../lib/layers.mjs';

export const title = 'codecs and browsers: layers follow the window and the line, the others are untouched';
export const suite = 'bench';
export const seconds = 600;

const ROWS = [
  { codec: 'vp8', browser: 'chromium' },
  { codec: 'vp8', browser: 'firefox' },
  { codec: 'vp9', browser: 'chromium' },
  { codec: 'h264', browser: 'chromium', notIn: 'firefox' }, // Debian's Firefox cannot decode it
  { codec: 'av1', browser: 'chromium' },
];
const WIDE = { delay_ms: 25, rate_kbps: 3000, queue_ms: 300 };
const NARROW = { ...WIDE, rate_kbps: 300, queue_ms: 1000 };

const heights = (seen) => Object.values(seen).map(({ lines, took }) => `${lines} (${took} ms)`).join(', ');

async function followsTheLine(world, row, { line, wim, others, pia, whole }) {
  let narrow, back;
  await line.become({ down: WIDE });
  await becomes(wim, pia, { least: whole });
  const watched = others.map((one) => ({ one, done: null }));
  let over;
  const end = new Promise((resolve) => (over = resolve));
  for (const each of watched) each.done = frozenDuring(each.one, pia, () => end);
  const own = await frozenDuring(wim, pia, async () => {
    await line.become({ down: NARROW });
    narrow = await becomes(wim, pia, { most: whole - 1 });
    await line.become({ down: WIDE });
    back = await becomes(wim, pia, { least: whole }, 40000);
  });
  over();
  world.measured[`${row}, line`] = `${narrow.lines} (${narrow.took} ms), ${back.lines} (${back.took} ms)`;
  world.finding(`${row}: frozen as the line changed`, own.seconds, { unit: 's', most: 3 });
  for (const { one, done } of watched) {
    const { seconds: frozen, frames } = await done;
    world.finding(`${row}: frozen at ${one.name}, whose line is good`, frozen, { unit: 's', most: 0.5 });
    world.finding(`${row}: frames at ${one.name}`, frames, { least: 30 });
  }
}

export async function run(world) {
  await world.startServer();
  const line = await world.line({ seed: world.seed });
  await line.become({ up: { delay_ms: 25 }, down: WIDE });
  const { link, all: [cleo, wim, fia] } = await lookers(world, { browser: 'chromium', name: 'Cleo' }, { browser: 'chromium', name: 'Wim', line },
    { browser: 'firefox', name: 'Fia' });
  for (const [n, given] of ROWS.entries()) {
    const row = `${given.codec} of ${given.browser}`;
    const viewers = [cleo, wim, fia].filter((one) => one.kind !== given.notIn);
    const pia = await publisher(world, link, viewers, { ...given, name: `Pia${n}`, busy: true });
    const whole = await wholeOf(pia);
    for (const one of viewers.slice(1)) world.measured[`${row}, window of ${one.name}`] = heights(await shrinkAndGrow(one, pia, whole));
    world.measured[`${row}, sent`] = await sentLayers(pia);
    await followsTheLine(world, row, { line, wim, others: viewers.filter((one) => one !== wim), pia, whole });
    await pia.close();
    await world.eventually(`${pia.name} is gone`, () => cleo.evaluate((name) => !window.__probe.pictureOf(name), pia.name), 60000);
  }
  world.judge();
}
