/** Words of the pages in both languages: chosen by the browser, switchable, remembered. */
import { loadChoices, saveChoices } from '../../client/storage.js';
import { en } from './en.js';
import { zh } from './zh.js';

export type Key = keyof typeof en;
export type Lang = 'zh-CN' | 'en';

const TABLES: Record<Lang, Record<Key, string>> = { en, 'zh-CN': zh };
const watchers = new Set<() => void>();

function fromBrowser(): Lang {
  const first = navigator.languages.find((one) => /^(zh|en)\b/i.test(one)) ?? 'en';
  return first.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

function remembered(): Lang | null {
  const { lang } = loadChoices();
  return lang === 'en' || lang === 'zh-CN' ? lang : null;
}

let current: Lang = remembered() ?? fromBrowser();
document.documentElement.lang = current;

export function lang(): Lang {
  return current;
}

export function setLang(next: Lang): void {
  current = next;
  document.documentElement.lang = next;
  saveChoices({ lang: next });
  for (const one of [...watchers]) one();
}

/** Returns how to stop watching. */
export function watchLang(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** The words for a key; `{name}` is replaced by `params.name`. */
export function t(key: Key, params: Record<string, string | number> = {}): string {
  return TABLES[current][key].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(params[name] ?? ''),
  );
}

/** Whether there are words for a code that came from elsewhere. */
export function isKey(code: string): code is Key {
  return Object.hasOwn(en, code);
}
