import { expect, test, vi } from 'vitest';
import { inviteesOf, planMeeting, ruleOf } from './plans.js';

test('a choice of the form is a rule of the day it begins on', () => {
  const start = '2026-11-30T09:30'; // a Monday, the fifth of its month
  expect(ruleOf('never', start, '2026-12-31')).toBeNull();
  expect(ruleOf('weekly', start, '')).toBe('FREQ=WEEKLY;BYDAY=MO');
  expect(ruleOf('workdays', start, '2026-12-31')).toBe(
    'FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20261231',
  );
  expect(ruleOf('nth', start, '')).toBe('FREQ=MONTHLY;BYDAY=-1MO');
  expect(ruleOf('nth', '2026-11-10T09:30', '')).toBe('FREQ=MONTHLY;BYDAY=2TU');
  expect(ruleOf('day', start, '')).toBe('FREQ=MONTHLY;BYMONTHDAY=30');
});

test('people are read line by line', () => {
  expect(inviteesOf(' 王芳， wang@example.test \n\nBob\n,x\n')).toEqual([
    { name: '王芳', contact: 'wang@example.test' },
    { name: 'Bob' },
  ]);
});

test('what was chosen of recording is the policy of the room', async () => {
  const asked = vi.fn((_: string, init: RequestInit) => {
    expect(JSON.parse(init.body as string)).toMatchObject({
      policy: { watermark: true, partners: 'lobby', record: 'always' },
    });
    return Promise.reject(new Error('nobody is there'));
  });
  vi.stubGlobal('fetch', asked);
  const plan = { title: 'Weekly', start: '2026-11-30T09:30', zone: 'UTC', minutes: 60, until: '' };
  const more = { watermark: true, partners: 'lobby', record: 'always', doc: '', panel: '' };
  await expect(
    planMeeting({ ...plan, ...more, repeat: 'never', people: '', host: 'Lin' }),
  ).rejects.toThrow();
  expect(asked).toHaveBeenCalledTimes(1);
  vi.unstubAllGlobals();
});
