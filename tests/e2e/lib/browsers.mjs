// SPDX-License-Identifier: Apache-2.0
/**
 * A person: one browser of his own with one page. Chromium is driven over CDP (playwright-core) and takes camera and microphone
 * from files; Firefox over WebDriver BiDi (puppeteer-core), with its own fake microphone and a camera made in the page. Both are used through the same calls.
 * No preference of ICE, DTLS or codecs is changed in either.
 */
import { chromium } from 'playwright-core';
import puppeteer from 'puppeteer-core';
import { probeSource } from './probe.mjs';
import { mediaOf } from '../media/generate.mjs';
import { toneOf } from '../media/mark.mjs';

const CHROMIUM = process.env.PARLOR_CHROMIUM ?? '/usr/bin/chromium';
const FIREFOX = process.env.PARLOR_FIREFOX ?? '/usr/bin/firefox-esr';

/* What the bars of a Firefox window take of its height, in px. */
const FIREFOX_BARS_HEIGHT = 86;

/* Where a Firefox behind a bad line is driven from; the line's number is added. */
const CONTROL_PORT = 21000;

async function launchChromium(options, media) {
  const browser = await chromium.launch({
    executablePath: options.line?.wrap(CHROMIUM) ?? CHROMIUM,
    headless: true,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--use-fake-ui-for-media-stream',
      ...(options.noDevices ? [] : ['--use-fake-device-for-media-stream']),
      ...(media ? [`--use-file-for-fake-video-capture=${media.video}`, `--use-file-for-fake-audio-capture=${media.audio}`] : []),
      ...(options.strictAutoplay ? ['--autoplay-policy=document-user-activation-required'] : ['--autoplay-policy=no-user-gesture-required']),
      ...(options.flags ?? []),
    ],
    ignoreDefaultArgs: ['--mute-audio', '--disable-back-forward-cache'],
  });
  return { browser, ...(await openChromium(browser, options)) };
}

/* A window with cookies of its own in a browser that runs. */
async function openChromium(browser, options) {
  const context = await browser.newContext({ viewport: options.viewport ?? { width: 1280, height: 720 }, locale: options.locale ?? 'en-US', permissions: [] });
  await context.addInitScript(probeSource({ person: options.person, name: options.name, refuse: options.refuse, madeCamera: options.madeCamera }));
  const page = await context.newPage();
  return { page, close: () => browser.close(), pid: null };
}

async function launchFirefox(options) {
  const { width, height } = options.viewport ?? { width: 1280, height: 720 };
  const control = options.line ? [`--remote-debugging-port=${CONTROL_PORT + options.line.number}`] : [];
  await options.line?.reach(CONTROL_PORT + options.line.number);
  const browser = await puppeteer.launch({
    // The window's size by its own flags: emulating a viewport asks for commands that older releases do not know.
    defaultViewport: null,
    args: [`--width=${width}`, `--height=${height + FIREFOX_BARS_HEIGHT}`, ...control],
    browser: 'firefox',
    executablePath: options.line?.wrap(FIREFOX) ?? FIREFOX,
    headless: true,
    extraPrefsFirefox: {
      'media.navigator.streams.fake': true,
      'media.navigator.permission.disabled': true,
      'media.navigator.audio.fake_frequency': toneOf(options.person),
      'media.autoplay.default': options.strictAutoplay ? 1 : 0,
      'media.autoplay.blocking_policy': 0,
      'intl.accept_languages': options.locale ?? 'en-US',
    },
  });
  const [page] = await browser.pages();
  await putProbe(page, options);
  return { browser, page, close: () => browser.close(), pid: browser.process()?.pid };
}

const putProbe = (page, options) =>
  page.evaluateOnNewDocument(new Function(probeSource({ person: options.person, name: options.name, madeCamera: options.madeCamera ?? true, refuse: options.refuse })));

/* A window, since what stands in a tab behind another is not drawn. */
async function openFirefox(browser, options) {
  const page = await (await browser.createBrowserContext()).newPage({ type: 'window' });
  await putProbe(page, options);
  return { page, close: () => undefined, pid: null };
}

/** What was last begun, for the message of a scenario that ran out of time. */
export const progress = { last: '' };

