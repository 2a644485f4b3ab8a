import { expect, test } from 'vitest';
import type { RecordingRow } from '../../client/recordings.js';
import { piecesOf, sumOf, timeOf } from './occurrences.js';

const DAY = 24 * 3600 * 1000;
const NINE = Date.parse('2026-11-23T09:00Z');

/** `day` days before, of that series; '' = not planned. */
function row(id: string, series: string, day: number): RecordingRow {
  const start = NINE - day * DAY;
  return {
    id,
    started_at: start + 60_000,
    from_ms: 1000,
    to_ms: 61_000,
    markers: 2,
    occurrence: series ? { series, start, end: start + 45 * 60_000 } : null,
  } as RecordingRow;
}

const shape = (pages: RecordingRow[][], whole: boolean, more = false): string[] =>
  piecesOf(pages, whole, more).map((pieces) =>
    pieces
      .map(({ block, rows, first }) => {
        const ids = rows.map((one) => one.id).join('');
        return block.headed ? `${first ? '#' : ''}(${ids})` : ids;
      })
      .join(' '),
  );

test('neighbours of one occurrence stand under one heading, who stands alone does not', () => {
  const rows = [row('a', '', 0), row('b', 's', 0), row('c', 's', 0), row('d', 't', 0)];
  expect(shape([rows], false)).toEqual(['a #(bc) d']);
  expect(shape([[row('a', 's', 0), row('b', 't', 0), row('c', 's', 0)]], false)).toEqual(['a b c']);
  expect(shape([[row('a', 's', 0), row('b', 's', 1)]], false)).toEqual(['a b']);
});

test('of one series all stands under headings, what was not planned under its day', () => {
  const rows = [row('a', 's', 0), row('b', '', 1), row('c', '', 1), row('d', 's', 2)];
  expect(shape([rows], true)).toEqual(['#(a) #(bc) #(d)']);
});

test('an occurrence goes over the end of a page without a second heading', () => {
  const pages = [
    [row('a', 's', 0), row('b', 's', 1)],
    [row('c', 's', 1), row('d', 's', 2)],
  ];
  expect(shape(pages, true)).toEqual(['#(a) #(b)', '(c) #(d)']);
  expect(shape(pages, false)).toEqual(['a #(b)', '(c) d']);
  const [first] = piecesOf(pages, true, true);
  expect(sumOf(first?.[1]?.block.rows ?? [])).toEqual({ n: 2, ms: 120_000, markers: 4 });
});

test('only the last one may grow, while there are other pages', () => {
  const pages = [[row('a', 's', 0), row('b', 's', 1)]];
  const open = (more: boolean): boolean[] =>
    (piecesOf(pages, true, more)[0] ?? []).map((piece) => piece.block.open);
  expect(open(true)).toEqual([false, true]);
  expect(open(false)).toEqual([false, false]);
  expect(piecesOf([], true, false)).toEqual([]);
});

test('five thousand are put under headings in no time', () => {
  const pages = Array.from({ length: 100 }, (_, at) =>
    Array.from({ length: 50 }, (_, i) => row(`${at}-${i}`, 's', Math.floor((at * 50 + i) / 3))),
  );
  const began = performance.now();
  const pieces = piecesOf(pages, true, false);
  expect(performance.now() - began).toBeLessThan(300);
  expect(pieces.flat().filter((one) => one.first)).toHaveLength(1667);
});

test('a heading says when it was planned; else the day', () => {
  const [first = []] = piecesOf([[row('a', 's', 0), row('b', '', 1)]], true, false);
  const said = (language: string): string[] => first.map(({ block }) => timeOf(block, language));
  expect(said('en')[0]).toMatch(/Nov 23, 2026.*45/);
  expect(said('zh-CN')[0]).toMatch(/2026年11月23日.*45/);
  expect(said('en')[1]).toMatch(/^\w+, Nov 22, 2026$/);
});
