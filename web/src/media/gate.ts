/**
 * Shows a slot's new person at the very frame where the slot changed: the `slots` message carries
 * the first RTP timestamp, each displayed frame its own. No face stands under another's name.
 */
import { rtpReached } from '../room/slots.js';

/** A frame that is later than the change by this much proves that the timestamps do not meet. */
const PATIENCE_MS = 1500;

export interface FrameInfo {
  rtpTimestamp?: number;
}

/** Whether a frame may be shown: `waited` is ms since the slot changed. */
export function mayShow(frame: FrameInfo, rtp: number | undefined, waited: number): boolean {
  if (frame.rtpTimestamp === undefined) return true;
  if (waited > PATIENCE_MS) return true;
  return rtp !== undefined && rtpReached(frame.rtpTimestamp, rtp);
}

export class FrameGate {
  private handle = 0;
  private rtp: number | undefined;
  private since = 0;
  private closed = false;
  /** What stands in the video now. */
  private last: FrameInfo | null = null;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly opened: () => void,
  ) {}

  /**
   * Waits for the frame; called again with the timestamp once the server knows it. A frame may be
   * faster than that message: it stands in the video already, and no further one is waited for.
   */
  arm(rtp: number | undefined, since: number): void {
    this.rtp = rtp;
    this.since = since;
    if (this.closed) return;
    if (this.last && this.may(this.last)) {
      this.close();
      this.opened();
      return;
    }
    if (this.handle) return;
    if (!('requestVideoFrameCallback' in this.video)) {
      this.open();
      return;
    }
    this.wait();
  }

  private wait(): void {
    this.handle = this.video.requestVideoFrameCallback((_now, frame) => {
      this.handle = 0;
      if (this.closed) return;
      this.last = frame;
      if (this.may(frame)) this.open();
      else this.wait();
    });
  }

  private may(frame: FrameInfo): boolean {
    return mayShow(frame, this.rtp, Date.now() - this.since);
  }

  private open(): void {
    this.closed = true;
    this.opened();
  }

  close(): void {
    this.closed = true;
    if (this.handle) this.video.cancelVideoFrameCallback(this.handle);
    this.handle = 0;
  }
}
