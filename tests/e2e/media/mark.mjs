// SPDX-License-Identifier: Apache-2.0
/**
 * The mark burned into every test picture: 40 bits as black and white blocks in the lower half, ten columns by four rows, first
 * bit top left: 24 bits frame counter, 8 bits person, 8 bits CRC (polynomial 0x07, start 0xA5: neither black nor white nor grey
 * passes). Blocks stay readable after VP8 at 160×90. Each function stands alone: the pages get them as source text.
 */

export const COLUMNS = 10;
export const ROWS = 4;

/** CRC-8 of (counter << 8 | person), most significant byte first. */
export function markCheck(counter, person) {
  let crc = 0xa5;
  for (const byte of [(counter >>> 16) & 255, (counter >>> 8) & 255, counter & 255, person & 255]) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 255 : (crc << 1) & 255;
  }
  return crc;
}

/** The 40 bits, in drawing order. */
export function markBits(counter, person) {
  const bits = [];
  const push = (value, width) => {
    for (let bit = width - 1; bit >= 0; bit--) bits.push((value >>> bit) & 1);
  };
  push(counter & 0xffffff, 24);
  push(person & 255, 8);
  push(markCheck(counter & 0xffffff, person & 255), 8);
  return bits;
}

/** Rectangle of one block: the mark keeps 4 % away from the sides and the bottom. */
export function markBlock(index, width, height) {
  const left = width * 0.04;
  const top = height * 0.5;
  const w = (width * 0.92) / 10;
  const h = (height * 0.46) / 4;
  return { x: left + (index % 10) * w, y: top + Math.floor(index / 10) * h, w, h };
}

/**
 * Reads a mark. `luma(x, y)` gives 0..255. Null when a block is neither dark nor bright, or the check is wrong: a picture without
 * a mark, or one that is still being built up.
 */
export function markRead(luma, width, height) {
  let value = [];
  for (let index = 0; index < 40; index++) {
    const block = markBlock(index, width, height);
    let sum = 0;
    for (const dx of [0.35, 0.5, 0.65])
      for (const dy of [0.35, 0.5, 0.65]) sum += luma(Math.floor(block.x + block.w * dx), Math.floor(block.y + block.h * dy));
    const mean = sum / 9;
    if (mean > 88 && mean < 168) return null;
    value.push(mean >= 128 ? 1 : 0);
  }
  const number = (from, to) => value.slice(from, to).reduce((sum, bit) => sum * 2 + bit, 0);
  const counter = number(0, 24);
  const person = number(24, 32);
  return number(32, 40) === markCheck(counter, person) ? { counter, person } : null;
}

/** Tone of a person in Hz: apart enough for a 2048-point spectrum at 48 kHz, no one a multiple of another. */
export function toneOf(person) {
  return 500 + 170 * (person % 12);
}
