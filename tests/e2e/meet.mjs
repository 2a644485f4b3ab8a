// SPDX-License-Identifier: Apache-2.0
/**
 * Two people meet at a demo that runs already, in two windows of one Chromium: `node tests/e2e/meet.mjs URL [FILE.png]`. One presses
 * "New meeting", the other opens the link that stands on the first one's page; each must get the other's moving picture.
 * Prints how long that took; FILE.png shows what the second one sees.
 */
import { chromium } from 'playwright-core';

const FRAMES = 30;
const PATIENCE_MS = 60_000;

const [url, file] = process.argv.slice(2);
if (!url) throw new Error('usage: node tests/e2e/meet.mjs URL [FILE.png]');
const id = (name) => `[data-testid="${name}"]`;

const moving = (least) => {
  const video = document.querySelector('[data-testid="tile"]:not([data-self]) video');
  return video !== null && video.getVideoPlaybackQuality().totalVideoFrames >= least;
};

const browser = await chromium.launch({
  executablePath: process.env.PARLOR_CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
});

async function person() {
  const context = await browser.newContext({ viewport: { width: 1280, height: 720 }, permissions: ['camera', 'microphone'] });
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  return page;
}

try {
  const began = Date.now();
  const host = await person();
  await host.goto(url);
  await host.click(id('new-meeting'));
  await host.waitForSelector(id('room'));
  const link = await host.inputValue(`.alone input`);
  const guest = await person();
  await guest.goto(link);
  await guest.fill(id('name-input'), 'Mara');
  await guest.click(id('join-button'));
  for (const page of [host, guest]) await page.waitForFunction(moving, FRAMES, { timeout: PATIENCE_MS });
  if (file) await guest.screenshot({ path: file });
  console.log(`two people met in ${((Date.now() - began) / 1000).toFixed(1)} s`);
} finally {
  await browser.close();
}
