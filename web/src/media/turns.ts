/** Work that is made of steps, beside something that must not be held up by it. */

export type Steps = readonly (() => void)[];

/** A frame of what plays beside it. */
const TURN_MS = 16;

export function atOnce(steps: Steps): void {
  for (const step of steps) step();
}

/** Each step in a turn of its own, the first at once; none any more when it is over. */
export async function inTurns(
  steps: Steps,
  over: () => boolean = () => false,
  wait = TURN_MS,
): Promise<void> {
  for (const [n, step] of steps.entries()) {
    if (n > 0) await new Promise((done) => setTimeout(done, wait));
    if (over()) return;
    step();
  }
}
