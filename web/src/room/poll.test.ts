import { describe, expect, it } from 'vitest';
import { pollRows } from './poll.js';

const poll = (...votes: number[]) => ({
  id: 'pol_1',
  question: 'Which?',
  open: false,
  options: votes.map((n, i) => ({ text: `Option ${i}`, votes: n })),
});

describe('what a poll came to', () => {
  it('is a hundred together, whatever was rounded', () => {
    expect(pollRows(poll(1, 1, 1)).map((one) => one.share)).toEqual([34, 33, 33]);
    expect(pollRows(poll(2, 1)).map((one) => one.share)).toEqual([67, 33]);
    expect(pollRows(poll(7, 0)).map((one) => one.share)).toEqual([100, 0]);
    for (const votes of [
      [5, 3, 9, 1, 1, 2],
      [1, 999],
      [3, 3, 3, 3, 3, 3],
    ])
      expect(pollRows(poll(...votes)).reduce((sum, one) => sum + one.share, 0)).toBe(100);
  });

  it('is nothing where nobody voted, and nobody leads', () => {
    expect(pollRows(poll(0, 0))).toMatchObject([
      { share: 0, leads: false },
      { share: 0, leads: false },
    ]);
  });

  it('says who leads, two of them where they are equal', () => {
    expect(pollRows(poll(4, 4, 1)).map((one) => one.leads)).toEqual([true, true, false]);
  });
});
