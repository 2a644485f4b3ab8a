import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Comeback } from './comeback.js';

let knocks = 0;
let answer: () => Promise<{ status: number; type?: string }>;
const open = vi.fn();
let comeback: Comeback;

const away = (): Promise<never> => Promise.reject(new TypeError('refused'));

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('fetch', () => {
    knocks++;
    return answer();
  });
  knocks = 0;
  open.mockReset();
  comeback = new Comeback(open);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('knocks while the server is away, and opens no line that would fail and make the next one wait', async () => {
  answer = away;
  comeback.begin();
  await vi.advanceTimersByTimeAsync(1500);
  expect(open).not.toHaveBeenCalled();
  expect(knocks).toBeGreaterThan(4);
  answer = () => Promise.resolve({ status: 200 });
  await vi.advanceTimersByTimeAsync(600);
  expect(open).toHaveBeenCalledOnce();
  expect(comeback.isUnderWay).toBe(false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(open).toHaveBeenCalledOnce();
});

it('a proxy that says 502 is nobody, a server of another origin may not be read and is somebody', async () => {
  answer = () => Promise.resolve({ status: 502, type: 'basic' });
  comeback.begin();
  await vi.advanceTimersByTimeAsync(1500);
  expect(open).not.toHaveBeenCalled();
  answer = () => Promise.resolve({ status: 0, type: 'opaque' });
  await vi.advanceTimersByTimeAsync(600);
  expect(open).toHaveBeenCalledOnce();
});

it('tries a line at last though no knock is answered', async () => {
  answer = away;
  comeback.begin();
  await vi.advanceTimersByTimeAsync(5000);
  expect(open).toHaveBeenCalledOnce();
});

it('what was stopped does not open, be a knock under way', async () => {
  let tell: (reply: { status: number }) => void = () => undefined;
  answer = () => new Promise((resolve) => (tell = resolve));
  comeback.begin();
  await vi.advanceTimersByTimeAsync(200);
  expect(knocks).toBe(1);
  comeback.stop();
  tell({ status: 200 });
  await vi.advanceTimersByTimeAsync(10_000);
  expect(open).not.toHaveBeenCalled();
});
