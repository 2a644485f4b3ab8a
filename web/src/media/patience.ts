/**
 * How long a receiver should hold pictures and sound back, so that what was lost can be asked for
 * and still come in time. Chromium adds a round trip by itself, which is not enough: a gap is seen
 * only at the next packet, and the loss may be two legs away, at the sender's.
 */

/** Seeing the gap takes a frame, asking and answering a moment on each side. */
const BESIDE_ROUND_TRIP_MS = 100;
/** The repeat may have been asked for at the sender's leg, whose round trip is not known here. */
const ROUND_TRIP_LEAST_MS = 50;
/** Longer would make people talk over one another. */
const MOST_MS = 500;
/** Requests for repeats, of packets received: below this a lost picture now and then is not seen. */
const WORTH_IT = 0.01;
/** Here repeats and requests get lost too, so that there must be time to ask again. */
const WORTH_TWO = 0.05;
const WORTH_THREE = 0.15;
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
  private rounds = 0;

  /** The wanted delay in ms, or null for the browser's own. */
  look(now: number, rttMs: number, { packets, requests }: Repairs): number | null {
    const [came, asked] = [
      packets - (this.last?.packets ?? 0),
      requests - (this.last?.requests ?? 0),
    ];
    // The first look sees the start of the streams, where asking is ordinary.
    const share = this.last && came > 0 ? asked / came : 0;
    if (now - this.lossyAt > CALM_MS) this.rounds = 0;
    if (share >= WORTH_IT) {
      this.lossyAt = now;
      const rounds = share >= WORTH_THREE ? 3 : share >= WORTH_TWO ? 2 : 1;
      this.rounds = Math.max(this.rounds, rounds);
    }
    this.last = { packets, requests };
    if (this.rounds === 0) return null;
    // In steps: a target that trembles would make the playout tremble.
    const roundTrip = Math.max(Math.ceil(rttMs / 25) * 25, ROUND_TRIP_LEAST_MS);
    return Math.min(this.rounds * roundTrip + BESIDE_ROUND_TRIP_MS, MOST_MS);
  }
}
