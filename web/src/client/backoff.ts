/**
 * When to try again: at once, then each half second for as long as a server takes that is started again, then ever more seldom, at most
 * each 3 s; spread by a tenth so that pages do not march.
 */

const WAITS_MS = [250, 500, 500, 500, 1000, 1000, 2000, 3000];
const MOST_MS = 3000;

/** Delay before try `attempt` (0 is the first). `random` is 0..1. */
export function backoffMs(attempt: number, random: number): number {
  const straight = WAITS_MS[attempt] ?? MOST_MS;
  return Math.round(Math.min(straight * (0.9 + 0.2 * random), MOST_MS));
}
