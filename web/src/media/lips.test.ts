import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Slots } from '../room/slots.js';
import { Lips, ageOf, nextHold, type LipsPeer } from './lips.js';

const use = (participant: string, source: 'camera' | 'microphone') => ({
  participant,
  source,
  rtp: undefined,
  since: 0,
});
const clock = (mid: string, participant: string, rtp: number) =>
  ({ t: 'clock', mid, participant, rtp, room_ms: 1000 }) as const;

/** A browser that plays `late` ms behind, or what it is told to hold back when that is more. */
class Browser implements LipsPeer {
  now = 10_000;
  holds: Record<string, number> = {};
  still = '';
  constructor(
    readonly late: Record<string, number>,
    readonly hz: Record<string, number>,
  ) {}
  played(mid: string) {
    const late = Math.max(this.late[mid] ?? 0, this.holds[mid] ?? 0);
    const at = this.still === mid ? this.now - 2000 : this.now;
    // Taken at room_ms 1000 = RTP 0xfffff000: it wraps on the way.
    return { at, rtp: (0xfffff000 + ((at - late - 1000) * (this.hz[mid] ?? 0)) / 1000) >>> 0 };
  }
  hold(mid: string, ms: number) {
    this.holds[mid] = ms;
  }
}

function seconds(lips: Lips, browser: Browser, n: number): void {
  for (let i = 0; i < n * 5; i++) {
    browser.now += 200;
    lips.look(browser.now);
  }
}

const HZ = { v: 90_000, w: 90_000, a: 48_000 };
let slots: Slots;

function start(late: Record<string, number>): [Lips, Browser] {
  const browser = new Browser(late, HZ);
  const lips = new Lips(browser, () => slots);
  for (const mid of Object.keys(slots))
    lips.clock(clock(mid, slots[mid]?.participant ?? '', 0xfffff000));
  return [lips, browser];
}

const apart = (browser: Browser, sound: string, picture: string): number =>
  Math.max(browser.late[sound] ?? 0, browser.holds[sound] ?? 0) -
  Math.max(browser.late[picture] ?? 0, browser.holds[picture] ?? 0);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', globalThis);
  slots = { v: use('pt_lin', 'camera'), a: use('pt_lin', 'microphone') };
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test('an age is the same over the wrap of the timestamps', () => {
  const anchor = { participant: '', rtp: 0xffffff00, roomMs: 500 };
  expect(ageOf({ at: 2000, rtp: 0xffffff00 }, anchor, 48_000)).toBe(1500);
  expect(ageOf({ at: 2000, rtp: 48_000 - 256 }, anchor, 48_000)).toBe(500);
});

test('what was held back is let go before anything else is held', () => {
  expect(nextHold({ picture: 0, sound: 0 }, 15)).toEqual({ picture: 0, sound: 0 });
  expect(nextHold({ picture: 40, sound: 0 }, 60)).toEqual({ picture: 100, sound: 0 });
  expect(nextHold({ picture: 100, sound: 0 }, -60)).toEqual({ picture: 40, sound: 0 });
  expect(nextHold({ picture: 20, sound: 0 }, -60)).toEqual({ picture: 0, sound: 0 });
  expect(nextHold({ picture: 0, sound: 0 }, -60)).toEqual({ picture: 0, sound: 60 });
  expect(nextHold({ picture: 0, sound: 60 }, 60)).toEqual({ picture: 0, sound: 0 });
  expect(nextHold({ picture: 450, sound: 0 }, 300)).toEqual({ picture: 500, sound: 0 });
});

test.each([
  ['late sound', { v: 15, a: 130 }],
  ['a late picture', { v: 180, a: 40 }],
])('%s comes together within ten seconds and stays so', (_, late) => {
  const [lips, browser] = start(late);
  seconds(lips, browser, 10);
  expect(Math.abs(apart(browser, 'a', 'v'))).toBeLessThan(20);
  const held = { ...browser.holds };
  seconds(lips, browser, 10);
  expect(browser.holds).toEqual(held);
  expect(lips.together()[0]?.participant).toBe('pt_lin');
  expect(Math.abs(lips.together()[0]?.older ?? 99)).toBeLessThan(20);
});

test('the next one who speaks begins with what the last one needed', () => {
  const [lips, browser] = start({ v: 15, w: 15, a: 130 });
  seconds(lips, browser, 10);
  slots = {
    v: use('pt_lin', 'camera'),
    w: use('pt_wang', 'camera'),
    a: use('pt_wang', 'microphone'),
  };
  lips.clock(clock('w', 'pt_wang', 0xfffff000));
  lips.clock(clock('a', 'pt_wang', 0xfffff000));
  seconds(lips, browser, 0.2);
  expect(Math.abs(apart(browser, 'a', 'w'))).toBeLessThan(20);
});

test('a picture that stands, a clock of somebody else and a lone picture say nothing', () => {
  const [lips, browser] = start({ v: 15, a: 130 });
  browser.still = 'v';
  seconds(lips, browser, 5);
  expect(browser.holds).toEqual({});
  browser.still = '';
  slots = { v: use('pt_wang', 'camera'), a: use('pt_wang', 'microphone') };
  seconds(lips, browser, 5);
  expect(browser.holds).toEqual({});
  slots = { v: use('pt_lin', 'camera') };
  seconds(lips, browser, 5);
  expect(browser.holds).toEqual({});
  expect(lips.together()).toEqual([]);
});

test('it stops', () => {
  const [lips, browser] = start({ v: 15, a: 130 });
  const look = vi.spyOn(lips, 'look');
  lips.stop();
  vi.advanceTimersByTime(5000);
  expect(look).not.toHaveBeenCalled();
  expect(browser.holds).toEqual({});
});

test('what is held back grows and shrinks by little at a time: a picture does not stand still for it', () => {
  const [lips, browser] = start({ v: 15, a: 400 });
  const seen: number[] = [];
  const look = (n: number): void => {
    for (let i = 0; i < n * 5; i++) {
      browser.now += 200;
      lips.look(browser.now);
      seen.push(browser.holds['v'] ?? 0);
    }
  };
  look(10);
  browser.late['a'] = 100;
  look(10);
  expect(Math.max(...seen)).toBeGreaterThan(350);
  expect(seen.at(-1)).toBeLessThan(120);
  const steps = seen.slice(1).map((one, n) => Math.abs(one - (seen[n] ?? 0)));
  expect(Math.max(...steps)).toBeLessThanOrEqual(30);
});
