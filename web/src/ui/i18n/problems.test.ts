import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';

vi.hoisted(() => {
  vi.stubGlobal('navigator', { languages: ['en'] });
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('document', { documentElement: {} });
});

const { PROBLEMS, problemText } = await import('./problems.js');

const openapi = readFileSync(new URL('../../../../docs/openapi.yaml', import.meta.url), 'utf8');
const list = /\n {4}Problem:[\s\S]*?\n {8}code:\s+type: string\s+enum: \[([^\]]*)\]/.exec(openapi);
const codes = (list?.[1] ?? '').match(/\w+/g) ?? [];

describe('what went wrong', () => {
  it('has words for every code of the API, and for no other but a lost line', () => {
    expect(codes.length).toBeGreaterThan(40);
    expect(Object.keys(PROBLEMS).sort()).toEqual([...codes, 'offline'].sort());
  });

  it('is said in both languages, each in its own script', () => {
    for (const [code, [en, zh]] of Object.entries(PROBLEMS)) {
      expect(en, code).toMatch(/^[A-Z][\x20-\x7e]+\.$/);
      expect(zh, code).toMatch(/\p{Script=Han}.*。$/u);
    }
  });

  it('keeps the code that nobody knows', () => {
    expect(problemText('http_418')).toContain('http_418');
    expect(problemText('locked')).not.toContain('locked');
  });
});
