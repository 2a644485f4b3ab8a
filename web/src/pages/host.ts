/** The host's console: a stream is made, rehearsed, put on air; products, voices and guests at hand. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { maySend, wayTo } from '../client/console.js';
import { copyText } from '../client/copy.js';
import { ApiError, guestPass, type GuestPass } from '../client/http.js';
import { createLive } from '../client/live.js';
import { loadChoices, loadStart, saveStart } from '../client/storage.js';
import { otherCamera } from '../media/cameras.js';
import { Engine } from '../media/engine.js';
import { LocalMedia } from '../media/local.js';
import { keepAwake } from '../media/presence.js';
import type { Product } from '../protocol/live.js';
import type { ServerMessage } from '../protocol/messages.js';
import { initialLive, reduceLive, type LiveState } from '../room/live.js';
import { Session } from '../room/session.js';
import { Store } from '../room/store.js';
import { Plain } from '../ui/base.js';
import { lang } from '../ui/i18n/lang.js';
import { lt, short, type LiveKey } from '../ui/i18n/live.js';
import '../ui/i18n/live-more.js';
import { mark } from '../ui/icons.js';
import { icon } from '../ui/room-icons.js';
import '../ui/host-encoder.js';
import '../ui/host-panel.js';
import '../ui/look.js';
import { expose } from './debug.js';
import { whyNot } from '../ui/why-not.js';

/** `#ROOM`, or `#ROOM/TOKEN` once: the token goes out of the address at once. */
function roomFromHash(): string {
  const [room = '', token = ''] = location.hash.slice(1).split('/');
  if (token) {
    saveStart(room, { token, clicked: 0 });
    history.replaceState(null, '', `#${room}`);
  }
  return room;
}

