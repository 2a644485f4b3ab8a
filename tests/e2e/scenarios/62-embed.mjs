// SPDX-License-Identifier: Apache-2.0
/** `<live-room>` in a shop of another origin, under a policy without anything unsafe: watching, speaking, the shelf, the floating player. */
import assert from 'node:assert/strict';
import { LOOP_FRAMES } from '../media/generate.mjs';
import { goLive, makeLive } from '../lib/live.mjs';
import { openShop } from '../../../docs/examples/shop/serve.mjs';

export const title = 'a live room in a shop of another origin: strict policy, comments, the shelf, a player that floats on';
export const seconds = 150;
export const beside = true;

async function allowOrigin(world, origin) {
  const answer = await fetch(`${world.url}/v1/brands/br_demo`, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ origins: [origin] }) });
  assert.equal(answer.status, 200);
}

const reading = (viewer) => viewer.until('the picture', () => window.__probe.readMark(window.__probe.byTestId('live-video')[0]));

async function embedded(viewer, shop) {
  await viewer.goto(shop.url);
  await reading(viewer);
  const found = await viewer.evaluate(() => ({
    lang: document.documentElement.lang, cookies: document.cookie, globals: Object.keys(window).filter((one) => one.startsWith('parlor')),
    sheets: document.head.querySelectorAll('link[rel=stylesheet]').length, outside: document.querySelectorAll('body > :not(header, main, live-room, script)').length,
  }));
  assert.deepEqual(found, { lang: 'en', cookies: '', globals: [], sheets: 1, outside: 0 }, `${viewer.kind}: the shop's page is left alone`);
}

/* What a click does to the picture beside it: the same element goes on, and its counter with it. */
async function playsOn(viewer, act) {
  await viewer.evaluate(() => {
    const video = window.__probe.byTestId('live-video')[0];
    window.__kept = { video, pauses: 0 };
    video.addEventListener('pause', () => window.__kept.pauses++);
  });
  await act();
  const before = await reading(viewer);
  await viewer.until('the picture to go on', ([counter, loop]) => {
    const now = window.__probe.readMark(window.__probe.byTestId('live-video')[0]);
    return now && (now.counter - counter + loop) % loop >= 10;
  }, [before.counter, LOOP_FRAMES]);
  const same = await viewer.evaluate(() => window.__kept.video === window.__probe.byTestId('live-video')[0] && !window.__kept.video.paused && window.__kept.pauses === 0);
  assert.ok(same, `${viewer.kind}: the same <video>, never paused`);
}

async function shopping(viewer) {
  await viewer.click('shelf-open');
  await viewer.click('shelf-row');
  await playsOn(viewer, () => viewer.click('buy'));
  const shown = await viewer.until('the shop to show it', () => document.querySelector('main').dataset.handoff && { ...document.querySelector('main').dataset, path: location.pathname });
  assert.equal(shown.path, `/p/${shown.sku}`);
  const box = await viewer.evaluate(() => {
    const room = document.querySelector('live-room');
    const { width, right, bottom } = room.getBoundingClientRect();
    return { floating: room.floating, small: width < 250, low: innerHeight - bottom < 60 && innerWidth - right < 60 };
  });
  assert.deepEqual(box, { floating: true, small: true, low: true }, `${viewer.kind}: the player floats`);
  return shown;
}

const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/* He asks somebody, and shows a picture of what he means: it goes to the server and comes back from there. */
async function asks(viewer) {
  await viewer.click('service-button');
  await viewer.click('service-add');
  await viewer.sees('say');
  await viewer.evaluate((picture) => {
    const chosen = new DataTransfer();
    chosen.items.add(new File([Uint8Array.from(atob(picture), (one) => one.charCodeAt(0))], 'mine.png', { type: 'image/png' }));
    const [input] = window.__probe.byTestId('picture');
    input.files = chosen.files;
    input.dispatchEvent(new Event('change'));
  }, PICTURE);
  await viewer.until('his picture in the chat', () => window.__probe.all('.bubble .picture').some((one) => one.naturalWidth > 0));
  await viewer.click('service-away');
}

