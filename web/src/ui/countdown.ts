const two = (n: number): string => String(n).padStart(2, '0');

/** The time that is left, for words: 2 days and "03:04:05". */
export function countdown(ms: number): { days: number; clock: string } {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const clock = [(seconds / 3600) % 24, (seconds / 60) % 60, seconds % 60];
  return {
    days: Math.floor(seconds / 86400),
    clock: clock.map((n) => two(Math.floor(n))).join(':'),
  };
}
