/** Where somebody wanted to go who had to sign in first; this tab's, and taken once. */
const KEY = 'parlor.after-signin';

export function saveAfterSignin(path: string): void {
  try {
    sessionStorage.setItem(KEY, path);
  } catch {
    /* Refused storage: then he opens the link again. */
  }
}

/** A page of our own that is worth coming back to; null = none. */
export function takeAfterSignin(): string | null {
  try {
    const path = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    return path && /^\/($|shared#|host($|#)|admin#\/)/.test(path) ? path : null;
  } catch {
    return null;
  }
}