export class Person {
  /** options: {browser, person (number of tone and mark), name, locale, viewport, refuse, noDevices, strictAutoplay, mediaFolder, line, busy (a camera that fills its bit rate), madeCamera (one drawn in the page, {width, height, rate} or true; Chromium's is a file else), flags (more of Chromium's)} */
  static async launch(given) {
    const options = { name: `Person ${given.person}`, ...given };
    const self = new Person();
    Object.assign(self, { number: options.person, kind: options.browser, name: options.name, log: [] });
    progress.last = `launching ${options.browser} for ${self.name}`;
    const media = options.browser === 'chromium' && !options.noDevices && !options.madeCamera ? await mediaOf(options.person, options.mediaFolder, options.busy) : null;
    const launched = options.browser === 'chromium' ? await launchChromium(options, media) : await launchFirefox(options);
    Object.assign(self, launched);
    self.page.on('console', (message) => self.log.push(`${message.type()}: ${message.text()}`));
    self.page.on('pageerror', (error) => self.log.push(`page error: ${error.message}`));
    return self;
  }

  /** Somebody else in a window of this one's browser, with cookies of his own; he goes when it is closed. Options as for launch (). */
  static async beside(other, given) {
    const options = { name: `Person ${given.person}`, ...given };
    const self = new Person();
    Object.assign(self, { number: options.person, kind: other.kind, name: options.name, log: [] });
    progress.last = `a further window of ${other.name} for ${self.name}`;
    const opened = other.kind === 'chromium' ? await openChromium(other.browser, options) : await openFirefox(other.browser, options);
    Object.assign(self, opened, { close: () => undefined });
    self.page.on('pageerror', (error) => self.log.push(`page error: ${error.message}`));
    return self;
  }

  /** Runs a function of one argument in the page. */
  evaluate(func, argument) {
    return this.page.evaluate(func, argument);
  }

  async goto(url) {
    await this.page.goto(url, { waitUntil: 'domcontentloaded', timeout: 20000 });
  }

  /** Whatever he was known by is gone; the page that is open still has it. */
  async forget() {
    if (this.kind === 'chromium') await this.page.context().clearCookies();
    else await this.page.deleteCookie(...(await this.page.cookies()));
    await this.evaluate(() => (localStorage.clear(), sessionStorage.clear()));
  }

  reload() {
    return this.page.reload({ waitUntil: 'domcontentloaded', timeout: 20000 });
  }

  /** Waits until `func (argument)` in the page gives something true; the message says what was waited for. */
  async until(what, func, argument, ms = 15000) {
    const end = Date.now() + ms;
    let last;
    progress.last = `${this.name} waited for ${what}`;
    for (;;) {
      try {
        last = await this.evaluate(func, argument);
        if (last) return last;
      } catch (error) {
        last = error.message;
      }
      if (Date.now() > end) throw new Error(`${this.name} (${this.kind}): ${what} did not come within ${ms} ms; last: ${JSON.stringify(last)}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Waits for a visible element with that data-testid. */
  sees(id, ms) {
    return this.until(`element ${id}`, (name) => window.__probe?.byTestId(name).some(window.__probe.visible), id, ms);
  }

  seesNot(id, ms) {
    return this.until(`no element ${id}`, (name) => window.__probe && !window.__probe.byTestId(name).some(window.__probe.visible), id, ms);
  }

  /** The text of the first element with that data-testid. */
  text(id) {
    return this.evaluate((name) => {
      const element = window.__probe.byTestId(name)[0];
      if (!element) return '';
      const texts = (node) => [...node.childNodes].map((child) => (child.nodeType === 3 ? child.data : child.tagName === 'STYLE' ? '' : texts(child.shadowRoot ?? child))).join(' ');
      return (texts(element.shadowRoot ?? element) + ' ' + (element.shadowRoot ? texts(element) : '')).replace(/\s+/g, ' ').trim();
    }, id);
  }

  async #handle(id, index = 0) {
    const handle = await this.page.evaluateHandle(([name, at]) => window.__probe.byTestId(name).filter(window.__probe.visible)[at] ?? null, [id, index]);
    const element = handle.asElement();
    if (!element) throw new Error(`${this.name} (${this.kind}): no visible element ${id}`);
    return element;
  }

  /** A real click with the mouse. */
  async click(id, index = 0) {
    await this.sees(id);
    await (await this.#handle(id, index)).click();
  }

  /** Types into a field, with the keyboard. */
  async fill(id, text) {
    await this.sees(id);
    await this.evaluate((name) => {
      const field = window.__probe.byTestId(name).find(window.__probe.visible);
      const input = field.matches('input, textarea') ? field : (window.__probe.all('input, textarea', field.shadowRoot ?? field)[0] ?? field);
      input.focus();
      input.select?.();
    }, id);
    await this.page.keyboard.type(text);
  }

  press(key) {
    return this.page.keyboard.press(key);
  }

  screenshot(path) {
    return this.page.screenshot({ path });
  }
}
