import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { inTurns } from './turns.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('does one step a turn, in order, and the first at once', async () => {
  const done: number[] = [];
  const all = inTurns(
    true,
    [1, 2, 3].map((n) => () => done.push(n)),
  );
  expect(done).toEqual([1]);
  await vi.advanceTimersByTimeAsync(16);
  expect(done).toEqual([1, 2]);
  await vi.advanceTimersByTimeAsync(32);
  await all;
  expect(done).toEqual([1, 2, 3]);
});

it('does none any more when it is over, and ends', async () => {
  const done: number[] = [];
  let over = false;
  const all = inTurns(
    true,
    [1, 2].map((n) => () => done.push(n)),
    () => over,
  );
  over = true;
  await vi.advanceTimersByTimeAsync(100);
  await all;
  expect(done).toEqual([1]);
});

it('does all in one turn where nothing plays beside', () => {
  const done: number[] = [];
  void inTurns(false, [() => done.push(1), () => done.push(2)]);
  expect(done).toEqual([1, 2]);
});
