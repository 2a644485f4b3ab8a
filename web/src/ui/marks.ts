/** The moments that are measured: performance marks, and what lies between them. */

export type Moment =
  'parlor:click' | 'parlor:join' | 'parlor:own-tile' | 'parlor:first-remote-frame';

const seen: Partial<Record<Moment, number>> = {};

/** Marks a moment once; `at` is the page's `Date.now()` when it lies in the past. */
export function markMoment(moment: Moment, at = performance.timeOrigin + performance.now()): void {
  if (seen[moment] !== undefined) return;
  seen[moment] = at;
  performance.mark(moment, { startTime: Math.max(at - performance.timeOrigin, 0) });
}

function between(from: number | undefined, to: number | undefined): number | null {
  return from === undefined || to === undefined ? null : Math.round(to - from);
}

/** Milliseconds; null where it has not happened. The click may have been on the page before. */
export function timings(): Record<string, number | null> {
  const own = seen['parlor:own-tile'];
  const frame = seen['parlor:first-remote-frame'];
  return {
    clickToOwnTile: between(seen['parlor:click'], own),
    linkToFirstRemoteFrame: between(performance.timeOrigin, frame),
    joinToFirstRemoteFrame: between(seen['parlor:join'], frame),
  };
}
