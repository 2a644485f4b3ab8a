// SPDX-License-Identifier: Apache-2.0
/** A tenth of all packets lost at random, each way, RTT 50 ms. */
import { bothWays } from '../lib/line.mjs';
import { forSeconds, gather, observed } from '../lib/quality.mjs';
import { sleep } from '../lib/world.mjs';

const SETTLE_MS = 5000;

export const title = '10 % loss each way: pictures go on, speech is whole';
export const suite = 'bench';
export const seconds = 180;

export async function run(world) {
  const cast = await gather(world);
  const from = await cast.line.become(bothWays({ delay_ms: cast.delayMs, loss: 0.1 }));
  // The row is about a line that loses, not about its becoming so: pages look every two seconds whether they should hold back.
  await sleep(SETTLE_MS);
  const seen = await observed(cast, forSeconds(world.long ? 60 : 12));
  const sound = await cast.ann.evaluate(async () => {
    const codecs = await window.__probe.stats('codec');
    const of = async (type) => [...new Set((await window.__probe.stats(type)).filter((one) => one.kind === 'audio' && (one.packetsReceived ?? one.packetsSent) > 0)
      .map((one) => codecs.find((codec) => codec.id === one.codecId)?.mimeType))].join(' ');
    return `sends ${await of('outbound-rtp')}, gets ${await of('inbound-rtp')}`;
  });
  world.measured['Ann'] = sound;
  for (const way of ['down', 'up']) {
    const row = `10 % loss, ${way}`;
    world.measured[`${way} kbit/s`] = Math.round(cast.line.carried(way, from, Date.now()).kbps);
    world.finding(`${row}: freeze`, seen[way].freezePercent, { unit: '%', most: 0.5, control: seen.control.freezePercent });
    world.finding(`${row}: frames whole`, seen[way].framesPercent, { unit: '%', least: 99.5, control: seen.control.framesPercent });
    world.finding(`${row}: sound made up`, seen[way].concealed, { unit: '%', most: way === 'down' ? 0.5 : 1.5, control: seen.control.concealed });
  }
  world.finding('10 % loss: pictures that went back', Math.max(seen.down.back, seen.up.back), { most: 0 });
  world.judge();
}
