/** For tests: the markup that a template would make, without a page. */

interface Template {
  strings: readonly string[];
  values: readonly unknown[];
}

function isTemplate(value: object): value is Template {
  return 'strings' in value && 'values' in value;
}

/** Functions, flags and what stands for nothing are left out. */
export function drawn(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.map(drawn).join('');
  if (typeof value !== 'object' || value === null || !isTemplate(value)) return '';
  return value.strings.map((text, i) => text + drawn(value.values[i])).join('');
}
