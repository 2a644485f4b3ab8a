import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Fetched } from './fetched.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const gone = (): Promise<never> => Promise.reject(new Error('the line is away'));

it('asks once, however often the page is drawn, and again by itself until it is there', async () => {
  const changed = vi.fn();
  const fetched = new Fetched(changed);
  const load = vi.fn().mockImplementationOnce(gone).mockResolvedValue({});
  for (let drawn = 0; drawn < 5; drawn++) fetched.ask('chat', load);
  await vi.advanceTimersByTimeAsync(0);
  expect([load.mock.calls.length, fetched.isLate('chat'), changed.mock.calls.length]).toEqual([
    1,
    true,
    1,
  ]);
  for (let drawn = 0; drawn < 5; drawn++) fetched.ask('chat', load);
  await vi.advanceTimersByTimeAsync(4000);
  expect([load.mock.calls.length, changed.mock.calls.length]).toEqual([2, 2]);
});

it('tries at once for who wants it at once, and goes on saying that it is late', async () => {
  const fetched = new Fetched(() => undefined);
  const load = vi.fn(gone);
  fetched.ask('chat', load);
  await vi.advanceTimersByTimeAsync(10);
  fetched.again('chat', load);
  expect([load.mock.calls.length, fetched.isLate('chat')]).toEqual([2, true]);
});
