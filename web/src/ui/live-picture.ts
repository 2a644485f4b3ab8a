/** The stream's picture: one element for each receive slot, made once and kept for the life of the
 *  page. The screen, else the host, is large; others stand beside. */
import { html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Audience } from '../media/audience.js';
import type { Participant } from '../protocol/messages.js';
import type { Session } from '../room/session.js';
import type { SlotUse } from '../room/slots.js';
import { Plain } from './base.js';
import { markMoment } from './marks.js';

const PICTURES = [0, 1, 2, 3, 4];
/** Without a new frame for so long the picture stands. */
const STALL_MS = 2500;

interface Shown {
  mid: string;
  use: SlotUse;
  person: Participant | undefined;
}

@customElement('parlor-picture')
export class Picture extends Plain {
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) audience!: Audience;
  /** Told when the picture comes or stands. */
  @property({ attribute: false }) stalled: (stalled: boolean) => void = () => undefined;
  private readonly mids: string[] = [];
  private generation = 0;
  private lastFrame = 0;
  private wasStalled = true;

  override connectedCallback(): void {
    super.connectedCallback();
    const redraw = (): void => this.place();
    this.whileConnected(this.session.store.watch(redraw));
    this.whileConnected(this.audience.store.watch(redraw));
    this.whileConnected(this.audience.live.watch(redraw));
    const timer = window.setInterval(() => this.look(), 400);
    this.whileConnected(() => clearInterval(timer));
  }

  protected override firstUpdated(): void {
    this.videos.forEach((video, index) => this.follow(video, index));
    this.place();
  }

  private get videos(): HTMLVideoElement[] {
    return [...this.querySelectorAll('video')];
  }

  /** Every frame tells its timestamp; the large picture's is the page's clock. */
  private follow(video: HTMLVideoElement, index: number): void {
    if (!('requestVideoFrameCallback' in video)) return;
    const next = (_now: number, frame: { rtpTimestamp?: number }): void => {
      this.frame(video, index, frame.rtpTimestamp);
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  }

  private frame(video: HTMLVideoElement, index: number, rtp: number | undefined): void {
    video.dataset['playing'] = '';
    if (video.dataset['place'] !== 'main') return;
    this.lastFrame = performance.now();
    if (this.byHls) this.dataset['hls'] = '';
    else if (this.mids[index]) this.audience.frame(rtp);
    markMoment('parlor:first-remote-frame');
    if (this.wasStalled) this.look();
  }

  private look(): void {
    const stalled = !this.lastFrame || performance.now() - this.lastFrame > STALL_MS;
    if (stalled === this.wasStalled) return;
    this.wasStalled = stalled;
    this.stalled(stalled);
  }

  /** What the slots hold, the most wanted first: a screen, hosts, then whoever else is on stage. */
  private shown(): Shown[] {
    const { slots, participants, me } = this.session.state;
    const rank = (one: Shown): number =>
      one.use.source === 'screen' ? 0 : one.person?.role === 'host' ? 1 : 2;
    return Object.entries(slots)
      .map(([mid, use]) => ({ mid, use, person: participants[use.participant] }))
      .filter(({ use }) => use.source === 'camera' || use.source === 'screen')
      .filter(({ person }) => person?.identity !== `stage-${me ?? ''}`)
      .sort((a, b) => rank(a) - rank(b) || a.use.since - b.use.since);
  }

  private takeStreams(): void {
    const { generation } = this.audience.store.get();
    const streams = this.audience.pictures();
    if (generation === this.generation || streams.length === 0) return;
    this.generation = generation;
    this.videos.forEach((video, index) => {
      const one = streams[index];
      this.mids[index] = one?.mid ?? '';
      video.srcObject = one?.stream ?? null;
      delete video.dataset['playing'];
      void video.play().catch(() => undefined);
    });
  }

  private byHls = false;

  /** One picture, already put together by the server. */
  private placeHls(video: HTMLVideoElement): void {
    const state = this.audience.live.get().live?.state;
    if (this.byHls || (state !== 'live' && state !== 'paused')) return;
    this.byHls = true;
    for (const one of this.videos) {
      one.srcObject = null;
      one.dataset['place'] = one === video ? 'main' : 'none';
      one.dataset['testid'] = one === video ? 'live-video' : '';
    }
    this.dataset['sides'] = '0';
    void this.audience.playHls(this.session.state.room?.id ?? '', video);
  }

  private place(): void {
    const { videos } = this;
    if (videos.length === 0) return;
    if (this.audience.store.get().hls) {
      if (videos[0]) this.placeHls(videos[0]);
      return;
    }
    this.takeStreams();
    const shown = this.shown();
    videos.forEach((video, index) => {
      const at = shown.findIndex((one) => one.mid === this.mids[index] && one.mid !== '');
      const place = at < 0 ? 'none' : at === 0 ? 'main' : ('side' as const);
      if (video.dataset['place'] !== place) video.dataset['place'] = place;
      video.dataset['testid'] = { main: 'live-video', side: 'live-side-video', none: '' }[place];
      if (place === 'none') delete video.dataset['playing'];
    });
    this.dataset['sides'] = String(Math.max(shown.length - 1, 0));
    this.dataset['screen'] = String(shown[0]?.use.source === 'screen');
    this.audience.setMain(shown[0]?.mid ?? '');
  }

  protected override render(): TemplateResult {
    return html`${PICTURES.map(
      () =>
        html`<video
          data-place="none"
          autoplay
          playsinline
          muted
          .muted=${true}
          disablepictureinpicture
          tabindex="-1"
          aria-hidden="true"
        ></video>`,
    )}`;
  }
}
