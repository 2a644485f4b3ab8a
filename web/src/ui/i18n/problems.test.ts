import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';

vi.hoisted(() => {
  vi.stubGlobal('navigator', { languages: ['en'] });
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('document', { documentElement: {} });
});

const { LINE, PROBLEMS, problemText } = await import('./problems.js');

const openapi = readFileSync(new URL('../../../../docs/openapi.yaml', import.meta.url), 'utf8');
const list = /\n {4}Problem:[\s\S]*?\n {8}code:\s+type: string\s+enum: \[([^\]]*)\]/.exec(openapi);
const codes = (list?.[1] ?? '').match(/\w+/g) ?? [];

const protocol = readFileSync(new URL('../../../../docs/protocol.md', import.meta.url), 'utf8');
const errors = /"t":"error"[^\n]*codes: `([a-z_ ]+)`/.exec(protocol)?.[1]?.split(' ') ?? [];

describe('what went wrong', () => {
  it('has words for every code of the API, and for no other but a lost line', () => {
    expect(codes.length).toBeGreaterThan(40);
    expect(Object.keys(PROBLEMS).sort()).toEqual([...codes, 'offline'].sort());
  });

  it('has words for every error of the real-time line', () => {
    expect(errors).toContain('conflict');
    for (const code of errors) expect(Boolean(PROBLEMS[code] ?? LINE[code]), code).toBe(true);
  });

  it('is said in both languages, each in its own script', () => {
    for (const [code, [en, zh]] of Object.entries({ ...LINE, ...PROBLEMS })) {
      expect(en, code).toMatch(/^[A-Z][\x20-\x7e]+\.$/);
      expect(zh, code).toMatch(/\p{Script=Han}.*。$/u);
    }
  });

  it('keeps the code that nobody knows', () => {
    expect(problemText('http_418')).toContain('http_418');
    expect(problemText('locked')).not.toContain('locked');
  });
});
