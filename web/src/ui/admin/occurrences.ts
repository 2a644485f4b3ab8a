/** Recordings of one occurrence of a series stand together in the portal's list. Pure. */
import type { RecordingRow } from '../../client/recordings.js';

/** What follows each other and belongs together, whatever page it came with. */
export interface Block {
  /** When it was planned; null: its recordings belong to no time of a plan. */
  occurrence: RecordingRow['occurrence'];
  rows: RecordingRow[];
  /** It stands under a heading. */
  headed: boolean;
  /** A page that is still to come may bring more of it. */
  open: boolean;
}

/** A block's part on one page; `first`: its heading is there. */
export interface Piece {
  block: Block;
  rows: RecordingRow[];
  first: boolean;
}

function keyOf(one: RecordingRow, whole: boolean): string {
  const { occurrence, started_at: at, id } = one;
  if (occurrence) return `${occurrence.series}@${occurrence.start}`;
  return whole ? new Date(at).toDateString() : id;
}

/**
 * Each page's pieces. `whole`: the list is of one series, all of it stands under headings, what was
 * not planned under its day; else only neighbours of one occurrence do. `more`: there are other pages.
 */
export function piecesOf(pages: RecordingRow[][], whole: boolean, more: boolean): Piece[][] {
  let key = '';
  const blocks: Block[] = [];
  const pieces = pages.map((rows) => {
    const here: Piece[] = [];
    for (const one of rows) {
      const own = keyOf(one, whole);
      const same = own === key ? blocks.at(-1) : undefined;
      const block = same ?? { occurrence: one.occurrence, rows: [], headed: whole, open: false };
      if (!same) blocks.push(block);
      key = own;
      block.rows.push(one);
      const piece = here.at(-1);
      if (piece?.block === block) piece.rows.push(one);
      else here.push({ block, rows: [one], first: !same });
    }
    return here;
  });
  for (const one of blocks) one.headed ||= one.rows.length > 1;
  const last = blocks.at(-1);
  if (last) last.open = more;
  return pieces;
}

/** How long its recordings are together, and how much was noted down in them. */
export function sumOf(rows: RecordingRow[]): { n: number; ms: number; markers: number } {
  const sum = { n: rows.length, ms: 0, markers: 0 };
  for (const one of rows) {
    sum.ms += Math.max(one.to_ms - one.from_ms, 0);
    sum.markers += one.markers;
  }
  return sum;
}

/** "Mon, Nov 23, 2026 · 9:30 – 10:15 AM"; of what was not planned its day. */
export function timeOf({ occurrence, rows }: Block, language: string): string {
  const day = new Intl.DateTimeFormat(language, {
    weekday: 'short',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
  });
  if (!occurrence) return day.format(rows[0]?.started_at ?? 0);
  const time = new Intl.DateTimeFormat(language, { hour: 'numeric', minute: '2-digit' });
  const { start, end } = occurrence;
  return `${day.format(start)} · ${time.formatRange(start, end)}`;
}
