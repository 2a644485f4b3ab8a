/**
 * The stream's clock as one viewer's picture shows it. The server says which `room_ms` the picture
 * with a certain RTP timestamp has (`clock`); each displayed frame tells its own timestamp. What
 * happened at a `room_ms` waits here until the picture has come so far. Pure: time is passed in.
 */

/** The picture with RTP timestamp `rtp` was taken at `roomMs`. */
export interface Anchor {
  rtp: number;
  roomMs: number;
}

/** Video RTP counts 90 a millisecond (RFC 6184, RFC 7741). */
const RTP_PER_MS = 90;
/** Without a clock, or with a picture that stands, nothing waits longer. */
const WAIT_BLIND_MS = 700;
const WAIT_MS = 4000;
/** A frame is seen for a while: what falls between this one and the next is shown with this one. */
const HALF_FRAME_MS = 20;

/** The room_ms of a frame; timestamps wrap at 2^32, so the nearer way around counts. */
export function roomMsOf(anchor: Anchor, rtp: number): number {
  return anchor.roomMs + ((rtp - anchor.rtp) | 0) / RTP_PER_MS;
}

interface Held {
  roomMs: number;
  since: number;
  apply: () => void;
}

export class PictureClock {
  private anchor: Anchor | null = null;
  private held: Held[] = [];
  /** room_ms of the frame that is seen, and when it was (ms of the page). */
  private seen: { roomMs: number; at: number } | null = null;
  private blindMs = WAIT_BLIND_MS;

  /** `waitMs`: how long the picture may be behind what happens. */
  constructor(private waitMs = WAIT_MS) {}

  /** For a picture that may stand for a while and then goes on where it was: what happens waits for
   *  it all the same. */
  setWait(waitMs: number): void {
    this.waitMs = this.blindMs = waitMs;
  }

  /** `null`: another source is in the slot, its clock is not known yet. */
  setAnchor(anchor: Anchor | null): void {
    this.anchor = anchor;
    if (!anchor) this.seen = null;
  }

  get roomMs(): number | null {
    return this.seen?.roomMs ?? null;
  }

  /** A frame is on the screen. */
  frame(rtp: number, now: number): void {
    if (this.anchor) this.seen = { roomMs: roomMsOf(this.anchor, rtp), at: now };
    this.release(now);
  }

  /** The same where the picture says its room_ms itself. */
  frameAt(roomMs: number, now: number): void {
    this.seen = { roomMs, at: now };
    this.release(now);
  }

  /** Happens when the picture reaches `roomMs`; in the order of the calls. */
  at(roomMs: number, now: number, apply: () => void): void {
    this.held.push({ roomMs, since: now, apply });
    this.release(now);
  }

  /** To be called a few times a second: nothing waits for ever. */
  tick(now: number): void {
    this.release(now);
  }

  private isDue(one: Held, now: number): boolean {
    const blind = !this.seen || now - this.seen.at > WAIT_BLIND_MS;
    if (now - one.since > (blind ? this.blindMs : this.waitMs)) return true;
    return this.seen !== null && one.roomMs <= this.seen.roomMs + HALF_FRAME_MS;
  }

  private release(now: number): void {
    while (this.held[0] && this.isDue(this.held[0], now)) this.held.shift()?.apply();
  }
}
