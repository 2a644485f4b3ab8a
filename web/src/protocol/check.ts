/**
 * Small validators for what arrives from outside. A check takes an unknown value and its path, and
 * returns it typed, or throws {@link BadMessage} naming the path. Unknown fields are ignored.
 */

/** A message that does not have the shape docs/protocol.md gives it. */
export class BadMessage extends Error {
  readonly code = 'bad_message';
}

/** A validator of one value. */
export type Check<T> = (value: unknown, path: string) => T;

/** What a check returns. */
export type Checked<C> = C extends Check<infer T> ? T : never;

function fail(path: string, wanted: string): never {
  throw new BadMessage(`${path}: ${wanted} expected`);
}

export const str: Check<string> = (v, p) => (typeof v === 'string' ? v : fail(p, 'string'));
export const num: Check<number> = (v, p) =>
  typeof v === 'number' && Number.isFinite(v) ? v : fail(p, 'number');
export const bool: Check<boolean> = (v, p) => (typeof v === 'boolean' ? v : fail(p, 'boolean'));

/** Present or absent; `null` counts as absent. */
export function opt<T>(check: Check<T>): Check<T | undefined> {
  return (v, p) => (v === undefined || v === null ? undefined : check(v, p));
}

/** As {@link opt}, with a value to use when absent. */
export function def<T>(check: Check<T>, fallback: T): Check<T> {
  return (v, p) => (v === undefined || v === null ? fallback : check(v, p));
}

/** `null` is a value of its own (absent counts as null). */
export function nullable<T>(check: Check<T>): Check<T | null> {
  return (v, p) => (v === undefined || v === null ? null : check(v, p));
}

export function list<T>(check: Check<T>): Check<T[]> {
  return (v, p) =>
    Array.isArray(v) ? v.map((item, i) => check(item, `${p}[${i}]`)) : fail(p, 'array');
}

export function oneOf<const T extends string>(...values: T[]): Check<T> {
  return (v, p) => values.find((one) => one === v) ?? fail(p, values.join('|'));
}

/** A value of an open set: a word this page does not know becomes `fallback`. */
export function wordOr<const T extends string>(fallback: T, ...values: T[]): Check<T> {
  return (v, p) =>
    typeof v === 'string' ? (values.find((one) => one === v) ?? fallback) : fail(p, 'string');
}

function isObject(v: unknown): v is Record<string, unknown> {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}

/** An object used as a map. */
export function mapOf<T>(check: Check<T>): Check<Record<string, T>> {
  return (v, p) => {
    if (!isObject(v)) return fail(p, 'object');
    return Object.fromEntries(Object.entries(v).map(([k, one]) => [k, check(one, `${p}.${k}`)]));
  };
}

/** An object with these fields. */
export function shape<S extends Record<string, Check<unknown>>>(
  fields: S,
): Check<{ [K in keyof S]: Checked<S[K]> }> {
  return (v, p) => {
    if (!isObject(v)) return fail(p, 'object');
    const out: Record<string, unknown> = {};
    for (const [name, check] of Object.entries(fields)) out[name] = check(v[name], `${p}.${name}`);
    return out as { [K in keyof S]: Checked<S[K]> };
  };
}
