/** What a poll came to, in plain data. */
import type { Poll } from '../protocol/live.js';

export interface PollRow {
  text: string;
  votes: number;
  /** Of a hundred, rounded so that all together are a hundred (or nothing, without votes). */
  share: number;
  /** Nobody had more, and somebody voted. */
  leads: boolean;
}

/** Largest remainders: three thirds are 34, 33, 33. */
export function pollRows({ options }: Poll): PollRow[] {
  const total = options.reduce((sum, one) => sum + one.votes, 0);
  const most = Math.max(0, ...options.map((one) => one.votes));
  const exact = options.map((one) => (total ? (one.votes * 100) / total : 0));
  const shares = exact.map(Math.floor);
  const order = exact.map((_, i) => i);
  order.sort((a, b) => ((exact[b] ?? 0) % 1) - ((exact[a] ?? 0) % 1) || a - b);
  let missing = total ? 100 - shares.reduce((sum, one) => sum + one, 0) : 0;
  for (const i of order) {
    if (missing-- <= 0) break;
    shares[i] = (shares[i] ?? 0) + 1;
  }
  return options.map((one, i) => ({
    text: one.text,
    votes: one.votes,
    share: shares[i] ?? 0,
    leads: most > 0 && one.votes === most,
  }));
}

/** How long viewers see what came out. */
export const RESULT_MS = 15_000;
