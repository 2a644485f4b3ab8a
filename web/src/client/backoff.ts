/** When to try again: 250 ms, doubling, at most 3 s, spread by a tenth so that pages do not march. */

export const FIRST_MS = 250;
export const MOST_MS = 3000;

/** Delay before try `attempt` (0 is the first). `random` is 0..1. */
export function backoffMs(attempt: number, random: number): number {
  const straight = Math.min(FIRST_MS * 2 ** Math.min(attempt, 10), MOST_MS);
  return Math.round(Math.min(straight * (0.9 + 0.2 * random), MOST_MS));
}
