// SPDX-License-Identifier: Apache-2.0
/**
 * The reading test: 200 random decimals in 12 px type on a screen of 1920×1080, read by tesseract from a decoded frame. The truth is
 * known to the checker and to the sender's page alone; the reader gets pixels.
 */
import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const COLUMNS = 10;
const ROWS = 20;
const LEFT = 60;
const TOP = 60;
const COLUMN_WIDTH = 180;
const ROW_HEIGHT = 48;
/* Enlargements, tried in this order for what did not come out as a number: tesseract reads letters of about 27 px best, not always. */
const SCALES = [3, 2, 4];
const NUMBER = /^\d{3}\.\d{2}$/;

export function makeTruth() {
  const numbers = [];
  const lines = [];
  for (let row = 0; row < ROWS; row++)
    for (let column = 0; column < COLUMNS; column++) {
      const text = `${randomInt(100, 1000)}.${String(randomInt(0, 100)).padStart(2, '0')}`;
      numbers.push(text);
      lines.push({ text, x: LEFT + column * COLUMN_WIDTH, y: TOP + row * ROW_HEIGHT });
    }
  return { numbers, lines };
}

/* tesseract over a list of pictures, each with one number; pages of its output end in a form feed. */
async function readNumbers(world, dataUrls, name) {
  const files = dataUrls.map((dataUrl, at) => {
    const file = path.join(world.folder, `${name}-${at}.png`);
    writeFileSync(file, Buffer.from(dataUrl.split(',')[1], 'base64'));
    return file;
  });
  const list = path.join(world.folder, `${name}.txt`);
  writeFileSync(list, files.join('\n') + '\n');
  const { stdout } = await world.run('tesseract', [list, '-', '--psm', '7', '-c', 'tessedit_char_whitelist=0123456789.'],
    { env: { ...process.env, OMP_THREAD_LIMIT: '1' }, timeout: 120000 });
  return stdout.split('\f').slice(0, files.length).map((text) => text.trim());
}

/* All places of the frame that is shown now, in each enlargement: what is read later is of one instant. */
async function capture(person, video, lines) {
  const at = Date.now();
  const frame = await person.evaluate(
    ([expression, pieces, scales]) => {
      const element = (0, eval)(expression);
      const { videoWidth: width = element.width, videoHeight: height = element.height } = element;
      return { cuts: scales.map((scale) => window.__probe.cut(element, pieces, scale)), width, height };
    },
    [video, lines.map(({ x, y }) => ({ x: x - 14, y: y - 10, w: 80, h: 32 })), SCALES],
  );
  return { at, ...frame };
}

/* By two processes at once. */
async function readPictures(world, pictures) {
  const half = Math.ceil(pictures.length / 2);
  const parts = [pictures.slice(0, half), pictures.slice(half)].filter((part) => part.length);
  return (await Promise.all(parts.map((part, at) => readNumbers(world, part, `part-${at}`)))).flat();
}

/** Reads the frame that `video` (an expression in the page) shows now: {at (when it was taken, ms), right, width, height, misread}. */
export async function readScreen(world, person, video, truth) {
  const read = new Array(truth.lines.length).fill('');
  const { at, cuts, width, height } = await capture(person, video, truth.lines);
  const pictures = [];
  for (const cut of cuts) {
    const open = read.map((_, n) => n).filter((n) => !NUMBER.test(read[n]));
    if (!open.length) break;
    const found = await readPictures(world, open.map((n) => cut[n]));
    open.forEach((n, k) => {
      read[n] = found[k];
      pictures[n] = cut[n];
    });
  }
  // What was misread lies in the evidence of a scenario that fails.
  world.keep = Object.fromEntries(pictures.flatMap((picture, n) => (read[n] === truth.numbers[n] ? [] : [[`misread-${truth.numbers[n]}.png`, picture]])));
  const misread = truth.numbers.map((number, n) => (read[n] === number ? null : `${number}→${read[n]}`)).filter(Boolean);
  return { at, right: truth.numbers.length - misread.length, width, height, misread };
}

/** The same of a PNG's bytes; the page only cuts and enlarges. */
export async function readPicture(world, person, png, truth) {
  await person.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
    window.__picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
  }, png.toString('base64'));
  return readScreen(world, person, 'window.__picture', truth);
}
