import { describe, expect, it, vi } from 'vitest';

vi.hoisted(() => {
  vi.stubGlobal('navigator', { languages: ['en'] });
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('document', { documentElement: {} });
});

const { TABLES, problemWords } = await import('./words.js');
const { RECORDING_TABLES } = await import('./recording-words.js');
const { RENDER_TABLES } = await import('./renders-words.js');
const { DIRECTORY_TABLES } = await import('./directory-words.js');
const { AUDIT_TABLES } = await import('./audit-words.js');
const { KEEPING_TABLES } = await import('./keeping-words.js');
const { SHARE_TABLES } = await import('./share-words.js');
const { ERASURE_TABLES } = await import('./erasures-words.js');
const { ApiError } = await import('../../client/http.js');

describe('the words of the admin pages', () => {
  it('stand in both languages with the same holes', () => {
    const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
    const chinese: Record<string, string> = {
      ...TABLES['zh-CN'],
      ...RECORDING_TABLES['zh-CN'],
      ...RENDER_TABLES['zh-CN'],
      ...SHARE_TABLES['zh-CN'],
      ...DIRECTORY_TABLES['zh-CN'],
      ...KEEPING_TABLES['zh-CN'],
      ...AUDIT_TABLES['zh-CN'],
      ...ERASURE_TABLES['zh-CN'],
    };
    for (const [word, text] of Object.entries({
      ...TABLES.en,
      ...RECORDING_TABLES.en,
      ...RENDER_TABLES.en,
      ...SHARE_TABLES.en,
      ...DIRECTORY_TABLES.en,
      ...KEEPING_TABLES.en,
      ...AUDIT_TABLES.en,
      ...ERASURE_TABLES.en,
    })) {
      const other = chinese[word] ?? '';
      expect(other, word).toBeTruthy();
      expect(holes(other), word).toEqual(holes(text));
      expect(/\p{Script=Han}/u.test(text), word).toBe(false);
    }
  });

  it('say what a code means, and the code where they do not know it', async () => {
    expect(problemWords(new ApiError('signin_failed'))).toContain('did not let you in');
    expect(problemWords(new ApiError('odd_thing'))).toContain('odd_thing');
    const later = (): void => expect(problemWords(new Error('x'))).toContain('server');
    await vi.waitFor(later, { timeout: 30_000 });
  });
});
