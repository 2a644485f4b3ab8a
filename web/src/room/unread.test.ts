import { expect, it } from 'vitest';
import { Unread } from './unread.js';

const at = (...times: number[]): { at: number }[] => times.map((one) => ({ at: one }));

it('counts what came since he looked', () => {
  const unread = new Unread();
  expect(unread.count(at(1, 2), false)).toBe(2);
  expect(unread.count(at(1, 2), true)).toBe(0);
  expect(unread.count(at(1, 2, 3), false)).toBe(1);
  expect(unread.count(at(2, 3, 4, 5), false)).toBe(3);
});

it('makes nothing new of it when the last one that he read is taken away', () => {
  const unread = new Unread();
  unread.count(at(1, 2, 3), true);
  expect(unread.count(at(1, 2), false)).toBe(0);
  expect(unread.count([], true)).toBe(0);
});
