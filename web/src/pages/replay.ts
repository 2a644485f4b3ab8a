/** A published replay: the film, and on it what stood on the stream, at the same frames. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { copyText } from '../client/copy.js';
import { ApiError } from '../client/http.js';
import { commentsOf, openReplay, shopUrl, type Replay } from '../client/replays.js';
import type { Comment, Product } from '../protocol/live.js';
import { clock, parseTime, pinAt, saidUntil, toRoom, type ReplayPin } from '../room/replay.js';
import { Plain } from '../ui/base.js';
import { dateTime, lt } from '../ui/i18n/live.js';
import { isReplayKey, rt, type ReplayKey } from '../ui/i18n/replay.js';
import { icon } from '../ui/icons.js';
import '../ui/live-comments.js';
import { whyNot } from '../ui/why-not.js';
import { chapterList, productThen, thenCard } from '../ui/replay-chapters.js';

type Sheet = { what: 'chapters' } | { what: 'product'; pin: ReplayPin } | null;

/** So soon does a page that is open learn that the replay was withdrawn. */
const AGAIN_MS = 15_000;
/** Nothing heard of the server for so long: it may have been withdrawn. */
const SILENT_MS = 45_000;
const STEP_S = 5;
/** Chromium reaches back for a sound's lead-in of 80 ms, for which the film's index has no entry. */
const FIRST_S = 0.1;
const NOTE_MS = 3000;
const SPEEDS = [1, 1.25, 1.5, 2, 0.75];
const GONE = [404, 410];

/** The first frame on which it stands: the film's are 33 ms apart. */
const startOf = (pin: ReplayPin): number => (pin.at_ms + 40) / 1000;

@customElement('parlor-replay')
export class ReplayPage extends Plain {
  readonly own = decodeURIComponent(/^\/p\/([^/]+)/.exec(location.pathname)?.[1] ?? '');
  @state() private replay: Replay | null = null;
  @state() private comments: Comment[] = [];
  @state() private refused = '';
  @state() private playing = false;
  @state() private muted = false;
  @state() private speed = 1;
  /** Of the film, in seconds. */
  @state() private at = 0;
  @state() private sheet: Sheet = null;
  @state() private note: ReplayKey | '' = '';
  private noteTimer = 0;
  private heard = 0;
  private begun = false;
  private served: Promise<() => void> | null = null;
  private opener: HTMLElement | null = null;

  /** What the service button on this page is told of where a tap came from. */
  readonly audience = {
    clock: ((page: ReplayPage) => ({
      get roomMs(): number | null {
        const { video, replay } = page;
        return video && replay ? toRoom(replay.parts, video.currentTime * 1000) : null;
      },
    }))(this),
  };
  get room(): string {
    return this.replay?.room ?? '';
  }
  get entry(): string {
    return this.replay?.entry ?? '';
  }
  get brand(): string {
    return this.replay?.brand ?? '';
  }

  private get video(): HTMLVideoElement | null {
    return this.querySelector<HTMLVideoElement>('video.film');
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const keys = (event: KeyboardEvent): void => this.key(event);
    window.addEventListener('keydown', keys);
    this.whileConnected(() => window.removeEventListener('keydown', keys));
    const again = (): void => void this.load();
    const timer = window.setInterval(again, AGAIN_MS);
    this.whileConnected(() => clearInterval(timer));
    /* A tab that slept asks before anybody looks. */
    window.addEventListener('focus', again);
    this.whileConnected(() => window.removeEventListener('focus', again));
    this.whileConnected(() => void this.served?.then((stop) => stop()));
    Object.assign(window, { parlorReplay: this });
    void this.load();
  }

  /** Asked again and again: it may be withdrawn at any time. */
  private async load(): Promise<void> {
    try {
      const replay = await openReplay(this.own);
      const first = this.replay === null;
      this.replay = replay;
      this.refused = '';
      this.heard = performance.now();
      if (first) void this.begin(replay);
    } catch (error) {
      const { code, status } = error instanceof ApiError ? error : { code: 'internal', status: 0 };
      const silent = this.replay !== null && performance.now() - this.heard > SILENT_MS;
      if (!this.replay || GONE.includes(status) || code === 'not_ready' || silent) this.end(code);
    }
  }

