import { place } from '../client/place.js';
import { inTurns } from './turns.js';

/** The audio slots' elements: always playing, on the chosen speaker. */

export class SoundOut {
  private readonly players = new Map<string, HTMLAudioElement>();
  private sinkId = '';
  /** Counts what was played: elements of an earlier time are not made any more. */
  private round = 0;

  /** `blocked` is told whether the browser refuses to play before a touch. */
  constructor(private readonly blocked: (blocked: boolean) => void) {}

  /**
   * Plays these streams, one element each, and nothing else. `beside` a stream that plays each is
   * made in a turn of its own.
   */
  play(streams: [mid: string, stream: MediaStream][], beside = false): void {
    this.stop();
    const { round } = this;
    const over = (): boolean => round !== this.round;
    const steps = streams.map((one) => () => this.add(...one));
    void inTurns(beside, steps, over).then(() => (over() ? undefined : this.resume()));
  }

  private add(mid: string, stream: MediaStream): void {
    const audio = document.createElement('audio');
    audio.autoplay = true;
    audio.dataset['testid'] = 'slot-audio';
    audio.dataset['mid'] = mid;
    audio.srcObject = stream;
    audio.onplaying = () => this.heard();
    place.ground().append(audio);
    this.players.set(mid, audio);
    void this.toSink(audio);
  }

  /** A browser may begin by itself once the page was touched. */
  private heard(): void {
    if ([...this.players.values()].every((one) => !one.paused)) this.blocked(false);
  }

  /** Starts what the browser held back; call it from a touch or key. */
  async resume(): Promise<void> {
    const tries = [...this.players.values()].map((one) => one.play());
    const results = await Promise.allSettled(tries);
    const refused = results.some(
      (one) => one.status === 'rejected' && (one.reason as DOMException).name === 'NotAllowedError',
    );
    this.blocked(refused);
  }

  /** Which slots are silent from now on. */
  mute(isMuted: (mid: string) => boolean): void {
    for (const [mid, one] of this.players) one.muted = isMuted(mid);
  }

  async setSpeaker(sinkId: string): Promise<void> {
    this.sinkId = sinkId;
    await Promise.all([...this.players.values()].map((one) => this.toSink(one)));
  }

  private async toSink(audio: HTMLAudioElement): Promise<void> {
    if (!('setSinkId' in audio) || audio.sinkId === this.sinkId) return;
    await audio.setSinkId(this.sinkId).catch(() => undefined);
  }

  stop(): void {
    this.round++;
    for (const one of this.players.values()) {
      one.srcObject = null;
      one.remove();
    }
    this.players.clear();
  }
}
