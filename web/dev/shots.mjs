/* Pictures of every page and state, into the folder named (default /tmp/parlor-shots), and a
   complaint about every error in the page's console: `npm run shots -- [folder] [name…]`. */
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { serve } from './serve.mjs';

const [folder = '/tmp/parlor-shots', ...only] = process.argv.slice(2);
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
const id = (name) => `[data-testid="${name}"]`;
const click = (name) => (page) => page.click(id(name));
const inRoom = async (page) => {
  await page.fill(id('name-input'), '主人');
  await page.click(id('join-button'));
  await page.waitForSelector(id('room'));
  await page.waitForTimeout(1800);
};
const room =
  (...steps) =>
  async (page) => {
    await inRoom(page);
    for (const step of steps) await step(page);
  };
const say = (message) => (page) => page.evaluate((one) => window.__socket.say(one), message);
const refuse = (error) =>
  `navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', '${error}'); };`;
const lobby = [
  { participant: 'w1', name: '孙悟空', since: 0 },
  { participant: 'w2', name: 'Charlotte Wang', since: 0 },
];

/* name: {path, fake, init, size, lang, theme, go} */
const SHOTS = {
  home: { path: '/' },
  'home-code-wrong': {
    path: '/',
    go: async (page) => {
      await page.fill(id('join-code'), 'hello');
      await page.click(id('join-button'));
    },
  },
  prejoin: {},
  'prejoin-refused': { init: refuse('NotAllowedError') },
  'prejoin-busy': { init: refuse('NotReadableError') },
  'prejoin-none': { init: refuse('NotFoundError') },
  'no-such-room': { fake: { noRoom: true } },
  'room-1': { fake: { people: 0 }, go: room() },
  'room-2': { fake: { people: 1 }, go: room() },
  'room-4': { fake: { people: 3, cameras: 2, hands: ['pt_2'] }, go: room() },
  'room-9': { fake: { people: 8, cameras: 6 }, go: room() },
  speaker: {
    fake: { people: 5 },
    go: room(
      (page) => page.keyboard.press('l'),
      (page) => page.waitForTimeout(500),
    ),
  },
  screen: { fake: { people: 5, screen: 1 }, go: room() },
  chat: { fake: { people: 3 }, go: room(click('chat-toggle')) },
  roster: {
    fake: { people: 4, lobby, hands: ['pt_1', 'pt_0'] },
    go: room(
      (page) => page.keyboard.press('p'),
      (page) => page.click(id('person-more')),
    ),
  },
  guest: { fake: { people: 3, role: 'guest' }, go: room((page) => page.keyboard.press('p')) },
  invite: {
    go: room((page) => page.evaluate((q) => document.querySelector(q).click(), id('invite'))),
  },
  more: { go: room(click('more')) },
  settings: { go: room(click('more'), click('settings')) },
  help: { go: room((page) => page.keyboard.press('?')) },
  leave: { go: room(click('leave')) },
  why: { fake: { people: 3 }, go: room(click('quality'), (page) => page.waitForTimeout(2500)) },
  'why-host': {
    fake: { people: 4, role: 'host' },
    go: room(
      click('quality'),
      (page) => page.waitForSelector(id('quality-csv')),
      (page) => page.locator(id('quality-csv')).scrollIntoViewIfNeeded(),
      (page) => page.waitForTimeout(2500),
    ),
  },
  asked: {
    go: room(
      say({ t: 'ask_unmute', by: 'pt_0' }),
      say({ t: 'reaction', participant: 'pt_1', emoji: '🎉' }),
      (page) => page.waitForTimeout(700),
    ),
  },
  waiting: {
    fake: { waiting: true },
    go: async (page) => {
      await page.click(id('join-button'));
      await page.waitForTimeout(400);
    },
  },
  denied: {
    fake: { denied: 'locked' },
    go: async (page) => {
      await page.click(id('join-button'));
      await page.waitForTimeout(400);
    },
  },
  reconnecting: {
    go: room(
      (page) =>
        page.evaluate(() => {
          window.__down = true;
          window.__socket.close(1006);
        }),
      (page) => page.waitForTimeout(600),
    ),
  },
  ended: { go: room(say({ t: 'closed', reason: 'ended' })) },
  watch: { path: '/watch#demo' },
  publish: { path: '/publish#demo/camera' },
};

mkdirSync(folder, { recursive: true });
const site = await serve();
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--use-fake-device-for-media-stream',
    '--use-fake-ui-for-media-stream',
    '--disable-features=WebRtcHideLocalIpsWithMdns',
  ],
});
let bad = 0;

async function shoot(name, look) {
  const [plain, size, lang, theme] = look;
  const { path = '/m#abcde-fghjk', fake = {}, init = '', go } = SHOTS[plain];
  const context = await browser.newContext({
    viewport: size === 'phone' ? PHONE : DESK,
    deviceScaleFactor: 1,
    hasTouch: size === 'phone',
    isMobile: size === 'phone',
    locale: lang,
    colorScheme: theme,
    permissions: ['camera', 'microphone'],
  });
  const page = await context.newPage();
  page.on('console', (one) => {
    if (one.type() === 'error' && !/404|501|Failed to load/.test(one.text()))
      complain(name, one.text());
  });
  page.on('pageerror', (error) => complain(name, String(error)));
  await page.addInitScript(`window.__fake = ${JSON.stringify(fake)};${init}`);
  if (path.startsWith('/m') || path === '/')
    await page.addInitScript({ path: new URL('fake-server.js', import.meta.url).pathname });
  await page.goto(site.url + path);
  await page.waitForTimeout(900);
  await go?.(page);
  await page.waitForTimeout(300);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  if (wide) complain(name, 'scrolls sideways');
  await page.screenshot({ path: `${folder}/${name}.png` });
  await context.close();
}

function complain(name, text) {
  bad++;
  console.error(`${name}: ${text}`);
}

const LOOKS = [
  ['desk', 'zh-CN', 'light'],
  ['phone', 'en-US', 'dark'],
  ['phone', 'zh-CN', 'light'],
  ['desk', 'en-US', 'dark'],
];
for (const plain of Object.keys(SHOTS)) {
  for (const look of LOOKS) {
    const name = `${plain}-${look.join('-')}`;
    if (only.length && !only.some((one) => name.includes(one))) continue;
    await shoot(name, [plain, ...look]).catch((error) =>
      complain(name, String(error).split('\n')[0]),
    );
  }
}
await browser.close();
site.close();
process.exitCode = bad ? 1 : 0;
