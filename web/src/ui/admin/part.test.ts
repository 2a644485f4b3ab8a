import { expect, it, vi } from 'vitest';
import { drawn } from '../drawn.js';

vi.mock('../i18n/index.js', () => ({ lang: () => 'en' }));
const { partKeys, spanOf, WHOLE } = await import('./part.js');

/* It began 20 s after the room was made, and is a minute long. */
const ROW = { from_ms: 20_000, to_ms: 80_000 };
const WORDS = {
  id: 'share',
  from: 'From here',
  to: 'To here',
  whole: 'All of it',
  only: (from: string, to: string) => `Only ${from} to ${to}`,
};

function shown(from: number | null, to: number | null): string {
  const keys = partKeys(
    { from, to },
    ROW,
    WORDS,
    () => 0,
    () => undefined,
  );
  return drawn(keys).replace(/\s+/g, ' ');
}

it('is the whole until one end is chosen, and the other end is then that of the recording', () => {
  expect(spanOf(WHOLE, ROW)).toBeNull();
  expect(spanOf({ from: 30_000.4, to: null }, ROW)).toEqual({ from_ms: 30_000, to_ms: 80_000 });
  expect(spanOf({ from: null, to: 30_000 }, ROW)).toEqual({ from_ms: 20_000, to_ms: 30_000 });
});

it('never is the whole because its ends were chosen the wrong way round', () => {
  expect(spanOf({ from: 60_000, to: 30_000 }, ROW)).toBe('backwards');
  expect(spanOf({ from: 30_000, to: 30_000 }, ROW)).toBe('backwards');
  expect(spanOf({ from: 90_000, to: null }, ROW)).toBe('backwards');
});

it('says what is chosen, and how to have the whole again', () => {
  expect(shown(null, null)).toContain('>All of it</span');
  expect(shown(null, null)).not.toContain('share-whole');
  expect(shown(20_000, 50_000)).toContain('Only 0:00 to 0:30');
  expect(shown(50_000, null)).toContain('Only 0:30 to 1:00');
  expect(shown(60_000, 30_000)).toContain('ends before it begins');
});
