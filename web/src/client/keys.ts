/** Keeps keys of encrypted meetings that this browser has been in: its history has their links too. */
import { loadRecent } from './storage.js';

/** As pass.ts reads them. */
const PREFIX = 'parlor.key.';

/** '' = it has none. Those of meetings that are no longer remembered go with it. */
export function saveKey(code: string, key: string): void {
  try {
    const kept = new Set(loadRecent().map((one) => one.code));
    for (const name of Object.keys(localStorage))
      if (name.startsWith(PREFIX) && !kept.has(name.slice(PREFIX.length)))
        localStorage.removeItem(name);
    if (key) localStorage.setItem(PREFIX + code, key);
    else localStorage.removeItem(PREFIX + code);
  } catch {
    /* Refused storage: then the whole link is opened again. */
  }
}