@customElement('parlor-host')
export class HostPage extends Plain {
  readonly room = roomFromHash();
  readonly session = new Session(this.room);
  readonly local = new LocalMedia();
  readonly engine = new Engine(this.session, this.local, 'host');
  readonly live = new Store<LiveState>(initialLive());
  @state() private ending = false;
  /** A stream is being made: one click is one. */
  @state() private making = false;
  @state() private problem = '';
  @state() private copied = false;
  @state() private fps = 0;
  @state() private panel: 'ways' | '' = '';
  private frames = 0;
  private turned: MediaStreamTrack | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    const redraw = (): void => this.requestUpdate();
    for (const store of [this.session.store, this.local.store, this.engine.store, this.live])
      this.whileConnected((store as Store<object>).watch(redraw));
    this.whileConnected(this.local.store.watch(() => this.portrait()));
    window.addEventListener('hashchange', () => location.reload());
    if (!this.room) {
      void import('../ui/host-streams.js');
      void import('../ui/host-group.js');
      return;
    }
    void import('../ui/host-record.js');
    expose(this.session, this.engine, this.local);
    this.whileConnected(keepAwake());
    this.hear();
    const onKey = (event: KeyboardEvent): void => this.key(event);
    window.addEventListener('keydown', onKey);
    this.whileConnected(() => window.removeEventListener('keydown', onKey));
    const second = window.setInterval(() => this.look(), 1000);
    this.whileConnected(() => clearInterval(second));
    void this.enter();
  }

  /** Beside the media's own ear. */
  private hear(): void {
    const { media } = this.session;
    this.session.media = {
      welcomed: (message) => media?.welcomed(message),
      told: (message: ServerMessage) => {
        media?.told(message);
        this.live.set(reduceLive(this.live.get(), message));
        /* Nobody is filmed after it is over. */
        if (this.live.get().live?.state === 'ended') this.local.stop();
      },
    };
  }

  /** An assistant has a host's hand and sends nothing. */
  private get assists(): boolean {
    return !maySend(this.token);
  }

  private get token(): string {
    return loadStart(this.room)?.token ?? '';
  }

  /** Who comes back later, or from another computer, gets a key of his own where the house knows him. */
  private readonly takeKey = async (code: string, name: string): Promise<GuestPass> => {
    const way = await wayTo(code, 'host', '').catch(() => null);
    if (!way) return guestPass(code, name);
    saveStart(this.room, { token: way.token, clicked: 0 });
    return {
      token: way.token,
      room: { id: code, title: '', kind: 'live', lobby: false, locked: false },
    };
  };

  private async enter(): Promise<void> {
    this.session.warm();
    this.session.exchange = this.takeKey;
    const sends = !this.assists;
    if (sends) void this.local.start(true, true);
    void this.engine.prepare();
    const name = loadChoices().name || lt('host_badge');
    try {
      await this.session.join({ name, microphone: sends, camera: sends, lang: lang() });
    } catch (error) {
      this.problem = error instanceof ApiError ? error.code : 'internal';
      /* Nobody is filmed behind a page that says why he cannot be in. */
      this.local.stop();
    }
  }

  /** A phone held upright sends an upright picture, from whichever of its cameras. */
  private portrait(): void {
    const { track } = this.local.state.camera;
    if (track === this.turned) return;
    this.turned = track;
    if (!track || matchMedia('(orientation: landscape)').matches) return;
    void track.applyConstraints({ width: 720, height: 1280, frameRate: 30 }).catch(() => undefined);
  }

  private look(): void {
    const video = this.querySelector<HTMLVideoElement>('video.own');
    const now = video?.getVideoPlaybackQuality?.().totalVideoFrames ?? 0;
    this.fps = Math.max(now - this.frames, 0);
    this.frames = now;
    this.requestUpdate();
  }

  /* ---- what the host does ---- */

  private key(event: KeyboardEvent): void {
    const typing = event
      .composedPath()
      .some((one) => one instanceof HTMLInputElement || one instanceof HTMLTextAreaElement);
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.live.get().live?.state === 'ended') return;
    const product = this.live.get().shelf[Number(event.key) - 1];
    if (event.key === '0') this.session.tell({ t: 'pin' });
    else if (product) this.pin(product);
    else return;
    event.preventDefault();
  }

  private pin(product: Product): void {
    this.session.tell({ t: 'pin', sku: product.sku });
  }

  private set(next: 'live' | 'paused' | 'ended'): void {
    this.ending = false;
    this.session.tell({ t: 'live', state: next });
  }

  private readonly flip = async (): Promise<void> => {
    const { devices, cameraId } = this.local.state;
    const next = otherCamera(devices.cameras, cameraId);
    if (next) await this.local.choose('camera', next.deviceId);
  };

  private readonly copy = async (): Promise<void> => {
    if (!(await copyText(this.viewerUrl))) return;
    this.copied = true;
    window.setTimeout(() => (this.copied = false), 2000);
  };

  private readonly toggleWays = (): void => {
    void import('../ui/host-ways.js');
    this.panel = this.panel ? '' : 'ways';
  };

  private get viewerUrl(): string {
    return `${location.origin}/l/${this.session.state.room?.id ?? this.room}`;
  }

  private readonly create = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const text = (name: string): string => String(form.get(name) ?? '').trim();
    const when = text('when') ? new Date(text('when')).getTime() : 0;
    if (this.making) return;
    this.making = true;
    this.problem = '';
    try {
      const made = await createLive({
        title: text('title'),
        host: text('host'),
        summary: text('summary'),
        scheduled_at: when,
        ...(text('group') ? { group: text('group') } : {}),
      });
      saveStart(made.id, { token: made.host_token, clicked: 0 });
      location.hash = made.id;
    } catch (error) {
      this.problem = error instanceof ApiError ? error.code : 'internal';
      this.making = false;
    }
  };

  /* ---- what the host sees ---- */

  protected override updated(): void {
    document.title = this.live.get().live?.title || lt('host_title');
    const { camera, screen } = this.local.state;
    this.show('video.own', screen ?? camera.track);
    this.show('video.inset', screen ? camera.track : null);
    for (const video of this.querySelectorAll<HTMLVideoElement>('video[data-mid]')) {
      const stream = this.engine.slotStream(video.dataset['mid'] ?? '');
      if (video.srcObject !== stream) video.srcObject = stream;
    }
  }

  private show(selector: string, track: MediaStreamTrack | null): void {
    const video = this.querySelector<HTMLVideoElement>(selector);
    if (!video) return;
    const shown =
      video.srcObject instanceof MediaStream ? video.srcObject.getVideoTracks()[0] : null;
    if ((shown ?? null) !== track) video.srcObject = track ? new MediaStream([track]) : null;
  }

  private form(): TemplateResult {
    return html`<main class="host-door">
      <header class="top">
        <a class="brand" href="/" aria-label="Parlor">${mark()}</a><parlor-look></parlor-look>
      </header>
      <form class="sheet-form" @submit=${this.create}>
        <h1>${lt('new_live')}</h1>
        <label class="field"
          ><span>${lt('f_title')}</span
          ><input name="title" required maxlength="200" data-testid="f-title"
        /></label>
        <label class="field"
          ><span>${lt('f_host')}</span><input name="host" maxlength="64" autocomplete="nickname"
        /></label>
        <label class="field"
          ><span>${lt('f_summary')}</span
          ><textarea name="summary" maxlength="500" rows="3"></textarea>
        </label>
        <label class="field"
          ><span>${lt('f_when')}</span><input name="when" type="datetime-local"
        /></label>
        <parlor-host-group></parlor-host-group>
        <button class="button primary large" data-testid="create" ?disabled=${this.making}>
          ${lt('create')}
        </button>
        ${this.problem ? html`<p class="warn" role="alert">${lt('create_failed')} ${whyNot(this.problem)}</p>` : nothing}
      </form>
      <parlor-host-streams></parlor-host-streams>
    </main>`;
  }

  private health(): TemplateResult {
    const { you, media, line } = this.session.state;
    const level = line === 'lost' || media !== 'connected' ? 0 : (you?.level ?? 3);
    const words: LiveKey[] = ['health_none', 'health_bad', 'health_fair', 'health_good'];
    return html`<p class="health" data-level=${level} data-testid="health" role="status">
      <strong>${lt(words[level] ?? 'health_none')}</strong>
      ${
        you && level > 0
          ? html`<span
              >${lt('health_line', {
                kbps: Math.round(you.up_bps / 1000),
                fps: this.fps,
                loss: Math.round(you.loss_up * 100),
              })}</span
            >`
          : nothing
      }
    </p>`;
  }

  private air(): TemplateResult {
    const { live } = this.live.get();
    const on = live?.state === 'live';
    return html`<div class="air">
      ${
        live?.state === 'scheduled'
          ? html`<button
              class="button primary large"
              data-testid="go-live"
              @click=${() => this.set('live')}
            >
              ${lt('go_live')}
            </button>`
          : live?.state === 'ended'
            ? html`<p>${lt('ended_title')}</p>`
            : html`<button
                  class="button"
                  data-testid="pause"
                  @click=${() => this.set(on ? 'paused' : 'live')}
                >
                  ${lt(on ? 'pause' : 'resume')}
                </button>
                ${
                  this.ending
                    ? html`<button
                          class="button danger"
                          data-testid="end-sure"
                          @click=${() => this.set('ended')}
                        >
                          ${lt('end_sure')}
                        </button>
                        <button class="button quiet" @click=${() => (this.ending = false)}>
                          ${lt('cancel')}
                        </button>`
                    : html`<button
                        class="button quiet"
                        data-testid="end"
                        @click=${() => (this.ending = true)}
                      >
                        ${lt('end')}
                      </button>`
                }`
      }
    </div>`;
  }

  private devices(): TemplateResult {
    const { microphone, camera, screen, devices } = this.local.state;
    const one = (
      name: Parameters<typeof icon>[0],
      key: LiveKey,
      on: boolean,
      act: () => void,
      testid: string,
    ): TemplateResult =>
      html`<button
        class="tool"
        data-testid=${testid}
        aria-pressed=${on}
        aria-label=${lt(key)}
        title=${lt(key)}
        @click=${act}
      >
        ${icon(name)}
      </button>`;
    return html`<div class="tools">
      ${one(microphone.on ? 'mic' : 'micOff', microphone.on ? 'mic_off' : 'mic_on', microphone.on, () => void this.local.setMicrophone(!microphone.on), 'mic-toggle')}
      ${one(camera.on ? 'cam' : 'camOff', camera.on ? 'camera_off' : 'camera_on', camera.on, () => void this.local.setCamera(!camera.on), 'cam-toggle')}
      ${devices.cameras.length > 1 ? one('flip', 'flip', false, () => void this.flip(), 'flip') : nothing}
      ${one(screen ? 'screenOff' : 'screen', screen ? 'screen_off' : 'screen', screen !== null, () => (screen ? this.local.stopScreen() : void this.local.startScreen()), 'screen-toggle')}
    </div>`;
  }

  private staff(): TemplateResult {
    void import('../ui/host-staff.js');
    return html`<parlor-host-staff .live=${this.live}></parlor-host-staff>`;
  }

  /** Guests as the viewers see them. */
  private onStage(): TemplateResult[] {
    const { slots } = this.session.state;
    return Object.entries(slots)
      .filter(([, use]) => use.source === 'camera')
      .map(
        ([mid]) =>
          html`<video
            class="guest-video"
            data-mid=${mid}
            autoplay
            playsinline
            muted
            .muted=${true}
          ></video>`,
      );
  }

  /** After the end, also when the room has closed since. */
  private again(title: string): TemplateResult {
    void import('../ui/host-replay.js');
    return html`<parlor-host-replay
      room=${this.session.state.room?.id ?? this.room}
      token=${this.token}
      called=${title}
    ></parlor-host-replay>`;
  }

  protected override render(): TemplateResult {
    if (!this.room) return this.form();
    const { live, viewers, likes, pin, staffing } = this.live.get();
    const { ended } = this.session.state;
    if (this.problem || (ended && ended !== 'ended'))
      return html`<main class="host-door">
        <div class="sheet-form" role="alert" data-testid="host-problem">
          <h1>${lt('failed_title')}</h1>
          <p>${whyNot(this.problem || String(ended))}</p>
        </div>
        ${[this.problem, ended].includes('no_such_room') ? this.again('') : nothing}
      </main>`;
    const asHost = loadStart(this.room) !== null;
    return html`<main
      class="host"
      data-state=${live?.state ?? 'none'}
      data-host=${asHost}
      data-assists=${this.assists}
    >
      <header class="host-head">
        <a class="brand" href="/" aria-label="Parlor">${mark()}</a>
        <div class="live-who"><h1>${live?.title || lt('host_title')}</h1></div>
        <span class="live-badge" data-state=${live?.state ?? 'none'} data-testid="live-state"
          >${live ? lt(({ live: 'live_now', paused: 'paused', scheduled: 'soon', ended: 'over' } as const)[live.state]) : ''}</span
        >
        <span class="live-count" data-testid="viewers" data-count=${viewers}
          >${icon('people')}${short(viewers)}</span
        >
        <span class="live-count">${icon('heart')}${short(likes)}</span>
        <parlor-look></parlor-look>
      </header>
      <section class="host-stage">
        <div class="mirror" data-screen=${this.local.state.screen !== null}>
          <video
            class="own"
            data-testid="host-preview"
            autoplay
            playsinline
            muted
            .muted=${true}
          ></video>
          <video class="inset" autoplay playsinline muted .muted=${true}></video>
          <div class="guest-strip">${this.onStage()}</div>
          ${live?.state === 'scheduled' ? html`<p class="rehearsal">${lt('rehearsal')}</p>` : nothing}
          ${pin?.product ? html`<p class="shown" data-testid="host-pin">${lt('now_shown')}: ${pin.product.title}</p>` : nothing}
        </div>
        ${this.assists || live?.state === 'ended' ? nothing : this.health()}
        <parlor-host-encoder .session=${this.session}></parlor-host-encoder>
        ${staffing ? this.staff() : nothing}
        <div class="host-controls">
          ${this.assists || live?.state === 'ended' ? nothing : this.devices()}${this.air()}
        </div>
        ${
          live?.state === 'ended' && this.session.state.room?.recording.state === 'off'
            ? nothing
            : html`<parlor-host-record .session=${this.session}></parlor-host-record>`
        }
        ${live?.state === 'ended' ? this.again(live.title) : nothing}
        <p class="share">
          <span>${lt('share_link')}</span
          ><input
            readonly
            .value=${this.viewerUrl}
            data-testid="viewer-url"
            aria-label=${lt('share_link')}
          />
          <button class="button" @click=${this.copy}>
            ${lt(this.copied ? 'copied' : 'share')}
          </button>
          <a class="button quiet" href=${this.viewerUrl} target="_blank" rel="noopener"
            >${lt('open_viewer')}</a
          >
          ${
            this.assists
              ? nothing
              : html`<button
                  class="button quiet"
                  data-testid="ways"
                  aria-expanded=${this.panel === 'ways'}
                  @click=${this.toggleWays}
                >
                  ${lt('ways')}
                </button>`
          }
        </p>
        ${
          this.panel === 'ways'
            ? html`<parlor-host-ways
                room=${this.session.state.room?.id ?? this.room}
                token=${this.token}
                .live=${live}
              ></parlor-host-ways>`
            : nothing
        }
      </section>
      <parlor-host-panel .session=${this.session} .live=${this.live}></parlor-host-panel>
    </main>`;
  }
}
