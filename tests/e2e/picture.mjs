// SPDX-License-Identifier: Apache-2.0
/** Makes docs/images/meeting.png: four people on a real server, with drawn cameras. node tests/e2e/picture.mjs (after ./dev build). */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { enterNamespaces } from './lib/net.mjs';

/* Runs in the page: a camera that shows somebody in a room, breathing a little. */
function drawnCamera(look) {
  navigator.mediaDevices.getUserMedia = async (want) => {
    const stream = new MediaStream();
    if (want.audio) stream.addTrack(new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0]);
    if (!want.video) return stream;
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [1280, 720];
    const draw = canvas.getContext('2d', { alpha: false });
    const ellipse = (x, y, rx, ry, fill) => {
      draw.fillStyle = fill;
      draw.beginPath();
      draw.ellipse(x, y, rx, ry, 0, 0, 7);
      draw.fill();
    };
    const paint = () => {
      const breath = Math.sin(performance.now() / 900 + look.phase) * 5;
      const wall = draw.createLinearGradient(0, 0, 1280, 720);
      wall.addColorStop(0, look.wall[0]);
      wall.addColorStop(1, look.wall[1]);
      draw.fillStyle = wall;
      draw.fillRect(0, 0, 1280, 720);
      draw.fillStyle = 'rgba(255, 246, 225, 0.22)';
      draw.fillRect(look.window, 80, 230, 300);
      draw.fillStyle = 'rgba(0, 0, 0, 0.12)';
      draw.fillRect(look.window + 111, 80, 8, 300);
      ellipse(640, 790 + breath, 330, 290, look.coat);
      ellipse(640, 505 + breath, 72, 100, look.skin[1]);
      ellipse(640, 330 + breath, 178, 205, look.hair);
      ellipse(640, 365 + breath, 138, 168, look.skin[0]);
      ellipse(640, 225 + breath, 150, look.fringe, look.hair);
      for (const side of [-1, 1]) ellipse(640 + side * 52, 365 + breath, 11, 13, '#2a1d18');
      draw.strokeStyle = '#8f3f37';
      draw.lineWidth = 9;
      draw.lineCap = 'round';
      draw.beginPath();
      draw.arc(640, 425 + breath, 46, 0.35, Math.PI - 0.35);
      draw.stroke();
    };
    paint();
    setInterval(paint, 66);
    stream.addTrack(canvas.captureStream(15).getVideoTracks()[0]);
    return stream;
  };
}

const PEOPLE = [
  { name: '林岚', wall: ['#d9b48a', '#8a5a44'], window: 930, coat: '#7c2f2a', skin: ['#f0c8a6', '#ddae8a'], hair: '#2b1c16', fringe: 62, phase: 0 },
  { name: 'Mara', wall: ['#9fb7b0', '#46645f'], window: 120, coat: '#e5d6bd', skin: ['#e3b591', '#c99873'], hair: '#6b3b22', fringe: 80, phase: 1 },
  { name: 'Otto', wall: ['#b9c3cf', '#566579'], window: 960, coat: '#2f3d4f', skin: ['#c98f68', '#ad7650'], hair: '#191412', fringe: 48, phase: 2 },
  { name: 'Noor', wall: ['#d8cbb8', '#7d6f60'], window: 90, coat: '#4d6b4f', skin: ['#a9714d', '#8d5b3b'], hair: '#14100e', fringe: 70, phase: 3 },
];

async function take() {
  const { World, sleep } = await import('./lib/world.mjs');
  const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
  const world = await World.make({ root, serverProgram: path.join(root, 'build/src/parlord'), slack: 3 });
  const browser = await chromium.launch({ executablePath: process.env.PARLOR_CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'] });
  try {
    await world.startServer();
    let link = null;
    const pages = [];
    for (const person of PEOPLE) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 760 }, locale: 'en-US' });
      await context.addInitScript(`(${drawnCamera})(${JSON.stringify(person)}); try { localStorage['parlor.choices'] ??= ${JSON.stringify(JSON.stringify({ name: person.name }))}; } catch {}`);
      const page = await context.newPage();
      await page.goto(link ?? `${world.url}/`);
      await page.click(`[data-testid="${link ? 'join-button' : 'new-meeting'}"]`);
      await page.waitForSelector('[data-testid="room"]');
      link ??= page.url();
      pages.push(page);
    }
    await pages[1].click('[data-testid="hand-toggle"]');
    await pages[3].click('[data-testid="chat-toggle"]');
    await pages[3].fill('[data-testid="chat-input"]', 'The second sample looks right to me.');
    await pages[3].keyboard.press('Enter');
    await pages[0].waitForFunction(() => document.querySelectorAll('[data-testid="tile"][data-live]').length === 4);
    await pages[0].click('[data-testid="chat-toggle"]');
    await sleep(9000);
    await pages[0].screenshot({ path: path.join(root, 'docs/images/meeting.png') });
  } finally {
    await browser.close();
    await world.close();
  }
}

if (!process.env.PARLOR_E2E_INSIDE) enterNamespaces();
await take();
process.exit(0);
