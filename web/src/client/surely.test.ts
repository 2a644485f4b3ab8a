import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { surely } from './surely.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('asks again until it is there, and no more', async () => {
  let tries = 0;
  const done = surely(() => (++tries < 3 ? Promise.reject(new Error('x')) : Promise.resolve('it')));
  await vi.advanceTimersByTimeAsync(2000);
  expect(tries).toBe(1);
  await vi.advanceTimersByTimeAsync(4000);
  expect(await done).toBe('it');
  expect(tries).toBe(3);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(tries).toBe(3);
});

it('gives up in the end, without a complaint', async () => {
  const done = surely(() => Promise.reject(new Error('gone')));
  await vi.advanceTimersByTimeAsync(300_000);
  await expect(done).resolves.toBeNull();
});
