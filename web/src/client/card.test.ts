import { expect, test } from 'vitest';
import type { Rep } from '../protocol/service.js';
import { judge } from './card.js';

const rep: Rep = {
  id: 'rep_1',
  name: 'Lin',
  title: 'Adviser',
  photo: '',
  card: 'a.b.c',
  presence: 'available',
  suspended: false,
  chats: 0,
};
const claims = { brand: 'br_a', rep: 'rep_1', name: 'Lin', title: 'Adviser', exp: 1000 };

test('a card that says what is shown is verified until it ends', () => {
  expect(judge(claims, rep, 'br_a', 999_000)).toBe('verified');
  expect(judge(claims, rep, 'br_a', 1_000_000)).toBe('expired');
});

test('a card of another brand, person or name is none', () => {
  expect(judge(claims, rep, 'br_b', 0)).toBe('none');
  expect(judge(claims, { ...rep, id: 'rep_2' }, 'br_a', 0)).toBe('none');
  expect(judge(claims, { ...rep, name: 'Lin ✔' }, 'br_a', 0)).toBe('none');
});
