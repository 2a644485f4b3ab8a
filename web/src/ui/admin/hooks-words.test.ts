import { describe, expect, it, vi } from 'vitest';

vi.hoisted(() => {
  vi.stubGlobal('navigator', { languages: ['en'] });
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('document', { documentElement: {} });
});

const { HOOK_TABLES, hOf } = await import('./hooks-words.js');

describe('the words of webhooks and hooks', () => {
  it('stand in both languages with the same holes', () => {
    const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    for (const [word, text] of Object.entries(HOOK_TABLES.en)) {
      const other = HOOK_TABLES['zh-CN'][word as keyof typeof HOOK_TABLES.en];
      expect(holes(other), word).toEqual(holes(text));
      expect(/\p{Script=Han}/u.test(text), word).toBe(false);
    }
  });

  it('show what they do not know as it came', () => {
    expect(hOf('o_', 'answered', { ms: 3 })).toContain('3 ms');
    expect(hOf('o_', 'odd')).toBe('odd');
  });
});
