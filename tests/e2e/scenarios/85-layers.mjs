// SPDX-License-Identifier: Apache-2.0
/** VP9 with several sizes in one stream: a window that shrinks and grows again gets them, and every switch is decoded. */
import { lookers, publisher, sentLayers, shrinkAndGrow, wholeOf } from '../lib/layers.mjs';

export const title = 'layers inside a VP9 stream follow the window';
export const seconds = 90;

export async function run(world) {
  await world.startServer();
  const { link, all: [wim] } = await lookers(world, { browser: 'chromium', name: 'Wim' });
  const pia = await publisher(world, link, [wim], { codec: 'vp9' });
  world.measured['sent'] = await sentLayers(pia);
  const seen = await shrinkAndGrow(wim, pia, await wholeOf(pia));
  for (const [name, { lines, took }] of Object.entries(seen)) world.measured[name] = `${lines} lines after ${took} ms`;
}
