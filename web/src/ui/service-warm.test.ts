import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { place } from '../client/place.js';
import { idly, mayWarm, specimens } from './service-warm.js';

vi.mock('./service-chat.js', () => ({ timeOfDay: () => '' }));

interface Made {
  className: string;
  ariaHidden: string;
  textContent: string;
  remove: () => void;
}
let stands: Made[] = [];

beforeEach(() => {
  stands = [];
  vi.useFakeTimers();
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('navigator', {});
  vi.stubGlobal('document', {
    createElement: (): Partial<Made> => ({
      remove() {
        stands = stands.filter((one) => one !== this);
      },
    }),
  });
  place.ground = () => ({ append: (one: Made) => stands.push(one) }) as unknown as HTMLElement;
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('does a step a turn, and none any more when it is ended', async () => {
  const done: number[] = [];
  const stop = idly([1, 2, 3].map((n) => () => done.push(n)));
  expect(done).toEqual([1]);
  await vi.advanceTimersByTimeAsync(60);
  expect(done).toEqual([1, 2]);
  stop();
  await vi.advanceTimersByTimeAsync(5000);
  expect(done).toEqual([1, 2]);
});

it('waits for a turn in which the page is idle', async () => {
  const waits: (() => void)[] = [];
  const done: number[] = [];
  vi.stubGlobal('requestIdleCallback', (turn: () => void) => waits.push(turn));
  vi.stubGlobal('cancelIdleCallback', () => undefined);
  idly([1, 2].map((n) => () => done.push(n)));
  await vi.advanceTimersByTimeAsync(5000);
  expect(done).toEqual([]);
  waits.shift()?.();
  await vi.advanceTimersByTimeAsync(60);
  expect(done).toEqual([1]);
  expect(waits).toHaveLength(1);
});

it('leaves nothing behind, and says nothing to who is read to', () => {
  const steps = specimens();
  steps.slice(0, -1).forEach((step) => step());
  expect(stands.length).toBe(3);
  expect(stands.every((one) => one.ariaHidden === 'true')).toBe(true);
  steps.at(-1)?.();
  expect(stands).toEqual([]);
});

it('is left where each byte is paid for, or memory is little', () => {
  expect(mayWarm()).toBe(true);
  vi.stubGlobal('navigator', { connection: { saveData: true } });
  expect(mayWarm()).toBe(false);
  vi.stubGlobal('navigator', { connection: {}, deviceMemory: 1 });
  expect(mayWarm()).toBe(false);
});
