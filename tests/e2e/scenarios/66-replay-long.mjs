// SPDX-License-Identifier: Apache-2.0
/** The host publishes what was recorded: in both browsers the pin stands on its frame, a tap tells the instant, and withdrawn is withdrawn. */
import assert from 'node:assert/strict';
import { LOOP_FRAMES } from '../media/generate.mjs';
import { goLive, makeLive } from '../lib/live.mjs';
import { sleep } from '../lib/world.mjs';

export const title = 'a replay: published by the host, a pin on its frame, a tap of that instant, a chapter’s link, withdrawn';
export const seconds = 120;
export const suite = 'bench';

const FPS = 30;
const apart = (a, b) => Math.min((a - b + LOOP_FRAMES) % LOOP_FRAMES, (b - a + LOOP_FRAMES) % LOOP_FRAMES);

/* On air for some seconds with one pin; gives the counter of the picture at which it was pinned. */
async function stream(host, room) {
  await goLive(host, room);
  await sleep(2500);
  const counter = await host.evaluate(() => {
    const mark = window.__probe.readMark(window.__probe.byTestId('host-preview')[0]);
    window.__probe.byTestId('pin')[0].click();
    return mark.counter;
  });
  await host.sees('host-pin');
  await sleep(2500);
  await host.click('end');
  await host.click('end-sure');
  return counter;
}

async function publish(host) {
  await host.sees('replay-publish');
  await host.fill('replay-name', 'Lamps again');
  await host.click('replay-publish');
  await host.until('the replay to be published', () => window.__probe.byTestId('own-replay')[0]?.dataset.state === 'published', undefined, 45000);
  return host.evaluate(() => window.__probe.byTestId('replay-url')[0].value);
}

/* The counter of the film at the moment when the card comes, as it plays from its beginning. */
async function pinOnItsFrame(world, viewer, url, counter) {
  await viewer.goto(`${url}?t=0`);
  await viewer.until('the film', () => window.__probe.readMark(window.__probe.byTestId('film')[0]));
  /* It may have come to its end meanwhile: from the beginning, and the first frame with the card counts. */
  const noted = await viewer.evaluate(async () => {
    const film = window.__probe.byTestId('film')[0];
    const once = (name, act) => new Promise((resolve) => {
      film.addEventListener(name, resolve, { once: true });
      act();
    });
    if (!film.paused) await once('pause', () => film.pause());
    await once('seeked', () => { film.currentTime = 0.1; });
    await film.play();
    return new Promise((resolve) => {
      const look = () => {
        const mark = window.__probe.byTestId('pin-card').length > 0 && window.__probe.readMark(film);
        if (mark || film.ended) resolve(mark || null);
        else requestAnimationFrame(look);
      };
      look();
    });
  });
  assert.ok(noted, `${viewer.kind}: the card came on a frame that can be read`);
  world.finding(`pin off its frame, ${viewer.kind}`, (apart(noted.counter, counter) * 1000) / FPS, { unit: 'ms', most: 200 });
}

/* The service button in the replay: the tap has the replay's entry and the instant that is shown. */
async function tap(world, viewer) {
  await viewer.sees('service-button');
  const { shown, entry } = await viewer.evaluate(() => {
    const at = { shown: window.parlorReplay.audience.clock.roomMs, entry: window.parlorReplay.entry };
    window.__probe.byTestId('service-button')[0].click();
    return at;
  });
  const told = await world.eventually('the tap', async () => {
    const { events } = await (await fetch(`${world.url}/v1/events?limit=1000`)).json();
    return events.find((one) => one.type === 'entry.tap' && one.data.entry === entry);
  });
  assert.ok(Math.abs(told.room_ms - shown) <= 1000, `${viewer.kind}: the tap is of ${told.room_ms}, what was shown of ${shown}`);
  await viewer.press('Escape');
}

/* A link to a second, and a chapter's own. */
async function links(viewer, url) {
  await viewer.goto(`${url}?t=0:02`);
  await viewer.until('the second of the link', () => window.parlorReplay.at >= 2 && window.parlorReplay.at < 4);
  const chapter = await viewer.evaluate(async (id) => (await (await fetch(`/v1/replays/${id}`)).json()).pins[0], url.split('/').at(-1));
  await viewer.goto(`${url}?c=${chapter.id}`);
  await viewer.until('the chapter', (ms) => window.parlorReplay.at * 1000 >= ms - 50 && window.__probe.byTestId('pin-card').length > 0, chapter.at_ms);
}

export async function run(world) {
  await world.startServer();
  const [host, chromium, firefox] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Ada' }, { browser: 'firefox', name: 'Bo' });
  const room = await makeLive(world, { policy: { record: 'always', consent: 'notice' } });
  const counter = await stream(host, room);
  const url = await publish(host);
  for (const viewer of [chromium, firefox]) await pinOnItsFrame(world, viewer, url, counter);
  await tap(world, chromium);
  await links(firefox, url);
  await host.click('withdraw');
  await host.click('withdraw-sure');
  await host.until('it to be withdrawn', () => window.__probe.byTestId('own-replay')[0]?.dataset.state === 'withdrawn');
  for (const viewer of [chromium, firefox]) {
    await viewer.evaluate(() => window.dispatchEvent(new Event('focus')));
    await viewer.until('the page to say so', () => window.__probe.byTestId('replay-refused')[0]?.dataset.code === 'withdrawn', undefined, 60000);
    assert.equal(await viewer.evaluate(() => window.__probe.byTestId('film').length), 0, 'nothing of the film is left');
  }
  world.judge();
}
