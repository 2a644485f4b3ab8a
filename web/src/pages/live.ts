/** A live room as its viewers have it: the picture, and over it what one can say, see and do. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { ApiError } from '../client/http.js';
import { embedded, linkOf, place } from '../client/place.js';
import { surely } from '../client/surely.js';
import { loadChoices, randomName, saveChoices } from '../client/storage.js';
import { Audience } from '../media/audience.js';
import { Guest } from '../media/guest.js';
import { keepAwake } from '../media/presence.js';
import type { Product } from '../protocol/live.js';
import type { ServerMessageOf } from '../protocol/messages.js';
import { Session } from '../room/session.js';
import { Plain } from '../ui/base.js';
import { lang } from '../ui/i18n/lang.js';
import { isLiveKey, lt, short, type LiveKey } from '../ui/i18n/live.js';
import { icon } from '../ui/icons.js';
import { failedCard, headView, wordsCard } from '../ui/live-cards.js';
import '../ui/live-comments.js';
import '../ui/live-picture.js';
import type * as Parts from '../ui/live-parts.js';
import { markMoment, timings } from '../ui/marks.js';

type Sheet = { what: 'shelf' } | { what: 'product'; product: Product } | { what: 'stage' } | null;

const canWebRtc = (): boolean => 'RTCPeerConnection' in window;
const canHls = (): boolean => !embedded && 'MediaSource' in window;

const LIKES_EVERY_MS = 400;
const NOTE_MS = 3000;

function roomFromAddress(): string {
  if (embedded) return place.room;
  const path = /^\/l\/([^/]+)/.exec(location.pathname)?.[1];
  return decodeURIComponent(path ?? location.hash.slice(1));
}

@customElement('parlor-live')
export class LivePage extends Plain {
  readonly room = roomFromAddress();
  readonly session = new Session(this.room);
  readonly audience = new Audience(this.session);
  readonly guest = new Guest();
  @state() private sheet: Sheet = null;
  @state() private stalled = true;
  @state() private problem = '';
  @state() private note: LiveKey | '' = '';
  @state() private named = loadChoices().name !== '';
  @state() private hearts: number[] = [];
  private entering: Promise<void> | null = null;
  private likes = 0;
  private likeTimer = 0;
  private noteTimer = 0;
  private heartKey = 0;
  private opener: HTMLElement | null = null;
  private parts: typeof Parts | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    const redraw = (): void => this.requestUpdate();
    this.whileConnected(this.session.store.watch(redraw));
    this.whileConnected(this.audience.store.watch(redraw));
    this.whileConnected(this.audience.live.watch(redraw));
    this.whileConnected(keepAwake());
    const second = window.setInterval(redraw, 1000);
    this.whileConnected(() => clearInterval(second));
    this.listenToPage();
    this.audience.admitted = (message) => void this.stageChanged(message);
    void surely(() => import('../ui/live-parts.js')).then((one) => ((this.parts = one), redraw()));
    const service = surely(() => import('../ui/service-later.js'));
    const mounted = service.then((one) => this.isConnected && one?.mountServiceLater(this));
    this.whileConnected(() => void mounted.then((stop) => stop && stop()));
    if (!embedded) Object.assign(window, { parlorLive: this, parlorTimings: timings });
    if (this.room && (canWebRtc() || canHls())) this.entering ??= this.enter();
  }

  /** A site's router may only move it; else nothing of it stays behind in the page. */
  override disconnectedCallback(): void {
    super.disconnectedCallback();
    queueMicrotask(() => this.isConnected || this.dispose());
  }

  private dispose(): void {
    clearTimeout(this.noteTimer);
    clearTimeout(this.likeTimer);
    this.guest.stop();
    this.audience.dispose();
    this.session.dispose();
  }

  private listenToPage(): void {
    const listeners = new AbortController();
    const { signal } = listeners;
    this.whileConnected(() => listeners.abort());
    window.addEventListener('pagehide', () => this.guest.stop(), { signal });
    window.addEventListener('keydown', (event) => event.key === 'Escape' && this.close(), {
      signal,
    });
    if (embedded) return;
    window.addEventListener('hashchange', () => location.reload(), { signal });
    window.addEventListener('pageshow', (event) => event.persisted && location.reload(), {
      signal,
    });
  }

  /** Where WebRTC cannot be, and for whoever asks (`?hls`). */
  private wantsHls(): boolean {
    return !canWebRtc() || (!embedded && new URLSearchParams(location.search).has('hls'));
  }

  private async enter(): Promise<void> {
    markMoment('parlor:join');
    this.session.warm();
    if (this.wantsHls()) this.audience.useHls();
    else this.audience.prepare();
    const name =
      loadChoices().name || `${lang() === 'en' ? 'Guest' : '访客'} ${randomName().slice(0, 4)}`;
    try {
      await this.session.join({ name, microphone: false, camera: false, lang: lang() });
    } catch (error) {
      this.problem = error instanceof ApiError ? error.code : 'internal';
    }
  }

  /* ---- what one does ---- */

  private say(key: LiveKey): void {
    clearTimeout(this.noteTimer);
    this.note = key;
    this.noteTimer = window.setTimeout(() => (this.note = ''), NOTE_MS);
  }

  private refused(error: unknown): void {
    const { code } = error as Partial<ApiError>;
    const key = `err_${code}`;
    this.say(isLiveKey(key) ? key : 'err_other');
    if (code === 'conflict') this.named = false;
  }

  private readonly comment = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const text = form.querySelector<HTMLInputElement>('[name=text]');
    const name = form.querySelector<HTMLInputElement>('[name=name]')?.value.trim();
    const said = text?.value.trim();
    if (!text || !said) return;
    if (name) {
      saveChoices({ name });
      this.session.rename(name);
      this.named = true;
    }
    try {
      const reply = await this.session.ask({ t: 'comment', client_id: randomName(), text: said });
      if (reply.t === 'comment') this.audience.dispatch(reply);
      text.value = '';
    } catch (error) {
      this.refused(error);
    }
  };

  private readonly like = (): void => {
    this.likes = Math.min(this.likes + 1, 20);
    const key = ++this.heartKey;
    this.hearts = [...this.hearts.slice(-8), key];
    window.setTimeout(() => (this.hearts = this.hearts.filter((one) => one !== key)), 1600);
    this.likeTimer ||= window.setTimeout(() => {
      this.session.tell({ t: 'like', n: this.likes });
      this.likes = this.likeTimer = 0;
    }, LIKES_EVERY_MS);
  };

  private readonly vote = (poll: string, option: number): void => {
    this.audience.dispatch({ t: 'local/voted', poll, option });
    this.session.tell({ t: 'vote', poll, option });
  };

  private readonly copy = async (): Promise<void> => {
    const said = await (await import('../ui/live-share.js')).shareLink(this.room);
    if (said) this.say(said);
  };

  private readonly fullScreen = (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else (embedded ? this : document.documentElement).requestFullscreen().catch(() => undefined);
  };

  /** `ask` for a person about a product: whoever serves on this page listens. */
  private readonly ask = (product: Product): void => {
    this.close();
    this.dispatchEvent(new CustomEvent('parlor-ask', { detail: product, bubbles: true }));
  };

  readonly showProduct = (sku: string): boolean => {
    const product = this.audience.live.get().shelf.find((one) => one.sku === sku);
    if (!product) return false;
    this.close(); // a camera that was looked at there
    this.open({ what: 'product', product });
    return true;
  };

  /** Who goes to the shop where the sheet has no link of ours. */
  protected readonly buy: ((product: Product) => void) | null = null;

  private open(sheet: Sheet): void {
    this.opener ??= (this.getRootNode() as ShadowRoot).activeElement as HTMLElement | null;
    this.sheet = sheet;
    void this.updateComplete.then(() =>
      this.querySelector<HTMLElement>('.sheet .sheet-close')?.focus(),
    );
  }

  /** Back to the picture. */
  protected closeSheet(): void {
    this.close();
  }

  private readonly close = (): void => {
    if (!this.sheet) return;
    const asked = this.audience.live.get().stage;
    if (this.sheet.what === 'stage') {
      if (/f|inv/.test(asked)) this.guest.stop(); // off, refused, invited
    } else if (asked === 'invited') return this.open({ what: 'stage' });
    this.sheet = null;
    this.opener?.focus();
    this.opener = null;
  };

  /* ---- the stage ---- */

  private readonly wantStage = async (): Promise<void> => {
    this.open({ what: 'stage' });
    if (!this.guest.stream && !(await this.guest.open())) this.say('stage_no_devices');
    this.requestUpdate();
  };

  private readonly askStage = (recorded: boolean): void => {
    this.audience.dispatch({ t: 'local/stage', stage: 'asked' });
    this.session.tell({ t: 'stage', on: true, recorded });
  };

  private readonly leaveStage = (): void => {
    this.session.tell({ t: 'stage', on: false });
    this.audience.dispatch({ t: 'local/stage', stage: 'off' });
    this.guest.stop();
    this.close();
  };

  private async stageChanged(message: ServerMessageOf<'stage'>): Promise<void> {
    if (!message.on) {
      if (message.invited || this.audience.live.get().stage === 'refused')
        this.sheet ??= { what: 'stage' };
      else {
        if (this.guest.stream) this.say('stage_over');
        if (this.sheet?.what === 'stage') this.close();
      }
      this.guest.stop();
      this.requestUpdate();
      return;
    }
    try {
      await this.guest.publish(
        this.session.state.room?.id ?? this.room,
        message.identity,
        message.token,
      );
      this.close();
    } catch {
      this.leaveStage();
      this.say('err_other');
    }
  }

  /* ---- what one sees ---- */

  protected override updated(): void {
    const preview = this.querySelector<HTMLVideoElement>('video.preview');
    if (preview && preview.srcObject !== this.guest.stream) preview.srcObject = this.guest.stream;
  }

  private card(): TemplateResult | typeof nothing {
    if (!canWebRtc() && !canHls())
      return wordsCard(
        'no-webrtc',
        'no_webrtc_title',
        'no_webrtc_text',
        html`<input readonly .value=${linkOf(this.room)} aria-label=${lt('share')} />`,
      );
    const { phase, line, ended } = this.session.state;
    const { live } = this.audience.live.get();
    if (!this.room || ended === 'no_such_room') return wordsCard('gone', 'gone_title', 'gone_text');
    if (live?.state === 'ended' || ended === 'ended')
      return this.parts?.endedCard(live?.brand ?? '') ?? nothing;
    if (this.problem || phase === 'ended') return failedCard(this.problem || String(ended));
    const loading = html`<p class="live-card quiet" role="status">${lt('loading')}</p>`;
    if (!live) return loading;
    if (live.state === 'scheduled') return this.parts?.countdownCard(live, Date.now()) ?? loading;
    if (line === 'lost') return wordsCard('line', 'line_title', 'line_text');
    if (live.state === 'paused') return wordsCard('paused', 'pause_title', 'pause_text');
    if (!this.stalled) return nothing;
    if (this.audience.isUnfit) return wordsCard('unfit', 'failed_title', 'unfit_text');
    return timings()['linkToFirstRemoteFrame'] === null && this.hostIsHere()
      ? loading
      : wordsCard('away', 'away_title', 'away_text');
  }

  private hostIsHere(): boolean {
    return Object.values(this.session.state.participants).some(
      (one) => one.sources.camera?.active || one.sources.screen?.active,
    );
  }

  private bar(): TemplateResult {
    const { live, shelf, likes, stage } = this.audience.live.get();
    const { soundBlocked, muted } = this.audience.store.get();
    const over = !live || live.state === 'ended';
    return html`<div class="live-bar">
      <form class="say" @submit=${this.comment}>
        ${
          this.named
            ? nothing
            : html`<input
                name="name"
                class="name"
                data-testid="name-input"
                maxlength="64"
                autocomplete="nickname"
                placeholder=${lt('your_name')}
                aria-label=${lt('your_name')}
              />`
        }
        <input
          name="text"
          data-testid="comment-input"
          maxlength="200"
          autocomplete="off"
          enterkeyhint="send"
          ?disabled=${over}
          placeholder=${lt('comment')}
          aria-label=${lt('comment_label')}
        />
        <button class="round send" aria-label=${lt('send')} ?disabled=${over}>
          ${icon('arrow')}
        </button>
      </form>
      <button
        class="round badged"
        data-testid="shelf-open"
        aria-label=${lt('shelf_count', { n: shelf.length })}
        title=${lt('shelf')}
        @click=${() => this.open({ what: 'shelf' })}
      >
        ${icon('bag')}${shelf.length ? html`<span class="badge">${shelf.length}</span>` : nothing}
      </button>
      <span id="live-service"></span>
      ${
        live?.state === 'live' || stage !== 'off'
          ? html`<button
              class="round"
              data-testid="stage-open"
              data-stage=${stage}
              aria-label=${lt(stage === 'on' ? 'stage_on' : 'join_stage')}
              title=${lt(stage === 'on' ? 'stage_on' : 'join_stage')}
              @click=${this.wantStage}
            >
              ${icon('cam')}
            </button>`
          : nothing
      }
      ${
        soundBlocked
          ? nothing
          : html`<button
              class="round"
              data-testid="sound"
              aria-pressed=${!muted}
              aria-label=${lt(muted ? 'sound_on' : 'sound_off')}
              title=${lt(muted ? 'sound_on' : 'sound_off')}
              @click=${() => this.audience.setMuted(!muted)}
            >
              ${icon(muted ? 'soundOff' : 'sound')}
            </button>`
      }
      <button
        class="round like badged"
        data-testid="like"
        aria-label="${lt('like')}: ${lt('likes', { n: short(likes) })}"
        title=${lt('like')}
        ?disabled=${over}
        @click=${this.like}
      >
        ${icon('heart')}<span class="badge" data-testid="likes" ?hidden=${!likes}
          >${short(likes)}</span
        >
        ${this.hearts.map((key) => html`<span class="flying-heart" data-turn=${key % 3} aria-hidden="true">♥</span>`)}
      </button>
    </div>`;
  }

  private sheetView(): TemplateResult | typeof nothing {
    const { sheet } = this;
    const { shelf, pin } = this.audience.live.get();
    if (!sheet) return nothing;
    const title = { shelf: lt('shelf'), product: lt('shelf'), stage: lt('stage_preview') }[
      sheet.what
    ];
    return html`<div class="sheet-back" @click=${this.close}></div>
      <section class="sheet" data-testid="sheet" role="dialog" aria-label=${title}>
        <header>
          ${
            sheet.what === 'product'
              ? html`<button class="button quiet" @click=${() => this.open({ what: 'shelf' })}>
                  ${icon('bag')}${lt('shelf')}
                </button>`
              : html`<h2>${title}</h2>`
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
          sheet.what === 'shelf'
            ? this.parts?.shelfList(shelf, pin?.sku, (product) =>
                this.open({ what: 'product', product }),
              )
            : sheet.what === 'product'
              ? this.parts?.productSheet(
                  sheet.product,
                  this.audience.live.get().live?.room ?? this.room,
                  this.ask,
                  this.buy,
                )
              : this.parts?.stageSheet(this.audience.live.get().stage, this.guest.stream !== null, {
                  ask: this.askStage,
                  look: this.wantStage,
                  leave: this.leaveStage,
                })
        }
      </section>`;
  }

  protected override render(): TemplateResult {
    const { pin, comments, top, linkHosts, live, stage } = this.audience.live.get();
    const { soundBlocked } = this.audience.store.get();
    const onAir = live?.state === 'live' || live?.state === 'paused';
    return html`<main class="live" data-state=${live?.state ?? 'none'}>
      <parlor-picture
        .session=${this.session}
        .audience=${this.audience}
        .stalled=${(stalled: boolean) => (this.stalled = stalled)}
      ></parlor-picture>
      ${this.card()} ${headView(this.audience.live.get(), this.copy, this.fullScreen)}
      <div class="live-low">
        <parlor-live-comments
          .comments=${comments}
          .top=${top}
          .hosts=${linkHosts}
        ></parlor-live-comments>
        <div class="live-side">
          ${onAir ? this.parts?.pollView(this.audience.live.get(), this.vote) : nothing}
          ${pin && onAir ? (this.parts?.pinCard(pin, (product) => this.open({ what: 'product', product })) ?? nothing) : nothing}
        </div>
        ${this.bar()}
      </div>
      ${
        soundBlocked && onAir
          ? html`<button
              class="sound-tap"
              data-testid="sound-tap"
              @click=${() => this.audience.soundOn()}
            >
              ${icon('sound')}${lt('sound_tap')}
            </button>`
          : nothing
      }
      ${
        stage === 'on' && !this.sheet
          ? html`<button
              class="self-view"
              data-testid="self-view"
              aria-label=${lt('stage_on')}
              @click=${this.wantStage}
            >
              <video class="preview" autoplay playsinline muted .muted=${true}></video>
            </button>`
          : nothing
      }
      ${this.sheetView()}
      <p class="live-note" role="status" data-testid="note" ?hidden=${!this.note}>
        ${this.note ? lt(this.note) : nothing}
      </p>
    </main>`;
  }
}
