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

/* Cuts the given places out of the frame and reads them, by two processes at once. */
async function readPlaces(world, person, video, lines, scale) {
  const { pictures, width, height } = await person.evaluate(
    ([expression, pieces, factor]) => {
      const element = (0, eval)(expression);
      return { pictures: window.__probe.cut(element, pieces, factor), width: element.videoWidth, height: element.videoHeight };
    },
    [video, lines.map(({ x, y }) => ({ x: x - 14, y: y - 10, w: 80, h: 32 })), scale],
  );
  const half = Math.ceil(pictures.length / 2);
  const parts = [pictures.slice(0, half), pictures.slice(half)].filter((part) => part.length);
  const read = (await Promise.all(parts.map((part, at) => readNumbers(world, part, `part-${at}`)))).flat();
  return { pictures, read, width, height };
}

/** Reads the frame that `video` (an expression in the page) shows now: {right, width, height, misread}. */
export async function readScreen(world, person, video, truth) {
  const read = new Array(truth.lines.length).fill('');
  const pictures = [];
  let size = {};
  for (const scale of SCALES) {
    const open = truth.lines.map((line, at) => at).filter((at) => !NUMBER.test(read[at]));
    if (!open.length) break;
    const found = await readPlaces(world, person, video, open.map((at) => truth.lines[at]), scale);
    open.forEach((at, n) => {
      read[at] = found.read[n];
      pictures[at] = found.pictures[n];
    });
    size = { width: found.width, height: found.height };
  }
  // What was misread lies in the evidence of a scenario that fails.
  world.keep = Object.fromEntries(pictures.flatMap((picture, at) => (read[at] === truth.numbers[at] ? [] : [[`misread-${truth.numbers[at]}.png`, picture]])));
  const misread = truth.numbers.map((number, at) => (read[at] === number ? null : `${number}→${read[at]}`)).filter(Boolean);
  return { right: truth.numbers.length - misread.length, ...size, misread };
}
