// SPDX-License-Identifier: Apache-2.0
/** One receiver's line goes from 3 Mbit/s to 300 kbit/s and back; nobody else notices. */
import { gather, observed } from '../lib/quality.mjs';
import { sleep } from '../lib/world.mjs';

export const title = '3 M → 300 k → 3 Mbit/s to one receiver: the picture follows, the others are untouched';
export const suite = 'bench';
export const seconds = 200;

export async function run(world) {
  const cast = await gather(world, { busy: true });
  const wide = { delay_ms: cast.delayMs, rate_kbps: 3000, queue_ms: 300 };
  const narrow = { ...wide, rate_kbps: 300, queue_ms: 1000 };
  const heightOf = () => cast.ann.evaluate((name) => window.__probe.pictureOf(name)?.videoHeight ?? 0, cast.ben.name);
  await cast.line.become({ down: wide });
  await sleep(world.long ? 8000 : 2000);
  const before = await heightOf();
  const narrowSeconds = world.long ? 15 : 6;
  let narrowed, widened, back;
  const seen = await observed(cast, async () => {
    narrowed = await cast.line.become({ down: narrow });
    await sleep(narrowSeconds * 1000);
    widened = await cast.line.become({ down: wide });
    const limit = Date.now() + (world.long ? 30000 : 12000);
    while ((await heightOf()) < before && Date.now() < limit) await sleep(100);
    back = (await heightOf()) >= before ? Date.now() - widened : Infinity;
  });
  const [after2, after4] = [narrowed + 2000, narrowed + 4000].map((from) => cast.line.carried('down', from, widened));
  const row = '3 M → 300 k → 3 M';
  world.measured['lines of the picture before'] = before;
  world.finding(`${row}: offered 2 s after the fall`, after2.offeredKbps, { unit: 'kbit/s', most: 330 });
  world.finding(`${row}: queue from 4 s after the fall`, after4.queueMs, { unit: 'ms', most: 200 });
  world.finding(`${row}: frozen in all`, seen.down.freezeMs / 1000, { unit: 's', most: 1.5, control: seen.control.freezeMs / 1000 });
  world.finding(`${row}: sound lost`, seen.down.soundLost, { unit: '%', most: 1, control: seen.control.soundLost });
  // What waits in the line's queue is stretched, not lost; what no sender can spare stands in decision 0111.
  world.finding(`${row}: sound made up`, seen.down.concealed, { unit: '%', control: seen.control.concealed });
  world.finding(`${row}: top layer back`, back / 1000, { unit: 's', most: 10 });
  world.finding(`${row}: frames whole at the others`, seen.control.framesPercent, { unit: '%', least: 99 });
  world.finding(`${row}: pictures that went back`, seen.down.back, { most: 0 });
  world.judge();
}
