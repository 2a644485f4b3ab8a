import { expect, it } from 'vitest';
import type { DeskState } from './desk-state.js';
import { Given, Rung } from './given.js';

function desk(threads: Record<string, string>): DeskState {
  const all = Object.entries(threads).map(([id, who]) => [
    id,
    { id, state: 'human', assignee: { id: who } },
  ]);
  return { me: { id: 'lin' }, threads: Object.fromEntries(all) } as unknown as DeskState;
}

it('tells what somebody else gave him, once, and not what he had or opened himself', () => {
  const given = new Given();
  expect(given.look(desk({ a: 'lin' }), '')).toEqual([]);
  const now = desk({ a: 'lin', b: 'lin', c: 'mei', d: 'lin' });
  expect(given.look(now, 'd').map((one) => one.id)).toEqual(['b']);
  expect(given.look(now, 'd')).toEqual([]);
  expect(given.has('b')).toBe(true);
});

it('forgets it when he looks at it, and when it is taken from him again', () => {
  const given = new Given();
  given.look(desk({}), '');
  given.look(desk({ a: 'lin', b: 'lin' }), '');
  given.look(desk({ a: 'lin', b: 'lin' }), 'a');
  expect([given.has('a'), given.size]).toEqual([false, 1]);
  given.look(desk({ a: 'lin', b: 'mei' }), 'a');
  expect(given.size).toBe(0);
});

it('leads to a ringing call once, however often something changes while it rings', () => {
  const rung = new Rung();
  const call = { id: 'a', state: 'ringing', by_rep: false, conversation: 'c1' } as const;
  expect(
    [null, call, call, { ...call, state: 'active' } as const, call].map((one) => rung.look(one)),
  ).toEqual(['', 'c1', '', '', '']);
  expect(rung.look({ ...call, id: 'b', conversation: 'c2' })).toBe('c2');
  expect(rung.look({ ...call, id: 'c', by_rep: true })).toBe('');
});
