/** Ages in words. */

/** `m:ss`, or `h:mm:ss` from an hour on. */
export function age(ms: number): string {
  const s = Math.max(Math.floor(ms / 1000), 0);
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(s / 60) % 60;
  const hours = Math.floor(s / 3600);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}
