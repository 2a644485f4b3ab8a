/** A frame of what plays beside the work. */
const TURN_MS = 16;

/**
 * Work that is made of steps. `beside` something that must not be held up by it each step has a
 * turn of its own, the first at once, and there is none any more when it is `over`; else all are
 * done before this returns.
 */
export async function inTurns(
  beside: boolean,
  steps: readonly (() => void)[],
  over?: () => boolean,
): Promise<void> {
  for (const step of steps) {
    if (over?.()) return;
    step();
    if (beside) await new Promise((done) => setTimeout(done, TURN_MS));
  }
}
