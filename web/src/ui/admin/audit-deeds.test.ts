import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';

vi.hoisted(() => {
  vi.stubGlobal('navigator', { languages: ['en'] });
  vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined });
  vi.stubGlobal('document', { documentElement: {} });
});

const { DEEDS, deedWords } = await import('./audit-deeds.js');
const server = path.resolve('../src');

/** As src/http/handle_audit.c decides it. */
function auditedRoutes(): string[] {
  const folder = path.join(server, 'http');
  const tables = readdirSync(folder).filter((one) => /^routes.*\.c$/.test(one));
  return tables
    .flatMap((one) => [
      ...readFileSync(path.join(folder, one), 'utf8').matchAll(
        /\{"(POST|PUT|PATCH|DELETE)",\s*"(\/v1\/[^"]+)"/g,
      ),
    ])
    .map(([, method, route]) => `${method} ${route}`)
    .filter((one) => !/ \/v1\/(recordings|shared)|\/messages$/.test(one));
}

describe('the deeds of the audit log', () => {
  it('have words for every route that is written down', () => {
    const routes = auditedRoutes();
    expect(routes.length).toBeGreaterThan(50);
    expect(routes.filter((one) => !DEEDS[one])).toEqual([]);
  });

  it('have none for a route that is gone', () => {
    const routes = new Set(auditedRoutes());
    expect(Object.keys(DEEDS).filter((one) => one.includes(' ') && !routes.has(one))).toEqual([]);
  });

  it('have words in both languages', () => {
    for (const [action, [en, zh]] of Object.entries(DEEDS)) {
      expect(en, action).toMatch(/^[A-Z]/);
      expect(zh, action).toMatch(/\p{Script=Han}/u);
    }
  });

  it('are named by what was done, and not at all when they are not known', () => {
    expect(deedWords('recording.viewed')).toBe('Viewed a recording');
    expect(deedWords('recording.sung')).toBe('');
  });
});
