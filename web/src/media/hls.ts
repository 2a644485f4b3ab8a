/**
 * The same live room over HLS, for who cannot have it over WebRTC: hls.js plays the server's
 * playlist into one <video>, whose picture tells its date, and with it the stream's clock. Loaded
 * only when it is needed.
 */
import Hls from 'hls.js/light';
import { at } from '../client/place.js';

/** What went wrong is tried again after this time. */
const AGAIN_MS = 1000;

export interface HlsEvents {
  /** The date (ms since 1970) of the picture that is seen. */
  date: (ms: number) => void;
  /** The browser plays no sound before a touch. */
  blocked: (blocked: boolean) => void;
}

export class HlsPlayer {
  private hls: Hls | null = null;
  private again = 0;

  constructor(
    private readonly room: string,
    private readonly video: HTMLVideoElement,
    private readonly events: HlsEvents,
  ) {
    if (!Hls.isSupported()) return;
    this.load();
    const next = (): void => {
      this.tell();
      if (this.hls) video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  }

  private load(): void {
    this.hls?.destroy();
    const hls = new Hls({
      enableWorker: false,
      lowLatencyMode: true,
      backBufferLength: 10,
      maxLiveSyncPlaybackRate: 1.1,
    });
    this.hls = hls;
    hls.on(Hls.Events.ERROR, (_event, data) => {
      if (!data.fatal || hls !== this.hls) return;
      clearTimeout(this.again);
      this.again = window.setTimeout(() => this.load(), AGAIN_MS);
    });
    hls.on(Hls.Events.MANIFEST_PARSED, () => void this.play());
    hls.loadSource(at(`/hls/${encodeURIComponent(this.room)}/live.m3u8`));
    hls.attachMedia(this.video);
  }

  private tell(): void {
    const date = this.hls?.playingDate?.getTime();
    if (date !== undefined) this.events.date(date);
  }

  /** With sound where the browser lets it, else without until a touch. */
  async play(): Promise<void> {
    try {
      await this.video.play();
      this.events.blocked(false);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
      this.video.muted = true;
      this.events.blocked(true);
      await this.video.play().catch(() => undefined);
    }
  }

  /** Seconds behind the live edge, as the player reckons; null = not yet. */
  get latency(): number | null {
    return this.hls && this.hls.latency > 0 ? this.hls.latency : null;
  }

  stop(): void {
    clearTimeout(this.again);
    this.hls?.destroy();
    this.hls = null;
  }
}
