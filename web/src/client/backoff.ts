/**
 * When to try again: at once, then each quarter of a second for as long as a server takes that is started again, then ever more seldom, at most
 * each 3 s. No page waits longer than that, and each up to a third less: thousands that lost one server do not march.
 */

const WAITS_MS = [100, 250, 250, 250, 250, 300, 300, 400, 400, 500, 1000, 1000, 2000, 3000];
const MOST_MS = 3000;

/** Delay before try `attempt` (0 is the first). `random` is 0..1. */
export function backoffMs(attempt: number, random: number): number {
  return Math.round((WAITS_MS[attempt] ?? MOST_MS) * (1 - random / 3));
}
