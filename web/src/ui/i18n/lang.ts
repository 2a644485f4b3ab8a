/** The language of the pages: chosen by the browser, switchable, remembered. */
import { embedded } from '../../client/place.js';
import { loadChoices, saveChoices } from '../../client/storage.js';

export type Lang = 'zh-CN' | 'en';

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
if (!embedded) document.documentElement.lang = current;

export function lang(): Lang {
  return current;
}

export function setLang(next: Lang): void {
  current = next;
  if (!embedded) {
    document.documentElement.lang = next;
    saveChoices({ lang: next });
  }
  for (const one of [...watchers]) one();
}

/** Returns how to stop watching. */
export function watchLang(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}
