// SPDX-License-Identifier: Apache-2.0
/** A fifth lost each way, losses in bursts, and half a second of nothing each ten seconds; RTT 50 ms. */
import { bothWays } from '../lib/line.mjs';
import { forSeconds, gather, observed } from '../lib/quality.mjs';
import { sleep } from '../lib/world.mjs';

export const title = '20 % loss, bursts, gaps of half a second: pictures and speech go on';
export const suite = 'bench';
export const seconds = 400;

const SETTLE_MS = 5000;

/* The line is so; gives what was seen from some seconds later on. */
async function behind(cast, conditions, seconds) {
  await cast.line.become(bothWays({ delay_ms: cast.delayMs, ...conditions }));
  await sleep(SETTLE_MS);
  const seen = await observed(cast, forSeconds(seconds));
  await cast.line.become(bothWays({ delay_ms: cast.delayMs }));
  await sleep(2000);
  return seen;
}

function tell(world, row, seen, { freeze, least }) {
  for (const way of ['down', 'up']) {
    world.finding(`${row}, ${way}: freeze`, seen[way].freezePercent, { unit: '%', most: freeze, control: seen.control.freezePercent });
    world.finding(`${row}, ${way}: frames whole`, seen[way].framesPercent, { unit: '%', least, control: seen.control.framesPercent });
  }
}

/* How far sound and picture of whom somebody sees are apart by then, in ms; 10 s are theirs to come together. */
async function apartAt(viewer) {
  let apart = Infinity;
  for (const limit = Date.now() + 10000; apart > 60 && Date.now() < limit; await sleep(250)) {
    const older = await viewer.evaluate(() => window.parlor.together.map((one) => one.older));
    const known = older.filter((ms) => ms !== null);
    if (known.length > 0) apart = Math.max(...known.map(Math.abs));
  }
  return apart;
}

async function gaps(world, cast, count) {
  const good = { delay_ms: cast.delayMs };
  const seen = await observed(cast, async () => {
    for (let n = 0; n < count; n++) {
      await sleep(world.long ? 9500 : 4500);
      await cast.line.become(bothWays({ blackhole: true }));
      await sleep(500);
      await cast.line.become(bothWays(good));
    }
    await sleep(2000);
  });
  const row = `500 ms of nothing (${count} times)`;
  for (const way of ['down', 'up']) {
    world.finding(`${row}, ${way}: longest freeze`, seen[way].presented.longest, { unit: 'ms', most: 900, control: seen.control.presented.longest });
    world.finding(`${row}, ${way}: key frames asked for`, seen[way].plis, { most: count });
  }
  const [apart, control] = [await apartAt(cast.ann), await apartAt(cast.cleo)];
  world.finding(`${row}, down: sound and picture apart`, apart, { unit: 'ms', most: 60, control });
}

export async function run(world) {
  const cast = await gather(world);
  tell(world, '20 % loss', await behind(cast, { loss: 0.2 }, world.long ? 120 : 6), { freeze: 3, least: 98 });
  tell(world, '5 % in bursts of 8', await behind(cast, { burst: { loss: 0.05, packets: 8 } }, world.long ? 60 : 6), { freeze: 3, least: 98 });
  await gaps(world, cast, world.long ? 6 : 2);
  world.judge();
}
