/** Meeting codes: 10 characters of Crockford base32, shown as `abcde-fghjk`. */

const ALPHABET = /^[0-9abcdefghjkmnpqrstvwxyz]{10}$/;

/**
 * Reads a code as people type it: any case, spaces or dashes anywhere, `o` for 0, `i`/`l` for 1.
 * Returns it as `abcde-fghjk`, or null when it is not a code.
 */
export function normaliseCode(text: string): string | null {
  const bare = text.toLowerCase().replace(/[\s-]/g, '').replace(/o/g, '0').replace(/[il]/g, '1');
  return ALPHABET.test(bare) ? `${bare.slice(0, 5)}-${bare.slice(5)}` : null;
}

/** The part of a link that holds the key of a meeting that is encrypted end to end: 16 bytes. */
const KEY = /^key=([\w-]{22})(?![\w-])/;
/** Whole or not, what looks like one is no pass: passes are sent to the server. */
const KEY_LIKE = /^key(=|%3d)/i;

/**
 * What stands behind `#` in a meeting's link: its code, and maybe a pass (`CODE.inv_….SECRET`) or
 * the meeting's key (`CODE.key=…`), which no server is sent.
 */
export function entryFromHash(hash: string): { code: string; pass: string; key: string } {
  const [code = '', ...rest] = hash.replace(/^.*#/, '').split('.');
  const pass = rest.filter((one) => !KEY_LIKE.test(one)).join('.');
  const [key = ''] = rest.flatMap((one) => KEY.exec(one)?.[1] ?? []);
  return { code: codeFromInput(code) ?? '', pass, key };
}

/** A meeting's place, with its key if it has one: what follows `/m#`. */
export function hashOf(code: string, key: string): string {
  return key ? `${code}.key=${key}` : code;
}

/** The code in what a person pasted: a code alone, or a link with `/m#CODE`. Null: neither. */
export function codeFromInput(text: string): string | null {
  const hash = text.indexOf('#');
  const tail = hash >= 0 ? text.slice(hash + 1) : text;
  try {
    return normaliseCode(decodeURIComponent(tail.trim()));
  } catch {
    return null;
  }
}
