import { expect, test } from 'vitest';
import { countdown } from './countdown.js';

test('the time that is left, in days, hours, minutes and seconds', () => {
  expect(countdown(0)).toEqual({ days: 0, clock: '00:00:00' });
  expect(countdown(-5)).toEqual({ days: 0, clock: '00:00:00' });
  expect(countdown(61_000)).toEqual({ days: 0, clock: '00:01:01' });
  expect(countdown(3_600_000 * 25 + 1)).toEqual({ days: 1, clock: '01:00:01' });
});
