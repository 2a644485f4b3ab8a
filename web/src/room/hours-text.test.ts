import { describe, expect, it } from 'vitest';
import { hoursHold, readHours, writeHours } from './hours-text.js';

describe('opening hours', () => {
  it('are read and written the same', () => {
    const text = '1-5 09:00-18:00, 6 10:00-16:00, 7 20:00-24:00';
    expect(writeHours(readHours(text))).toBe(text);
    expect(readHours(text)[1]).toEqual({ first: 6, last: 6, from: '10:00', until: '16:00' });
  });

  it('leave out what is no line, and nothing is always open', () => {
    expect(readHours('')).toEqual([]);
    expect(readHours('mon 9-5, 8 09:00-10:00, 2 09:00-10:00')).toHaveLength(1);
    expect(writeHours([])).toBe('');
  });

  it('have days in their order, and midnight at an end is the end of the day', () => {
    const line = { first: 5, last: 1, from: '18:00', until: '00:00' };
    expect(writeHours([line])).toBe('1-5 18:00-24:00');
    expect(hoursHold([line])).toBe(true);
  });

  it('do not hold when a line ends before it begins, or has no time', () => {
    expect(hoursHold([{ first: 1, last: 1, from: '18:00', until: '09:00' }])).toBe(false);
    expect(hoursHold([{ first: 1, last: 1, from: '', until: '09:00' }])).toBe(false);
  });
});
