// SPDX-License-Identifier: Apache-2.0
/**
 * Pictures of every surface of a live room, at a desk and on a phone, in both languages, light and dark, from a real stream, to be
 * looked at: node tests/e2e/run.mjs --only 69-looks; they lie in build/results/looks, or where PARLOR_LOOKS says. What scrolls
 * sideways, and what axe finds, is told. Played on request alone.
 */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { probeSource } from '../lib/probe.mjs';
import { Person } from '../lib/browsers.mjs';
import { goLive, makeLive } from '../lib/live.mjs';
import { sleep } from '../lib/world.mjs';
import { openShop } from '../../../docs/examples/shop/serve.mjs';

export const title = 'pictures of every surface of a live room';
export const seconds = 800;
export const suite = 'look';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'];

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };
const LOOKS = [
  { name: 'phone-zh', viewport: PHONE, locale: 'zh-CN', colorScheme: 'light' },
  { name: 'phone-en', viewport: PHONE, locale: 'en-US', colorScheme: 'dark' },
  { name: 'desk-zh', viewport: DESK, locale: 'zh-CN', colorScheme: 'dark' },
  { name: 'desk-en', viewport: DESK, locale: 'en-US', colorScheme: 'light' },
];

/* A window of this look in a browser that runs, as a Person. */
async function opened(world, first, look, more = {}) {
  const phone = look.viewport === PHONE;
  const context = await first.browser.newContext({ viewport: look.viewport, locale: look.locale, colorScheme: look.colorScheme, isMobile: phone, hasTouch: phone, permissions: ['camera', 'microphone'] });
  const number = 50 + (world.windows = (world.windows ?? 0) + 1);
  await context.addInitScript(probeSource({ person: number, name: more.name ?? 'Ada', madeCamera: true }));
  if (more.init) await context.addInitScript(more.init);
  const one = new Person();
  Object.assign(one, { number, kind: 'chromium', name: `${look.name}`, log: [], page: await context.newPage(), close: () => undefined, look, context });
  return one;
}

