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
const SCALE = 4;

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

/* tesseract over one picture of one row. */
async function readRow(world, dataUrl, row) {
  const file = path.join(world.folder, `row-${row}.png`);
  writeFileSync(file, Buffer.from(dataUrl.split(',')[1], 'base64'));
  const { stdout } = await world.run('tesseract', [file, '-', '--psm', '7', '-c', 'tessedit_char_whitelist=0123456789. '],
    { env: { ...process.env, OMP_THREAD_LIMIT: '1' } });
  return stdout.trim().split(/\s+/);
}

/** Reads the frame that `video` (an expression in the page) shows now: {right, width, height, misread}. */
export async function readScreen(world, person, video, truth) {
  const { pictures, width, height } = await person.evaluate(
    ([expression, pieces, scale]) => {
      const element = (0, eval)(expression);
      return { pictures: window.__probe.cut(element, pieces, scale), width: element.videoWidth, height: element.videoHeight };
    },
    [video, Array.from({ length: ROWS }, (_, row) => ({ x: LEFT - 20, y: TOP + row * ROW_HEIGHT - 12, w: COLUMNS * COLUMN_WIDTH, h: 36 })), SCALE],
  );
  const rows = [];
  for (let row = 0; row < ROWS; row += 2)
    rows.push(...(await Promise.all([readRow(world, pictures[row], row), readRow(world, pictures[row + 1], row + 1)])));
  const read = rows.flatMap((row) => Array.from({ length: COLUMNS }, (_, column) => row[column] ?? ''));
  const misread = truth.numbers.map((number, at) => (read[at] === number ? null : `${number}→${read[at]}`)).filter(Boolean);
  return { right: truth.numbers.length - misread.length, width, height, misread };
}
