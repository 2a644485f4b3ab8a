/** Where each tile stands. Pure: sizes in, rectangles out, all in CSS pixels. */
import { fitGrid, type Shape } from './grid.js';

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface LayoutInput {
  width: number;
  height: number;
  /** Tiles beside the main one, or all of them in a grid. */
  count: number;
  /** One tile stands out: a screen, a pinned person, the speaker. */
  main: boolean;
  /** One's own tile floats in a corner instead of taking a place. */
  float: boolean;
  phone: boolean;
  /** Somebody is not shown: a place for the sign that says so. */
  sign: boolean;
}

export interface LayoutResult {
  main: Rect | null;
  tiles: Rect[];
  floating: Rect | null;
}

const GAP = 10;
const WIDE = 16 / 9;
const DESK: Shape = { least: 4 / 3, most: WIDE };
/** On an upright phone faces are cut to an upright shape. */
const UPRIGHT: Shape = { least: 3 / 5, most: 5 / 4 };
const STRIP_TILE: Shape = { least: WIDE, most: WIDE };
const SQUARE: Shape = { least: 1, most: 1 };
const FLOATING = 4 / 5;
const SIGN = 52;
const STRIP_DESK = 212;
const STRIP_PHONE = 96;

/** Tiles of one shape, as large as fits, rows centred. */
function grid(area: Rect, count: number, shape: Shape, gap: number): Rect[] {
  const fit = fitGrid(count, area.width, area.height, shape, gap);
  const top = area.y + (area.height - fit.rows * fit.height - (fit.rows - 1) * gap) / 2;
  return Array.from({ length: count }, (_, i) => {
    const row = Math.floor(i / fit.columns);
    const inRow = Math.min(fit.columns, count - row * fit.columns);
    const rowWidth = inRow * fit.width + (inRow - 1) * gap;
    const x = area.x + (area.width - rowWidth) / 2 + (i % fit.columns) * (fit.width + gap);
    return { x, y: top + row * (fit.height + gap), width: fit.width, height: fit.height };
  });
}

function corner(input: LayoutInput): Rect {
  const width = Math.min(input.width * 0.28, 120);
  const height = width / FLOATING;
  return { x: input.width - width - 10, y: input.height - height - 10, width, height };
}

function withStrip(input: LayoutInput): LayoutResult {
  const { width, height, count } = input;
  if (count === 0) return { main: { x: 0, y: 0, width, height }, tiles: [], floating: null };
  const side = width >= height * 1.2;
  const thick = side ? Math.min(STRIP_DESK, width * 0.24) : STRIP_PHONE;
  const main = side
    ? { x: 0, y: 0, width: width - thick - GAP, height }
    : { x: 0, y: 0, width, height: height - thick - GAP };
  const strip = side
    ? { x: width - thick, y: 0, width: thick, height: height - (input.sign ? SIGN : 0) }
    : { x: 0, y: height - thick, width, height: thick };
  return { main, tiles: grid(strip, count, side ? STRIP_TILE : SQUARE, 8), floating: null };
}

export function layOut(input: LayoutInput): LayoutResult {
  if (input.main) return withStrip(input);
  const { width, height, count, phone } = input;
  const area = { x: 0, y: 0, width, height };
  const floating = input.float ? corner(input) : null;
  if (count === 1 && (input.float || phone)) return { main: null, tiles: [area], floating };
  if (input.sign) area.height -= SIGN;
  const shape = phone && height > width ? UPRIGHT : DESK;
  return { main: null, tiles: grid(area, count, shape, phone ? 6 : GAP), floating };
}

/** How many tiles fit beside a main one before they are too small to know a face. */
export function stripRoom(width: number, height: number): number {
  const side = width >= height * 1.2;
  if (!side) return Math.max(Math.floor(width / (STRIP_PHONE + 8)), 1);
  const tile = Math.min(STRIP_DESK, width * 0.24) / WIDE;
  return Math.max(Math.floor((height - SIGN + 8) / (tile + 8)), 1);
}
