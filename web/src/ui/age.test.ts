import { expect, it } from 'vitest';
import { age } from './age.js';

it('tells how long it has been', () => {
  expect(age(-5)).toBe('0:00');
  expect(age(65_000)).toBe('1:05');
  expect(age(3_725_000)).toBe('1:02:05');
});
