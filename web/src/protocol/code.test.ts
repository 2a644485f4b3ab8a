import { describe, expect, it } from 'vitest';
import { codeFromInput, entryFromHash, hashOf, normaliseCode } from './code.js';

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

  it('stands in a link beside a pass or a key, and a key is never taken for a pass', () => {
    const code = 'abcde-fghjk';
    const key = 'A-_9'.repeat(5) + 'zz';
    expect(entryFromHash(`#${code}`)).toEqual({ code, pass: '', key: '' });
    expect(entryFromHash(`#${code}.inv_1.secret`)).toEqual({ code, pass: 'inv_1.secret', key: '' });
    expect(entryFromHash(`https://a.example/m#${hashOf(code, key)}`)).toEqual({
      code,
      pass: '',
      key,
    });
    for (const glued of [',', ')', '，', '?x=1', '%20'])
      expect(entryFromHash(`#${code}.key=${key}${glued}`)).toEqual({ code, pass: '', key });
    for (const cut of [key.slice(1), `${key}A`, ''])
      for (const sign of ['=', '%3D'])
        expect(entryFromHash(`#${code}.key${sign}${cut}`)).toEqual({ code, pass: '', key: '' });
  });
});
