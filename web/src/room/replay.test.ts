import { expect, test } from 'vitest';
import { clock, parseTime, pinAt, saidUntil, toRoom, type Part, type ReplayPin } from './replay.js';

const parts: Part[] = [
  { from_ms: 1000, to_ms: 3000, file_ms: 0 },
  { from_ms: 5000, to_ms: 9000, file_ms: 2000 },
];

test('the clock of the film leads to that of the room, over what was dropped', () => {
  expect(toRoom(parts, 0)).toBe(1000);
  expect(toRoom(parts, 1999)).toBe(2999);
  expect(toRoom(parts, 5999)).toBe(8999);
  expect(toRoom(parts, 2000)).toBe(5000);
  expect(toRoom(parts, 99999)).toBe(9000);
  expect(toRoom([], 5)).toBe(0);
});

test('a pin stands from its instant to the next', () => {
  const pin = (sku: string, from_ms: number, to_ms: number | null): ReplayPin => ({
    id: sku,
    sku,
    note: '',
    title: sku,
    price: '',
    from_ms,
    to_ms,
    at_ms: 0,
    product: null,
  });
  const pins = [pin('a', 1500, 5500), pin('b', 5500, 7000), pin('c', 8000, null)];
  const at = (ms: number): string | undefined => pinAt(pins, ms)?.sku;
  expect([1499, 1500, 5499, 5500, 7000, 8000].map(at)).toEqual([
    undefined,
    'a',
    'a',
    'b',
    undefined,
    'c',
  ]);
});

test('what was said until then, the last of it', () => {
  const said = [10, 20, 20, 30].map((room_ms, i) => ({
    id: String(i),
    client_id: '',
    participant: '',
    name: '',
    text: '',
    room_ms,
    at: 0,
    host: false,
    bot: false,
  }));
  const ids = (ms: number, most?: number): string =>
    saidUntil(said, ms, most)
      .map((one) => one.id)
      .join('');
  expect([ids(9), ids(10), ids(20), ids(99), ids(99, 2)]).toEqual(['', '0', '012', '0123', '23']);
});

test('times in a link', () => {
  const read = ['201', '3:21', '3m21s', '1h2m3s', '1:02:03', '90s', '', 'x', '3:211', null].map(
    parseTime,
  );
  expect(read).toEqual([201, 201, 201, 3723, 3723, 90, null, null, null, null]);
  expect([clock(201), clock(3723), clock(-1), clock(59.9)]).toEqual([
    '3:21',
    '1:02:03',
    '0:00',
    '0:59',
  ]);
});
