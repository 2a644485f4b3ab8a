/* Pictures of every page and state, into the folder named (default /tmp/parlor-shots), and a
   complaint about every error in the page's console: `npm run shots -- [folder] [name…]`. */
import { mkdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { serve } from './serve.mjs';

const [folder = '/tmp/parlor-shots', ...only] = process.argv.slice(2);
const SIZES = {
  desk: { width: 1440, height: 900 },
  phone: { width: 390, height: 844 },
  narrow: { width: 320, height: 568 },
  across: { width: 844, height: 390 },
};
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
/* Devices that can be pulled out; `left` = there is another one. */
const PLUGGED = `{
  const devices = navigator.mediaDevices, ask = devices.getUserMedia.bind(devices), got = [];
  devices.getUserMedia = async (what) => {
    if (window.__pulled) throw new DOMException('', 'NotFoundError');
    const stream = await ask(what);
    got.push(...stream.getTracks());
    return stream;
  };
  window.__pull = (kinds, left) => {
    window.__pulled = !left;
    for (const one of got.splice(0)) if (kinds.includes(one.kind)) one.dispatchEvent(new Event('ended'));
  };
}`;
const pull = (kinds, left) => (page) =>
  page.evaluate(([what, other]) => window.__pull(what, other), [kinds, left]);
/* As a browser that plays nothing before a touch. */
const SILENT = `{
  const { play } = HTMLMediaElement.prototype;
  Object.defineProperty(HTMLMediaElement.prototype, 'autoplay', { set() {}, get: () => false });
  HTMLMediaElement.prototype.play = function () {
    if (this.tagName === 'AUDIO') return Promise.reject(new DOMException('', 'NotAllowedError'));
    return play.call(this);
  };
}`;
const SEALED = '/m#abcde-fghjk.key=AAECAwQFBgcICQoLDA0ODw';
const wait = (ms) => (page) => page.waitForTimeout(ms);
const lobby = [
  { participant: 'w1', name: '孙悟空', since: 0 },
  { participant: 'w2', name: 'Charlotte Wang', since: 0 },
];

/* Names and messages as they come: long, right to left, of one word, with pictures. */
const ODD = [
  'Maximiliane-Alexandra Freifrau von Hohenstein-Wittgenstein zu Berleburg',
  'محمد عبد الرحمن',
  '👩🏽‍🚀🎉',
  '欧阳娜娜（上海研发中心·结构设计部·高级工程师）',
  'שרה כהן',
  'Ömür Çağlayangil',
];
const SAID = [
  'https://files.example.com/a/very/long/path/that/never/ends/0123456789abcdef0123456789abcdef0123456789abcdef?token=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  'مرحبا بالجميع، هل يمكنكم رؤية الشاشة؟',
  '🎉🎉🎉',
  '请看这里：https://example.com/价格表.pdf（第二页），有问题随时说。'.repeat(6),
];

/* name: {path, fake, init, gone, go}; `gone`: what cannot be loaded */
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
  'prejoin-insecure': {
    init: "Object.defineProperty(navigator, 'mediaDevices', { value: undefined });",
  },
  'prejoin-early': { fake: { begins: 5400000 } },
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
  'panel-late': {
    fake: { people: 3 },
    gone: '**/assets/chat-*.js',
    go: room(click('chat-toggle'), wait(600)),
  },
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
  unplugged: { init: PLUGGED, go: room(pull(['audio', 'video']), wait(500)) },
  'unplugged-sound': { init: PLUGGED, go: room(pull(['audio']), wait(500)) },
  replaced: { init: PLUGGED, go: room(pull(['audio'], true), wait(700)) },
  'tap-to-hear': { init: SILENT, go: room() },
  pinned: { fake: { people: 5 }, go: room(click('pin'), wait(500)) },
  sealed: { path: SEALED, fake: { people: 3, cameras: 0, sealed: true }, go: room() },
  'sealed-words': {
    path: SEALED,
    fake: { people: 3, cameras: 0, sealed: true },
    go: room(click('sealed'), wait(300)),
  },
  'sealed-other-key': { path: SEALED, fake: { people: 3, sealed: true }, go: room(wait(1500)) },
  'sealed-no-key': {
    fake: { people: 3, sealed: true },
    go: async (page) => {
      await page.click(id('join-button'));
      await page.waitForTimeout(600);
    },
  },
  'sealed-not': { path: SEALED, fake: { people: 3 }, go: wait(600) },
  'sealed-cannot': { path: SEALED, init: 'delete window.RTCRtpScriptTransform;', go: wait(600) },
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
  removed: { go: room(say({ t: 'closed', reason: 'removed' })) },
  'ended-replaced': { go: room(say({ t: 'closed', reason: 'replaced' })) },
  left: { go: room(click('leave'), click('leave-me')) },
  'room-30': { fake: { people: 30, cameras: 20 }, go: room() },
  'roster-30': {
    fake: { people: 30, hands: ['pt_3'] },
    go: room((page) => page.keyboard.press('p')),
  },
  'odd-room': { fake: { people: 6, cameras: 3, names: ODD, company: '蓝海 Ltd' }, go: room() },
  'odd-roster': {
    fake: { people: 6, names: ODD, company: '蓝海 Ltd' },
    go: room(
      (page) => page.keyboard.press('p'),
      (page) => page.locator(id('person-more')).nth(1).click(),
    ),
  },
  'odd-chat': {
    fake: { people: 6, names: ODD, company: '蓝海 Ltd', text: SAID },
    go: room(click('chat-toggle')),
  },
  'screen-mine': {
    init: 'navigator.mediaDevices.getDisplayMedia = async () => { const c = document.createElement("canvas"); c.width = 640; c.height = 360; c.getContext("2d").fillRect(0, 0, 9, 9); return c.captureStream(5); };',
    fake: { people: 3 },
    go: room(
      (page) => page.keyboard.press('s'),
      (page) => page.waitForTimeout(700),
    ),
  },
  recording: {
    fake: { people: 3, recording: { state: 'on', id: 'rec_1' }, consent: 'given' },
    go: room(),
  },
  'recording-menu': {
    fake: { people: 3, recording: { state: 'on', id: 'rec_1' }, consent: 'given' },
    go: room(click('more')),
  },
  'consent-ask': {
    fake: { people: 3, recording: { state: 'on', id: 'rec_1' }, role: 'guest' },
    go: room((page) => page.waitForTimeout(500)),
  },
  'consent-notice': {
    fake: { people: 3, recording: { state: 'on', id: 'rec_1', mode: 'notice' }, role: 'guest' },
    go: room((page) => page.waitForTimeout(500)),
  },
  'consent-left': {
    fake: { people: 3, recording: { state: 'on', id: 'rec_1' }, consent: 'given', role: 'guest' },
    go: room(click('more'), click('consent-change'), wait(300)),
  },
  'consent-left-asked': {
    fake: { people: 3, recording: { state: 'on', id: 'rec_1' }, consent: 'given', role: 'guest' },
    go: room(click('more'), click('consent-change'), click('left-remove'), wait(1000)),
  },
  'consent-left-held': {
    fake: {
      people: 3,
      recording: { state: 'on', id: 'rec_1' },
      consent: 'given',
      role: 'guest',
      held: true,
    },
    go: room(click('more'), click('consent-change'), click('left-remove'), wait(1000)),
  },
  'consent-left-done': {
    fake: {
      people: 3,
      recording: { state: 'on', id: 'rec_1' },
      consent: 'given',
      role: 'guest',
      gone: true,
    },
    go: room(click('more'), click('consent-change'), click('left-remove'), wait(1000)),
  },
  marker: {
    go: room(
      (page) => page.keyboard.press('n'),
      (page) => page.waitForTimeout(400),
    ),
  },
  knock: { fake: { people: 2, lobby }, go: room((page) => page.waitForTimeout(6000)) },
  'knock-in-chat': {
    fake: { people: 2 },
    go: room(
      click('chat-toggle'),
      (page) => page.waitForTimeout(400),
      say({ t: 'lobby', waiting: lobby }),
      say({ t: 'ask_unmute', by: 'pt_0' }),
      (page) => page.waitForTimeout(700),
    ),
  },
  locked: { fake: { people: 2, locked: true }, go: room() },
  'cam-off': { fake: { people: 1, cameras: 0 }, go: room((page) => page.keyboard.press('v')) },
  'room-refused': {
    fake: { people: 2 },
    init: refuse('NotAllowedError'),
    go: room(),
  },
  schedule: { path: '/', go: (page) => page.click(id('schedule')) },
  begin: {
    path: '/begin',
    go: async (page) => {
      await page.fill(id('begin-name'), "青瓷 & Anna's");
      await page.fill(id('begin-login'), 'lin@shop.example');
    },
  },
  'begin-bare': { path: '/begin' },
  signin: { path: '/signin' },
  'brand-away': { path: '/b/br_demo', gone: '**/v1/**' },
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
  const { path = '/m#abcde-fghjk', fake = {}, init = '', gone, go } = SHOTS[plain];
  const context = await browser.newContext({
    viewport: SIZES[size],
    deviceScaleFactor: 1,
    hasTouch: size !== 'desk',
    isMobile: size !== 'desk',
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
  if (gone) await page.route(gone, (one) => one.abort());
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
  ['narrow', 'en-US', 'light'],
  ['across', 'zh-CN', 'dark'],
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
