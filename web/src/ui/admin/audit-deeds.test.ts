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

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) => {
    const at = path.join(folder, one.name);
    return one.isDirectory() ? sources(at) : one.name.endsWith('.c') ? [at] : [];
  });
}

const unique = (list: string[]): string[] => [...new Set(list)].sort();

/** The text of a C function. */
function bodyOf(text: string, name: string): string {
  return new RegExp(`^${name} \\([\\s\\S]*?^\\}`, 'm').exec(text)?.[0] ?? '';
}

/** What a function compares the word `verb` with: the commands it knows. */
function verbsIn(text: string): string[] {
  return unique([...text.matchAll(/strcmp0? \(verb, "(\w+)"\)/g)].map(([, verb]) => verb ?? ''));
}

/** What follows a prefix that C puts before a command's word. */
function composed(text: string): string[] {
  return [
    ...['brand', 'key', 'user'].flatMap((command) =>
      verbsIn(bodyOf(text, `on_${command}`))
        .filter((verb) => verb !== 'list')
        .map((verb) => `operator.${command}_${verb}`),
    ),
    ...verbsIn(bodyOf(text, 'on_rep'))
      .filter((verb) => verb !== 'show')
      .map((verb) => `operator.rep_${verb}`),
    ...[...(/acts\[\] = \{([^}]*)\}/.exec(text)?.[1] ?? '').matchAll(/"(\w+)"/g)].map(
      ([, act]) => `conversation.${act}`,
    ),
    ...(text.includes('{"setup", on_setup}') ? ['operator.setup'] : []),
  ];
}

/** Named actions: whoever calls the log has no other words with a dot in its file, but names of files. */
function writtenDeeds(): string[] {
  const writers = sources(server)
    .filter((one) => !one.endsWith('base/audit.c'))
    .map((one) => readFileSync(one, 'utf8'))
    .filter((text) => text.includes('parlor_audit_add ('));
  expect(writers.length).toBeGreaterThan(10);
  return unique(
    writers.flatMap((text) => [
      ...composed(text),
      ...[...text.matchAll(/"([a-z]+\.(?!json")[a-z_]+[a-z])"/g)].map(([, action]) => action ?? ''),
    ]),
  );
}

describe('the deeds of the audit log', () => {
  it('have words for every route that is written down', () => {
    const routes = auditedRoutes();
    expect(routes.length).toBeGreaterThan(50);
    expect(routes.filter((one) => !DEEDS[one])).toEqual([]);
  });

  it('have words for every named action that C writes, and for no other', () => {
    expect(writtenDeeds()).toEqual(
      Object.keys(DEEDS)
        .filter((one) => !one.includes(' '))
        .sort(),
    );
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

  it('do not read alike', () => {
    for (const language of [0, 1] as const) {
      const words = Object.values(DEEDS).map((both) => both[language]);
      expect(words.filter((one, i) => words.indexOf(one) !== i)).toEqual([]);
    }
  });

  it('are named by what was done, and not at all when they are not known', () => {
    expect(deedWords('recording.viewed')).toBe('Viewed a recording');
    expect(deedWords('recording.sung')).toBe('');
  });
});