  private async begin(replay: Replay): Promise<void> {
    document.title = replay.title || rt('replay');
    this.comments = await commentsOf(this.own).catch(() => []);
    this.served ??= import('../ui/service-later.js').then((one) => one.mountServiceLater(this));
  }

  /** Nothing of it stays on the page, also not what the browser has fetched already. */
  private end(code: string): void {
    const { video } = this;
    video?.pause();
    video?.removeAttribute('src');
    video?.load();
    this.replay = null;
    this.comments = [];
    this.begun = this.playing = false;
    this.sheet = null;
    this.refused = code;
  }

  /* ---- the film ---- */

  private wanted(replay: Replay): number {
    const query = new URLSearchParams(location.search);
    const chapter = replay.pins.find((pin) => pin.id === query.get('c'));
    return chapter ? startOf(chapter) : (parseTime(query.get('t')) ?? 0);
  }

  private readonly ready = (): void => {
    const { video, replay } = this;
    if (!video || !replay || this.begun) return;
    this.begun = true;
    const from = this.wanted(replay);
    if (from > 0) this.seek(from);
    this.follow(video);
    void video.play().catch(() => undefined);
  };

  /** Each frame tells its own time: what belongs to it comes with it. */
  private follow(video: HTMLVideoElement): void {
    if (!('requestVideoFrameCallback' in video)) return;
    const next = (_now: number, frame: { mediaTime: number }): void => {
      this.at = frame.mediaTime;
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  }

  private readonly tick = (): void => {
    const { video } = this;
    if (!video) return;
    this.playing = !video.paused;
    this.muted = video.muted;
    if (!this.begun || video.seeking || !('requestVideoFrameCallback' in video))
      this.at = (video as HTMLVideoElement).currentTime;
  };

  private readonly failed = (): void => {
    if (!this.video?.getAttribute('src')) return;
    /* Withdrawn while it played, most likely; what else it is, is said. */
    void openReplay(this.own).then(
      () => (this.refused = this.video?.canPlayType('video/webm') ? 'media' : 'no_format'),
      () => this.load(),
    );
  };

  private seek(seconds: number): void {
    const { video, replay } = this;
    if (!video || !replay) return;
    const last = Math.max(replay.duration_ms / 1000 - 0.1, 0);
    video.currentTime = Math.min(Math.max(seconds, FIRST_S), last);
    this.at = video.currentTime;
  }

  private readonly toggle = (): void => {
    const { video } = this;
    if (video?.ended) this.seek(0);
    if (video?.paused) void video.play().catch(() => undefined);
    else video?.pause();
  };

  private readonly mute = (): void => {
    if (this.video) this.video.muted = !this.video.muted;
  };

  private readonly faster = (): void => {
    this.speed = SPEEDS[(SPEEDS.indexOf(this.speed) + 1) % SPEEDS.length] ?? 1;
    if (this.video) this.video.playbackRate = this.speed;
  };

  private readonly fullScreen = (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void document.documentElement.requestFullscreen().catch(() => undefined);
  };

  private key(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.close();
    const typing = event
      .composedPath()
      .some(
        (one) => one instanceof HTMLElement && one.matches('input, textarea, button, a, select'),
      );
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const acts: Record<string, () => void> = {
      ' ': this.toggle,
      k: this.toggle,
      m: this.mute,
      f: this.fullScreen,
      c: () => this.open({ what: 'chapters' }),
      ArrowLeft: () => this.seek(this.at - STEP_S),
      ArrowRight: () => this.seek(this.at + STEP_S),
    };
    const act = acts[event.key];
    if (!act || !this.replay) return;
    event.preventDefault();
    act();
  }

  /* ---- links ---- */

  private async copy(query: string): Promise<void> {
    const link = `${location.origin}/p/${encodeURIComponent(this.own)}${query}`;
    const copied = await copyText(link);
    clearTimeout(this.noteTimer);
    this.note = copied ? 'copied' : 'not_copied';
    this.noteTimer = window.setTimeout(() => (this.note = ''), NOTE_MS);
  }

  /** `ask` for a person about a product: whoever serves on this page listens. */
  private readonly ask = (product: Product): void => {
    this.dispatchEvent(new CustomEvent('parlor-ask', { detail: product, bubbles: true }));
  };

  private readonly buy = (product: Product): void => {
    const at = this.audience.clock.roomMs ?? 0;
    window.open(shopUrl(this.own, product.sku, at), '_blank', 'noopener,noreferrer');
  };

  private open(sheet: Sheet): void {
    this.opener ??= document.activeElement as HTMLElement | null;
    this.sheet = sheet;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>('.sheet-close')?.focus());
  }