function shooter(world) {
  const folder = path.resolve(process.env.PARLOR_LOOKS ?? path.join(world.root, 'build/results/looks'));
  mkdirSync(folder, { recursive: true });
  const bad = [];
  const shoot = async (one, name) => {
    await sleep(500);
    const wide = await one.evaluate(() => document.documentElement.scrollWidth > innerWidth + 1);
    if (wide) bad.push(`${name} (${one.look.name}) scrolls sideways`);
    await one.evaluate(AXE);
    const found = await one.evaluate(async (tags) => {
      const { violations } = await window.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
      return violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target.flat().join(' ')} (${node.any[0]?.message ?? rule.help})`));
    }, RULES);
    bad.push(...found.map((text) => `${name} (${one.look.name}): ${text}`));
    await one.page.screenshot({ path: path.join(folder, `${name}-${one.look.name}.png`) });
  };
  return { shoot, bad };
}

async function post(world, where, body, token) {
  const answer = await fetch(world.url + where, { method: 'POST', headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) }, body: JSON.stringify(body) });
  assert.ok(answer.ok, `${where}: ${answer.status}`);
  return answer.json();
}

const picture = (one) => one.until('the picture', () => window.__probe.readMark(window.__probe.byTestId('live-video')[0]), undefined, 30000);

/* One after the other what a viewer can open. */
async function viewerSteps(world, shoot, host, room, look) {
  const viewer = await opened(world, world.people[1], look);
  await viewer.goto(room.link);
  await picture(viewer);
  await viewer.sees('service-button');
  await sleep(1500);
  await shoot(viewer, '02-viewer');
  await viewer.click('shelf-open');
  await viewer.sees('shelf');
  await shoot(viewer, '03-shelf');
  await viewer.click('shelf-row');
  await viewer.sees('product-sheet');
  await shoot(viewer, '04-product');
  await viewer.click('sheet-close');
  await viewer.click('stage-open');
  await viewer.until('the preview', () => window.__probe.byTestId('stage-preview')[0]?.videoWidth > 0);
  await shoot(viewer, '05-cohost-preview');
  await viewer.click('stage-recorded');
  await viewer.click('stage-ask');
  await sleep(400);
  await shoot(viewer, '06-cohost-asks');
  await host.click('tab-guests');
  await host.click('admit');
  await viewer.sees('self-view');
  await sleep(1200);
  await shoot(viewer, '07-cohost-on-stage');
  await host.click('send-off');
  await viewer.seesNot('self-view');
  await viewer.evaluate(() => window.__probe.byTestId('sheet-close')[0]?.click());
  await viewer.click('service-button');
  await viewer.sees('rep-card').catch(() => undefined);
  await shoot(viewer, '08-service-card');
  await viewer.evaluate(() => window.__probe.byTestId('service-add')[0]?.click());
  await sleep(900);
  await shoot(viewer, '09-service-chat');
  await viewer.context.close();
}

async function tellSteps(world, shoot, host, room) {
  const watchers = [];
  for (const look of LOOKS) {
    const one = await opened(world, world.people[1], look);
    await one.goto(room.link);
    await picture(one);
    watchers.push(one);
  }
  await host.click('tab-rules');
  await host.fill('poll-question', '您更喜欢哪一款？ Which one do you like best?');
  await host.evaluate(() => ['暖光台灯 Warm lamp', '冷光台灯 Cold lamp', '都要 Both of them, thank you'].forEach((text, at) => (window.__probe.all('[name=option]')[at].value = text)));
  await host.click('poll-start');
  for (const one of watchers) {
    await one.sees('poll');
    await shoot(one, '10-poll');
    await one.click('poll-option');
  }
  await sleep(1500);
  for (const one of watchers) await shoot(one, '11-poll-mine');
  await host.click('poll-end');
  await sleep(1500);
  for (const one of watchers) await shoot(one, '12-poll-result');
  await post(world, '/v1/broadcasts', { room: room.id, title: '抽奖 The draw', text: '八点开始抽奖，请不要离开。The draw begins at eight; stay with us.', url: 'https://shop.example/news', confirm: true });
  for (const one of watchers) {
    await one.sees('broadcast');
    await shoot(one, '13-broadcast');
    await one.click('broadcast-confirm');
    await one.seesNot('broadcast');
  }
  const { page } = watchers[0];
  await page.evaluate(() => window.dispatchEvent(new Event('offline')));
  return watchers;
}

async function consoles(world, shoot, room) {
  for (const look of LOOKS) {
    const one = await opened(world, world.people[0], look, { name: 'Wei' });
    const { url } = await post(world, `/v1/rooms/${room.id}/console`, { as: 'assistant' }, room.token);
    await one.goto(url.replace(/^https?:\/\/[^/]+/, world.url));
    await one.sees('tab-comments');
    await sleep(1500);
    await shoot(one, '20-assistant-shelf');
    for (const tab of ['comments', 'guests', 'words', 'rules']) {
      await one.click(`tab-${tab}`);
      await shoot(one, `21-assistant-${tab}`);
    }
    await one.click('tab-shelf');
    await one.click('shelf-sort');
    await shoot(one, '22-assistant-sort');
    await one.context.close();
  }
}

async function hosts(world, shoot) {
  for (const look of LOOKS) {
    const made = await makeLive(world, { title: '秋日灯具专场 Autumn lamps' });
    const one = await opened(world, world.people[0], look, { name: 'Lin' });
    await one.goto(`${world.url}/host`);
    await one.sees('create');
    await shoot(one, '30-new-stream');
    await goLive(one, made);
    await shoot(one, '31-host');
    await one.click('ways');
    await sleep(400);
    await one.evaluate(() => window.__probe.byTestId('encoder-make')[0]?.click());
    await one.evaluate(() => window.__probe.byTestId('assistant-make')[0]?.click());
    await sleep(600);
    await one.evaluate(() => window.__probe.byTestId('edit-title')[0]?.scrollIntoView({ block: 'end' }));
    await shoot(one, '32-host-ways');
    await one.click('ways');
    await one.click('end');
    await shoot(one, '33-host-end-sure');
    await one.click('end-sure');
    await sleep(800);
    await shoot(one, '34-host-ended');
    await one.context.close();
  }
}

async function others(world, shoot, room, soon, shop, replay) {
  const noWebRtc = () => ['RTCPeerConnection', 'MediaSource', 'ManagedMediaSource'].forEach((name) => delete window[name]);
  const list = [
    ['01-countdown', soon.link, 'countdown'], ['40-brand', `${world.url}/b/br_demo`, 'watch'], ['41-words', `${world.url}/words`, ''], ['42-in-app', room.link, 'card-no-webrtc', noWebRtc],
    ['43-shop', shop.url, ''], ['44-replay', replay, 'film'], ['45-nothing-here', `${world.url}/l/rm_nothing`, ''], ['46-settings-entries', `${world.url}/admin#/settings/entries`, ''],
  ];
  for (const look of LOOKS) {
    for (const [name, url, id, init] of list.filter(([, where]) => where)) {
      const one = await opened(world, world.people[1], look, { init });
      await one.goto(url);
      if (id) await one.sees(id);
      await sleep(2500);
      await shoot(one, name);
      if (name === '43-shop') {
        await one.click('shelf-open');
        await one.click('shelf-row');
        await sleep(400);
        await shoot(one, '43-shop-product');
        await one.click('buy');
        await one.until('the shop to show it', () => document.querySelector('main').dataset.handoff);
        await shoot(one, '43-shop-floating');
      }
      if (name === '44-replay') {
        await one.click('chapters-open');
        await shoot(one, '44-replay-chapters');
      }
      await one.context.close();
    }
  }
}

async function recorded(world, host) {
  const room = await makeLive(world, { title: '夏日灯具 Summer lamps', policy: { record: 'always', consent: 'notice' } });
  await goLive(host, room);
  await sleep(2500);
  await host.evaluate(() => window.__probe.byTestId('pin')[0].click());
  await sleep(3500);
  await host.click('end');
  await host.click('end-sure');
  await host.sees('replay-publish', 30000);
  await host.fill('replay-name', '夏日灯具 回放');
  await host.click('replay-publish');
  await host.until('the replay to be published', () => window.__probe.byTestId('own-replay')[0]?.dataset.state === 'published', undefined, 60000);
  return host.evaluate(() => window.__probe.byTestId('replay-url')[0].value);
}

export async function run(world) {
  await world.startServer();
  const { shoot, bad } = shooter(world);
  const [host] = await world.persons({ browser: 'chromium', name: 'Lin' }, { browser: 'chromium', name: 'Ada' });
  const rep = await world.person({ browser: 'chromium', name: 'Mei' });
  await rep.goto(`${world.url}/rep`);
  const replay = await recorded(world, host);
  host.look = LOOKS[3];
  await shoot(host, '35-host-replay');
  const soon = await makeLive(world, { title: '新品首发 First night', scheduled_at: Date.now() + 3 * 3600000, summary: '三款新台灯首次亮相，直播间专享价。 Three new lamps.' });
  const room = await makeLive(world, { title: '秋日灯具专场 Autumn lamps' });
  await goLive(host, room);
  await post(world, `/v1/rooms/${room.id}/pins`, { sku: 'lamp-01', note: '直播间专享价 Today only' }, room.token);
  const bot = await post(world, '/v1/bots', { name: '价格助手' });
  for (const [n, text] of ['台灯：¥399，今天有货', 'Ships within 24 hours, free of charge above ¥199', '欢迎新来的朋友！'].entries()) await post(world, `/v1/rooms/${room.id}/comments`, { client_id: String(n), text }, bot.token);
  const shop = await openShop(world.url, room.id);
  try {
    await fetch(`${world.url}/v1/brands/br_demo`, { method: 'PATCH', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ origins: [shop.url] }) });
    for (const look of LOOKS) await viewerSteps(world, shoot, host, room, look);
    const watchers = await tellSteps(world, shoot, host, room);
    await consoles(world, shoot, room);
    await others(world, shoot, room, soon, shop, replay);
    await host.click('pause');
    await sleep(1200);
    for (const one of watchers) await shoot(one, '50-paused');
    await host.click('pause');
    await host.click('end');
    await host.click('end-sure');
    await sleep(1200);
    for (const one of watchers) await shoot(one, '51-ended');
    for (const one of watchers) await one.context.close();
    await hosts(world, shoot);
  } finally {
    shop.close();
  }
  assert.deepEqual(bad, []);
}
