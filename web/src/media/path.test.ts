import { describe, expect, it } from 'vitest';
import { PathWatch, SILENCE_VIEWER_MS } from './path.js';

/** Looks every 300 ms; `coming` tells of each look whether something had come. Gives the times at which it fired. */
function watch(coming: boolean[], patience?: number, path = new PathWatch(), from = 0): number[] {
  let bytes = from;
  return coming.flatMap((more, n) => {
    if (more) bytes += 100;
    return path.look(from + n * 300, bytes, patience) ? [n * 300] : [];
  });
}
const busy = (looks: number) => Array<boolean>(looks).fill(true);
const quiet = (looks: number) => Array<boolean>(looks).fill(false);

describe('a path that is watched', () => {
  it('is taken for dead a second after busy times, once', () => {
    const [first, ...more] = watch([...busy(20), ...quiet(40)]);
    expect(first).toBeGreaterThanOrEqual(19 * 300 + 1000);
    expect(first).toBeLessThanOrEqual(19 * 300 + 1300);
    expect(more).toEqual([]);
  });

  it('is watched again once it is busy again', () => {
    const path = new PathWatch();
    expect(watch([...busy(20), ...quiet(10)], undefined, path)).toHaveLength(1);
    expect(watch([...busy(3), ...quiet(10)], undefined, path, 1e6)).toEqual([]);
    expect(watch([...busy(20), ...quiet(10)], undefined, path, 2e6)).toHaveLength(1);
  });

  it('may be quiet where it never was busy', () => {
    expect(watch(quiet(50))).toEqual([]);
    // A report a second is no media.
    expect(
      watch([...busy(1), ...quiet(3), ...busy(1), ...quiet(3), ...busy(1), ...quiet(20)]),
    ).toEqual([]);
  });

  it('may miss a look now and then', () => {
    expect(watch([...busy(9), ...quiet(1), ...busy(9), ...quiet(2), ...busy(9)])).toEqual([]);
  });

  it('waits longer for somebody who only looks on', () => {
    const [first] = watch([...busy(20), ...quiet(40)], SILENCE_VIEWER_MS);
    expect(first).toBeGreaterThanOrEqual(19 * 300 + SILENCE_VIEWER_MS);
  });

  it('is not dead because the page slept', () => {
    const path = new PathWatch();
    watch(busy(20), undefined, path);
    expect(path.look(1e6, 2000)).toBe(false);
    expect(path.look(1e6 + 300, 2100)).toBe(false);
  });
});
