import { describe, expect, it } from 'vitest';
import { codeFromInput, normaliseCode } from './code.js';

describe('a meeting code', () => {
  it('is read as people type it', () => {
    for (const text of ['abcde-fghjk', 'ABCDEFGHJK', ' abcde fghjk ', 'AbCdE-fGhJk']) {
      expect(normaliseCode(text), text).toBe('abcde-fghjk');
    }
    expect(normaliseCode('oil0o-lii00')).toBe('01100-11100');
  });

  it('is refused when it cannot be one', () => {
    for (const text of ['', 'abcde', 'abcde-fghjkm', 'abcde-fghj!', 'uuuuu-uuuuu']) {
      expect(normaliseCode(text), text).toBeNull();
    }
  });

  it('is found in a pasted link', () => {
    expect(codeFromInput('https://meet.example/m#abcde-fghjk')).toBe('abcde-fghjk');
    expect(codeFromInput('#abcde%2Dfghjk')).toBe('abcde-fghjk');
    expect(codeFromInput('https://meet.example/m')).toBeNull();
    expect(codeFromInput('#%E0%A4%A')).toBeNull();
  });
});
