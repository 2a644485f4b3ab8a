import { expect, it } from 'vitest';
import { hue, initial } from './avatar.js';

it('knows a person by the character others call them', () => {
  expect(initial('Ada Lovelace')).toBe('A');
  expect(initial('王小明')).toBe('明');
  expect(initial('  zoë ')).toBe('Z');
  expect(initial('')).toBe('·');
  expect(initial('😀 happy')).toBe('😀');
});

it('gives the same person the same colour', () => {
  expect(hue('pt_1')).toBe(hue('pt_1'));
  for (let i = 0; i < 50; i++) expect(hue(`pt_${i}`)).toBeLessThan(6);
});
