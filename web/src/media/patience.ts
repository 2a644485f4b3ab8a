/**
 * How long a receiver should hold pictures and sound back, so that what was lost can be asked for
 * and still come in time. Chromium adds a round trip by itself, which is not enough: a gap is seen
 * only at the next packet, and the loss may be two legs away, at the sender's.
 */

/** Seeing the gap, asking, and the sender's own round trip. */
const BESIDE_ROUND_TRIP_MS = 120;
/** Longer would make people talk over one another. */
const MOST_MS = 400;
/** Requests for repeats, of packets received: below this a lost picture now and then is not seen. */
const WORTH_IT = 0.01;
/** After so long without loss everything is as quick as it can be again. */
const CALM_MS = 20_000;

/** What the video streams have counted so far. */
export interface Repairs {
  packets: number;
  requests: number;
}

/** Pure: one for the life of a peer connection; counters and time are passed in. */
export class Patience {
  private last: Repairs | null = null;
  private lossyAt = -Infinity;

  /** The wanted delay in ms, or null for the browser's own. */
  look(now: number, rttMs: number, { packets, requests }: Repairs): number | null {
    const [came, asked] = [
      packets - (this.last?.packets ?? 0),
      requests - (this.last?.requests ?? 0),
    ];
    // The first look sees the start of the streams, where asking is ordinary.
    if (this.last && came > 0 && asked / came >= WORTH_IT) this.lossyAt = now;
    this.last = { packets, requests };
    if (now - this.lossyAt > CALM_MS) return null;
    return Math.min(Math.round(rttMs / 10) * 10 + BESIDE_ROUND_TRIP_MS, MOST_MS);
  }
}
