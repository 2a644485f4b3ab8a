import { describe, expect, it } from 'vitest';
import { staffWords } from './staffing.js';

const NOW = 1_700_000_000_000;
const staffing = {
  present: 3,
  free: 1,
  waiting: 0,
  from_here: 0,
  waiting_since: 0,
  open_at: 0,
};

describe('what a host reads about advisers', () => {
  it('is one line while all is well', () => {
    expect(staffWords(staffing, 'en', NOW)).toEqual({
      level: 3,
      head: '3 advisers online',
      rest: [],
    });
    expect(staffWords({ ...staffing, present: 1 }, 'en', NOW).head).toBe('1 adviser online');
  });

  it('says who waits, how many of them here, and how long', () => {
    const words = staffWords(
      { ...staffing, free: 0, waiting: 4, from_here: 2, waiting_since: NOW - 83_000 },
      'zh-CN',
      NOW,
    );
    expect(words).toEqual({
      level: 2,
      head: '3 位顾问在线，都在忙',
      rest: ['4 人等待（本场 2 人），最久 1:23'],
    });
  });

  it('says that nobody is there, and what a viewer meets then', () => {
    const words = staffWords({ ...staffing, present: 0, free: 0, waiting: 1 }, 'en', NOW);
    expect(words.level).toBe(1);
    expect(words.head).toBe('No adviser is online');
    expect(words.rest).toEqual([
      '1 waiting',
      'Whoever taps “Talk to us” leaves a message and is told so',
    ]);
    const closed = { ...staffing, present: 0, open_at: NOW + 3_600_000 };
    expect(staffWords(closed, 'en', NOW).rest.at(-1)).toMatch(/^Opens /);
  });

  it('counts no time backwards where the clocks differ', () => {
    const words = staffWords({ ...staffing, waiting: 1, waiting_since: NOW + 5000 }, 'en', NOW);
    expect(words.rest).toEqual(['1 waiting, the first for 0:00']);
  });
});