  private readonly close = (): void => {
    if (!this.sheet) return;
    this.sheet = null;
    this.opener?.focus();
    this.opener = null;
  };

  /* ---- what one sees ---- */

  private shown(replay: Replay): ReplayPin | null {
    return pinAt(replay.pins, toRoom(replay.parts, this.at * 1000));
  }

  private readonly jump = (pin: ReplayPin): void => {
    this.seek(startOf(pin));
    this.close();
  };

  private refusal(): TemplateResult {
    const known = isReplayKey(`${this.refused}_title`) ? this.refused : 'other';
    const key = this.refused === 'no_format' ? 'no_format_text' : `${known}_text`;
    return html`<section
      class="live-card"
      data-testid="replay-refused"
      data-code=${this.refused}
      role="status"
    >
      <h1>${rt(`${known}_title` as ReplayKey)}</h1>
      <p>
        ${isReplayKey(key) ? rt(key) : whyNot(this.refused === 'media' ? 'offline' : this.refused)}
      </p>
    </section>`;
  }

  private sheetView(replay: Replay): TemplateResult | typeof nothing {
    const { sheet } = this;
    if (!sheet) return nothing;
    return html`<div class="sheet-back" @click=${this.close}></div>
      <section class="sheet" data-testid="sheet" role="dialog" aria-label=${rt('chapters')}>
        <header>
          ${
            sheet.what === 'product'
              ? html`<button class="button quiet" @click=${() => this.open({ what: 'chapters' })}>
                  ${icon('bag')}${rt('chapters')}
                </button>`
              : html`<h2>${rt('chapters')}</h2>`
          }
          <button
            class="round sheet-close"
            data-testid="sheet-close"
            aria-label=${lt('close')}
            @click=${this.close}
          >
            ${icon('close')}
          </button>
        </header>
        ${
          sheet.what === 'chapters'
            ? chapterList(
                replay.pins,
                this.shown(replay),
                this.jump,
                (query) => void this.copy(query),
              )
            : productThen(sheet.pin, replay.room, this.ask, this.buy)
        }
      </section>`;
  }

  private header(replay: Replay): TemplateResult {
    return html`<header class="live-head">
      <div class="live-who">
        <span class="live-host"
          >${[replay.host, replay.live_at ? rt('of_day', { when: dateTime(replay.live_at) }) : ''].filter(Boolean).join(' · ')}</span
        >
        <h1 data-testid="replay-title">${replay.title}</h1>
      </div>
      <span class="live-badge" data-state="ended">${rt('replay')}</span>
      <button
        class="round"
        data-testid="link-here"
        aria-label=${rt('link_here')}
        title=${rt('link_here')}
        @click=${() => void this.copy(`?t=${Math.floor(this.at)}`)}
      >
        ${icon('copy')}
      </button>
      <button
        class="round wide-only"
        aria-label=${lt('full')}
        title=${lt('full')}
        @click=${this.fullScreen}
      >
        ${icon('full')}
      </button>
    </header>`;
  }

