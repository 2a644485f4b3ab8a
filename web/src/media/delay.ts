/** How long what is received is held back: for repeats to come in time, and for sound and picture to be together. */
import type { ServerMessageOf } from '../protocol/messages.js';
import type { Slots } from '../room/slots.js';
import { Lips, type Played, type Together } from './lips.js';
import { Patience } from './patience.js';
import type { MediaStats } from './stats.js';

/** For the life of one peer connection. `receivers`: of every slot its MID and what receives there. */
export class Delay {
  private readonly patience = new Patience();
  private readonly lips: Lips;
  private readonly holds = new Map<string, number>();
  /** Of all of them at least; null: as the browser thinks best. */
  private least: number | null = null;

  constructor(
    private readonly receivers: () => [string, RTCRtpReceiver][],
    slots: () => Slots,
  ) {
    this.lips = new Lips(
      { played: (mid) => this.played(mid), hold: (mid, ms) => this.hold(mid, ms) },
      slots,
    );
  }

  stop(): void {
    this.lips.stop();
  }

  clock(message: ServerMessageOf<'clock'>): void {
    this.lips.clock(message);
  }

  together(): Together[] {
    return this.lips.together();
  }

  stats({ at, rttMs, repairs }: MediaStats): void {
    const least = this.patience.look(at, rttMs, repairs);
    if (least === this.least) return;
    this.least = least;
    for (const [mid, receiver] of this.receivers()) this.apply(mid, receiver);
  }

  private hold(mid: string, ms: number): void {
    if ((this.holds.get(mid) ?? 0) === ms) return;
    this.holds.set(mid, ms);
    for (const [one, receiver] of this.receivers()) if (one === mid) this.apply(mid, receiver);
  }

  private apply(mid: string, receiver: RTCRtpReceiver): void {
    const hold = Math.max(this.least ?? 0, this.holds.get(mid) ?? 0);
    receiver.jitterBufferTarget = hold || this.least;
  }

  private played(mid: string): Played | null {
    const receiver = this.receivers().find(([one]) => one === mid)?.[1];
    const last = receiver?.getSynchronizationSources()[0];
    return last ? { at: last.timestamp, rtp: last.rtpTimestamp } : null;
  }
}
