import { expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

it('coming back begins at 250 ms, meets a server that is started again within half a second, and never waits longer than 3 s', () => {
  const waits = Array.from({ length: 30 }, (_, i) => backoffMs(i, 0.5));
  const tries = waits
    .slice(0, 5)
    .map((_, i) => waits.slice(0, i + 1).reduce((all, one) => all + one, 0));
  expect(tries).toEqual([250, 750, 1250, 1750, 2750]);
  expect(Math.max(...waits)).toBe(3000);
});

it('coming back is spread by a tenth, so that pages do not march', () => {
  expect(backoffMs(0, 0)).toBe(225);
  expect(backoffMs(0, 1)).toBe(275);
  expect(backoffMs(9, 1)).toBe(3000);
});
