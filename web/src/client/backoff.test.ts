import { expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

/** When the first `n` tries come, after the line was lost. */
function tries(n: number, random: () => number): number[] {
  let at = 0;
  return Array.from({ length: n }, (_, attempt) => (at += backoffMs(attempt, random())));
}

it('coming back begins within 100 ms, meets a server that is started again within a quarter of a second, and never waits longer than 3 s', () => {
  expect(tries(5, () => 0)).toEqual([100, 350, 600, 850, 1100]);
  expect(tries(10, () => 0)[9]).toBe(3000);
  const waits = Array.from({ length: 30 }, (_, attempt) => backoffMs(attempt, 0));
  expect(Math.max(...waits)).toBe(3000);
});

it('thousands of pages that lost one server do not march, at first nor after long', () => {
  const shares = Array.from({ length: 300 }, (_, n) => n / 300);
  for (const attempt of [0, 1, 12, 30]) {
    const longest = backoffMs(attempt, 0);
    const waits = shares.map((share) => backoffMs(attempt, share));
    expect(longest - Math.min(...waits)).toBeGreaterThan(0.3 * longest);
    /* As many in each tenth of that time. */
    for (let tenth = 0; tenth < 10; tenth++) {
      const from = longest * (1 - (tenth + 1) / 30);
      const n = waits.filter((one) => one > from && one <= from + longest / 30).length;
      expect(n).toBeLessThan(60);
    }
  }
});
