/** A face for who shows none: the first character on a colour of their own. */

const HUES = 6;

/** One of six colours, always the same for the same person. */
export function hue(id: string): number {
  let sum = 0;
  for (const char of id) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return sum % HUES;
}

/** First character of a name as people see it; a Chinese name is known by its last one. */
export function initial(name: string): string {
  const chars = [...name.trim()];
  const han = /^\p{Script=Han}{2,4}$/u.test(name.trim());
  return (han ? chars.at(-1) : chars[0])?.toUpperCase() ?? '·';
}