  private controls(replay: Replay): TemplateResult {
    const all = replay.duration_ms / 1000;
    const words = rt(this.playing ? 'pause' : 'play');
    return html`<div class="film-bar">
      <div class="film-line">
        <input
          type="range"
          min="0"
          max=${all}
          step="any"
          list="film-chapters"
          data-testid="film-position"
          aria-label=${rt('position')}
          aria-valuetext=${rt('position_of', { at: clock(this.at), all: clock(all) })}
          .value=${String(this.at)}
          @input=${(event: Event) => this.seek(Number((event.target as HTMLInputElement).value))}
        />
        <datalist id="film-chapters">
          ${replay.pins.map((pin) => html`<option value=${pin.at_ms / 1000} label=${pin.title}></option>`)}
        </datalist>
      </div>
      <div class="live-bar">
        <button
          class="round"
          data-testid="film-play"
          aria-label=${words}
          title=${words}
          @click=${this.toggle}
        >
          <span class="film-sign" data-playing=${this.playing} aria-hidden="true"></span>
        </button>
        <span class="film-time" data-testid="film-time" data-at=${this.at.toFixed(2)}
          >${clock(this.at)} / ${clock(all)}</span
        >
        <span class="film-gap"></span>
        <button
          class="round"
          aria-label="${rt('speed')} ${this.speed}×"
          title=${rt('speed')}
          @click=${this.faster}
        >
          ${this.speed}×
        </button>
        <button
          class="round"
          data-testid="sound"
          aria-pressed=${!this.muted}
          aria-label=${lt(this.muted ? 'sound_on' : 'sound_off')}
          title=${lt(this.muted ? 'sound_on' : 'sound_off')}
          @click=${this.mute}
        >
          ${icon(this.muted ? 'soundOff' : 'sound')}
        </button>
        <button
          class="round badged"
          data-testid="chapters-open"
          aria-label="${rt('chapters')}: ${replay.pins.length}"
          title=${rt('chapters')}
          @click=${() => this.open({ what: 'chapters' })}
        >
          ${icon('bag')}${replay.pins.length ? html`<span class="badge">${replay.pins.length}</span>` : nothing}
        </button>
        <span id="live-service"></span>
      </div>
    </div>`;
  }

  private film(replay: Replay): TemplateResult {
    const roomMs = toRoom(replay.parts, this.at * 1000);
    const pin = this.shown(replay);
    return html`${this.header(replay)}
      <div class="live-low">
        <parlor-live-comments .comments=${saidUntil(this.comments, roomMs)}></parlor-live-comments>
        <div class="live-side">
          ${pin ? thenCard(pin, () => this.open({ what: 'product', pin })) : nothing}
        </div>
        ${this.controls(replay)}
      </div>
      ${
        this.playing
          ? nothing
          : html`<button
              class="film-begin"
              data-testid="film-begin"
              aria-label=${rt('play')}
              @click=${this.toggle}
            >
              <span class="film-sign" data-playing="false" aria-hidden="true"></span>
            </button>`
      }
      ${this.sheetView(replay)}`;
  }

  protected override render(): TemplateResult {
    const { replay } = this;
    return html`<main class="live replay" data-state=${replay ? 'open' : this.refused}>
      <parlor-picture @click=${this.toggle}
        >${
          replay
            ? html`<video
                class="film"
                data-place="main"
                data-testid="film"
                src=${replay.media}
                preload="auto"
                playsinline
                @loadedmetadata=${this.ready}
                @play=${this.tick}
                @pause=${this.tick}
                @timeupdate=${this.tick}
                @seeked=${this.tick}
                @volumechange=${this.tick}
                @error=${this.failed}
              ></video>`
            : nothing
        }</parlor-picture
      >
      ${
        this.refused
          ? this.refusal()
          : replay
            ? this.film(replay)
            : html`<p class="live-card quiet" role="status">${rt('opening')}</p>`
      }
      <p class="live-note" role="status" data-testid="note" ?hidden=${!this.note}>
        ${this.note ? rt(this.note) : nothing}
      </p>
    </main>`;
  }
}
