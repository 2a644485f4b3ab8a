/**
 * Notices that a path has died before the browser does: Chromium looks at a quiet path only every
 * 2.5 s, and takes 5 s and more to call it disconnected.
 */

/** Nothing for so long on a path that was busy: it is taken for dead. */
export const SILENCE_MS = 1000;
/**
 * The same for somebody who sends nothing and so gets no reports: the silence may be the only
 * sender's. The server tells after 2 s that a source is idle; the browser has looked by itself.
 */
export const SILENCE_VIEWER_MS = 3000;
/** Looks that are remembered, and how many of them must have seen something come in. */
const REMEMBERED = 8;
const BUSY = 6;
/** A page that slept has looked once in a long time: that is no silence yet. */
const LOOKS_IN_SILENCE = 3;

/** Pure: time and counter are passed in. One for the life of a peer connection. */
export class PathWatch {
  private bytes = -1;
  private movedAt = 0;
  private still = 0;
  private recent: boolean[] = [];
  private told = false;

  /** `bytes`: all that was received so far. True once for each silence after busy times. */
  look(now: number, bytes: number, patience = SILENCE_MS): boolean {
    const moved = bytes !== this.bytes;
    this.bytes = bytes;
    if (moved) {
      this.movedAt = now;
      this.still = 0;
      this.recent = [...this.recent, true].slice(-REMEMBERED);
      if (this.busy) this.told = false;
      return false;
    }
    this.still++;
    const silent = this.still >= LOOKS_IN_SILENCE && now - this.movedAt >= patience;
    if (silent && this.busy && !this.told) {
      this.told = true;
      this.recent = [];
      return true;
    }
    // A single quiet look is ordinary; a long row of them is the silence that is looked for.
    if (this.still === 1) this.recent = [...this.recent, false].slice(-REMEMBERED);
    return false;
  }

  private get busy(): boolean {
    return this.recent.filter(Boolean).length >= BUSY;
  }
}

/** Bytes that a peer connection has received by any path. */
export async function bytesIn(pc: RTCPeerConnection): Promise<number> {
  let [transports, pairs] = [0, 0];
  (await pc.getStats()).forEach((row: { type: string; bytesReceived?: number }) => {
    if (row.type === 'transport') transports += row.bytesReceived ?? 0;
    if (row.type === 'candidate-pair') pairs += row.bytesReceived ?? 0;
  });
  return transports || pairs;
}
