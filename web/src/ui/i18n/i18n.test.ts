import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { en } from './en.js';
import { zh } from './zh.js';

const keys = Object.keys(en) as (keyof typeof en)[];
const holes = (text: string): string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? '').sort();

function sources(folder: URL): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((one) => one.isFile() && one.name.endsWith('.ts') && !one.name.endsWith('.test.ts'))
    .filter((one) => !/^(en|zh)\.ts$/.test(one.name))
    .map((one) => readFileSync(`${one.parentPath ?? one.path}/${one.name}`, 'utf8'));
}

describe('both languages', () => {
  it('have the same keys', () => {
    expect(Object.keys(zh).sort()).toEqual([...keys].sort());
  });

  it('have words for each, with the same holes', () => {
    for (const key of keys) {
      expect(zh[key].trim(), key).not.toBe('');
      expect(en[key].trim(), key).not.toBe('');
      expect(holes(zh[key]), key).toEqual(holes(en[key]));
    }
  });

  it('are written in their own script', () => {
    for (const key of keys) {
      if (key.startsWith('language')) continue;
      expect(/\p{Script=Han}/u.test(en[key]), `en ${key}`).toBe(false);
      const foreign = /^[\x20-\x7e]*$/.test(zh[key]);
      expect(foreign, `zh ${key}`).toBe(false);
    }
  });

  it('have no key that nothing says', () => {
    const code = sources(new URL('../../', import.meta.url)).join('\n');
    const prefixes = [...code.matchAll(/[`']([a-z_]+_)\$\{/g)].map((m) => m[1] ?? '');
    const unused = keys.filter(
      (key) => !code.includes(`'${key}'`) && !prefixes.some((prefix) => key.startsWith(prefix)),
    );
    expect(unused).toEqual([]);
  });
});
