import { expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

it('coming back begins at 250 ms, doubles, and never waits longer than 3 s', () => {
  const waits = Array.from({ length: 30 }, (_, i) => backoffMs(i, 0.5));
  expect(waits.slice(0, 4)).toEqual([250, 500, 1000, 2000]);
  expect(Math.max(...waits)).toBe(3000);
});

it('coming back is spread by a tenth, so that pages do not march', () => {
  expect(backoffMs(0, 0)).toBe(225);
  expect(backoffMs(0, 1)).toBe(275);
  expect(backoffMs(9, 1)).toBe(3000);
});
