/** Words of the pages in both languages; which one, lang.ts says. */
import { en } from './en.js';
import { lang, type Lang } from './lang.js';
import { zh } from './zh.js';

export { lang, setLang, watchLang, type Lang } from './lang.js';

export type Key = keyof typeof en;

const TABLES: Record<Lang, Record<Key, string>> = { en, 'zh-CN': zh };

/** The words for a key; `{name}` is replaced by `params.name`. */
export function t(key: Key, params: Record<string, string | number> = {}): string {
  return TABLES[lang()][key].replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
}

/** Whether there are words for a code that came from elsewhere. */
export function isKey(code: string): code is Key {
  return Object.hasOwn(en, code);
}
