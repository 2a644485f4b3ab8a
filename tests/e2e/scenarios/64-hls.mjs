// SPDX-License-Identifier: Apache-2.0
/** A live room over HLS with low latency: the same picture in both browsers, near enough to the host, and a pin on its frame. */
import assert from 'node:assert/strict';
import { LOOP_FRAMES } from '../media/generate.mjs';
import { commentOnFrame, goLive, makeLive, noteCounterAt } from '../lib/live.mjs';

export const title = 'a live room over HLS: seen in both browsers within 4 s, blocking playlist, a pin on its frame';
export const seconds = 150;

const behind = (from, to) => (from - to + LOOP_FRAMES) % LOOP_FRAMES;

/* What a player without any script of ours gets. */
async function readPlaylist(world, room) {
  const base = `${world.url}/hls/${room.id}/`;
  const text = await (await fetch(`${base}live.m3u8`)).text();
  assert.match(text, /CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1\.2/);
  const init = await fetch(base + /MAP:URI="([^"]+)"/.exec(text)[1]);
  assert.equal(Buffer.from(await init.arrayBuffer()).toString('latin1', 4, 8), 'ftyp');
  const parts = [...text.matchAll(/EXT-X-PART:DURATION=([\d.]+),URI="(\d+)\.(\d+)\.m4s"/g)];
  const [, , msn, part] = parts.at(-1);
  const next = await (await fetch(`${base}live.m3u8?_HLS_msn=${msn}&_HLS_part=${Number(part) + 1}`)).text();
  assert.ok(next.length > text.length || next !== text, 'a blocked request is answered with more');
  assert.equal((await fetch(`${base}live.m3u8?_HLS_msn=${Number(msn) + 50}`)).status, 400);
  assert.equal((await fetch(`${base}99999.m4s`)).status, 404);
}

/* They are told together every 200 ms at most, and none before its frame. */
async function comments(world, host, viewers) {
  const frames = await commentOnFrame(host, viewers, LOOP_FRAMES);
  frames.forEach((off, index) => world.finding(`comment behind its frame, ${viewers[index].kind}`, off * 33.4, { unit: 'ms', most: 400 }));
  assert.ok(frames.every((off) => off >= -6), `a comment came before its frame: ${frames}`);
}

export async function run(world) {
  await world.startServer();
  const [host, chromium, firefox] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Ada' }, { browser: 'firefox', name: 'Bo' });
  const viewers = [chromium, firefox];
  const room = await makeLive(world);
  assert.equal((await fetch(`${world.url}/hls/${room.id}/live.m3u8`)).status, 404, 'nothing before it is on air');
  await goLive(host, room);
  await Promise.all(viewers.map((viewer) => viewer.goto(`${room.link}?hls`)));
  for (const viewer of viewers) await viewer.until('the picture', () => window.__probe.readMark(window.__probe.byTestId('live-video')[0]), undefined, 30000);
  await readPlaylist(world, room);
  await Promise.all(viewers.map((viewer) => viewer.until('the picture’s clock', () => window.parlorLive.audience.clock.roomMs !== null)));
  await Promise.all(viewers.map((viewer) => noteCounterAt(viewer, 'pin-card')));
  const pinned = await host.evaluate(() => {
    const { counter } = window.__probe.readMark(window.__probe.byTestId('host-preview')[0]);
    window.__probe.byTestId('pin')[0].click();
    return { counter, at: Date.now() };
  });
  for (const viewer of viewers) {
    const noted = await viewer.until('the pin', () => window.__noted, undefined, 30000);
    const frames = Math.min(behind(noted.counter, pinned.counter), behind(pinned.counter, noted.counter));
    world.finding(`pin off its frame, ${viewer.kind}`, frames * 33.4, { unit: 'ms', most: world.long ? 200 : 400 });
    world.finding(`glass to glass over HLS, ${viewer.kind}`, noted.at - pinned.at, { unit: 'ms', most: 4000 });
  }
  if (world.long) await comments(world, host, viewers);
  await chromium.until('sound', () => {
    const video = window.__probe.byTestId('live-video')[0];
    return !video.muted && !video.paused;
  });
  world.judge();
}