/* What a page's scripts hold on to from now on: listeners of the window and the document, intervals, lines and connections. */
function counted() {
  const held = { listeners: 0, intervals: new Set(), lines: [], peers: [] };
  for (const target of [window, document, window.visualViewport]) {
    const [add, remove, known] = [target.addEventListener.bind(target), target.removeEventListener.bind(target), new Map()];
    const forget = (type, listener) => known.get(listener)?.delete(type) && held.listeners--;
    target.addEventListener = (type, listener, options) => {
      add(type, listener, options);
      const types = known.get(listener) ?? new Set();
      known.set(listener, types);
      if (!types.has(type)) held.listeners++;
      types.add(type);
      options?.signal?.addEventListener('abort', () => forget(type, listener));
    };
    target.removeEventListener = (type, listener, options) => {
      remove(type, listener, options);
      forget(type, listener);
    };
  }
  const { setInterval: start, clearInterval: stop } = window;
  window.setInterval = (...given) => {
    const id = start(...given);
    held.intervals.add(id);
    return id;
  };
  window.clearInterval = (id) => {
    held.intervals.delete(id);
    stop(id);
  };
  window.WebSocket = class extends window.WebSocket {
    constructor(...given) {
      super(...given);
      held.lines.push(this);
    }
  };
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...given) {
      super(...given);
      held.peers.push(this);
    }
  };
  window.__held = () => ({
    listeners: held.listeners, intervals: held.intervals.size, lines: held.lines.filter((one) => one.readyState < 2).length,
    peers: held.peers.filter((one) => one.connectionState !== 'closed').length, made: held.lines.length,
  });
}

/* A site of one page takes the player out and puts another in, again and again: some play, some have their service button, some are gone
   before they began. Nothing of them stays. */
async function mountedOften(viewer) {
  await viewer.evaluate(`(${counted})()`);
  await viewer.evaluate(async () => {
    const first = document.querySelector('live-room');
    const room = first.getAttribute('room');
    first.remove();
    const wait = (ms) => new Promise((done) => setTimeout(done, ms));
    for (let n = 0; n < 20; n++) {
      const one = document.createElement('live-room');
      one.setAttribute('room', room);
      one.setAttribute('loading', 'eager');
      const ready = new Promise((done) => one.addEventListener('ready', done));
      document.body.append(one);
      if (n % 4 === 3) await wait(5 * n);
      else await ready;
      for (let tries = 0; n % 4 === 0 && tries < 50 && !window.__probe.byTestId('service-button').length; tries++) await wait(100);
      one.remove();
    }
  });
  const held = await viewer.until('nothing to be held', () => {
    const { listeners, intervals, lines, peers } = window.__held();
    return !listeners && !intervals && !lines && !peers && window.__held();
  }).catch(async () => viewer.evaluate(() => window.__held()));
  assert.deepEqual({ ...held, made: held.made >= 15 }, { listeners: 0, intervals: 0, lines: 0, peers: 0, made: true }, `${viewer.kind}: after twenty players`);
}

export async function run(world) {
  await world.startServer();
  const [host, chromium, firefox] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Ada' }, { browser: 'firefox', name: 'Bo' });
  const room = await makeLive(world);
  const shop = await openShop(world.url, room.id);
  try {
    await allowOrigin(world, shop.url);
    await goLive(host, room);
    await Promise.all([embedded(chromium, shop), embedded(firefox, shop)]);
    await host.until('two who watch', () => window.__probe.byTestId('viewers')[0]?.dataset.count === '2');
    await chromium.fill('comment-input', 'a word from the shop');
    await chromium.press('Enter');
    await firefox.until('the comment', () => window.__probe.byTestId('comment')[0]?.textContent.includes('a word from the shop'));
    for (const viewer of [chromium, firefox]) await asks(viewer);
    const [bought] = await Promise.all([shopping(chromium), shopping(firefox)]);
    const resolved = await fetch(`${world.url}/v1/handoffs/resolve`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code: bought.handoff }) });
    assert.match((await resolved.json()).visitor, /^vis_/, 'the click is a visitor’s, without any cookie');
    await Promise.all([chromium, firefox].map(async (viewer) => {
      await viewer.click('about');
      /* Firefox is back from a click before it has left the page. */
      await viewer.until('the player to float on the next page too', () => location.pathname === '/about' && document.querySelector('live-room')?.floating);
      await reading(viewer);
      await playsOn(viewer, () => viewer.click('expand'));
    }));
    await mountedOften(chromium);
    await allowOrigin(world, 'https://another.example');
    const refused = await fetch(`${world.url}/v1/rooms/${room.id}/live`, { headers: { origin: shop.url } });
    assert.equal(refused.status, 403);
    for (const one of [chromium, firefox]) assert.deepEqual(one.log.filter((line) => /Content.Security.Policy|integrity/i.test(line)), []);
  } finally {
    shop.close();
  }
}
