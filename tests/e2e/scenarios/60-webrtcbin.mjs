// SPDX-License-Identifier: Apache-2.0
/** A WHIP publisher and a WHEP player that are not ours: GStreamer's webrtcbin, against browsers and against itself. */
import { assertPicture, assertTones } from '../lib/checks.mjs';
import { publishPipeline, tonesOf, webrtcbin } from '../lib/foreign.mjs';
import { mediaOf } from '../media/generate.mjs';
import { toneOf } from '../media/mark.mjs';

export const title = 'webrtcbin publishes by WHIP and plays by WHEP';
export const seconds = 120;
export const beside = true;

export async function run(world) {
  await world.startServer();
  await webrtcbin(world, '/whip/hall/cam', publishPipeline(await mediaOf(3, world.mediaFolder), 3));
  const viewer = await world.person({ browser: 'firefox', name: 'Mara', person: 2 });
  await viewer.goto(`${world.url}/watch#hall`);
  const player = await webrtcbin(world, '/whep/hall');
  await viewer.until('the picture', () => window.__probe.readMark(window.__probe.byTestId('watch-video')[0]));
  assertPicture(await viewer.evaluate(() => window.__probe.watch(() => window.__probe.byTestId('watch-video')[0], 3000, 20)), 3, 20, 'Firefox watches webrtcbin');
  await viewer.click('watch-sound');
  assertTones(await viewer.evaluate((hz) => window.__probe.tones(hz, 2000), [1, 2, 3].map(toneOf)), [3], [1, 2], 'Firefox hears webrtcbin');
  await world.eventually('a hundred frames in webrtcbin', () => player.video.marks.length > 100);
  assertPicture(player.video.seen, 3, 100, 'webrtcbin plays webrtcbin');
  assertTones(tonesOf(Buffer.concat(player.audio), [1, 2, 3]), [3], [1, 2], 'webrtcbin hears webrtcbin');
}
