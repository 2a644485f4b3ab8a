/** The meeting: before the door, in the hall, in the room, and after. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { ApiError } from '../client/http.js';
import { comeBy, takeEntry, type GuestPass } from '../client/pass.js';
import { loadChoices, loadSeat, loadStart, saveStart } from '../client/storage.js';
import { Engine } from '../media/engine.js';
import { LocalMedia } from '../media/local.js';
import { keepAwake, togglePip } from '../media/presence.js';
import { Session } from '../room/session.js';
import type { App, Dialog, Panel } from '../ui/base.js';
import { Plain } from '../ui/base.js';
import type { Barred } from '../ui/sealed.js';
import '../ui/clock.js';
import '../ui/controls.js';
import { Fetched } from '../ui/fetched.js';
import { isKey, lang, t } from '../ui/i18n/index.js';
import { bars, mark } from '../ui/icons.js';
import { icon } from '../ui/room-icons.js';
import { listenToKeys } from '../ui/keys.js';
import '../ui/look.js';
import { markMoment } from '../ui/marks.js';
import '../ui/prejoin.js';
import '../ui/reactions.js';
import '../ui/recording.js';
import '../ui/stage.js';
import '../ui/toasts.js';
import { expose } from './debug.js';
import { dialogs, DIALOGS_AFTER_MS, LAZY } from './meeting-parts.js';
import { whyNot } from '../ui/why-not.js';

/** Earlier than this before a scheduled meeting one is told when it is, not led to the door. */
const EARLY_MS = 15 * 60_000;

@customElement('parlor-meeting')
export class MeetingPage extends Plain implements App {
  private readonly entry = takeEntry();
  readonly code = this.entry.code;
  readonly session = new Session(this.code);
  readonly local = new LocalMedia();
  readonly engine = new Engine(this.session, this.local);
  @state() panel: Panel = null;
  @state() private dialog: Dialog = null;
  @state() private title_ = '';
  @state() private called = '';
  /** When it is, for who comes too early. */
  @state() private early: { start: number; end: number } | null = null;
  @state() private error: string | TemplateResult = '';
  @state() private busy = false;
  /** Instead of all else: why somebody cannot be in an encrypted meeting. */
  @state() private barred: TemplateResult | null = null;
  /** Coming in without being asked anything: one click from home, or a reload. */
  @state() private straight = false;
  private pass: GuestPass | null = null;
  private readonly fetched = new Fetched(() => this.requestUpdate());
  private focusBefore: HTMLElement | null = null;
  private stopAwake: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    expose(this.session, this.engine, this.local);
    const redraw = (): void => this.requestUpdate();
    this.whileConnected(this.session.store.watch(redraw));
    this.whileConnected(this.engine.store.watch(redraw));
    this.whileConnected(this.local.store.watch(redraw));
    this.whileConnected(
      this.session.store.watch((now, before) => this.phaseChanged(now.phase, before.phase)),
    );
    this.whileConnected(this.keys());
    window.addEventListener('hashchange', () => location.reload());
    window.addEventListener('pageshow', (event) => event.persisted && location.reload());
    if (this.entry.key) void this.sealed(this.entry.key);
    else this.begin();
  }

  /** The key of an encrypted meeting is in use before anything else begins. */
  private async sealed(key: string): Promise<void> {
    this.straight = true;
    this.session.key = key;
    try {
      const { sealWith } = await import('../media/seal.js');
      this.engine.seal = await sealWith(key, () => this.engine.store.patch({}));
      this.begin();
    } catch {
      await this.bar('cannot');
    }
  }

  private async bar(why: Barred): Promise<void> {
    try {
      this.barred = (await import('../ui/sealed.js')).barred(why, this.code);
    } finally {
      this.session.leave();
    }
    void this.focusNew();
  }

  /** The link and the server must agree whether it is encrypted: else nobody says a word. */
  private judgeSeal(): void {
    const sealed = this.session.state.room?.end_to_end ?? false;
    const { key } = this.session;
    if (sealed !== Boolean(this.engine.seal)) void this.bar(sealed ? 'no_key' : 'not_sealed');
    if (key)
      void import('../client/keys.js').then((keys) => keys.saveKey(this.code, sealed ? key : ''));
  }

  /** Everything that takes time begins at once, side by side. */
  private begin(): void {
    if (!this.code) {
      this.session.dispatch({ t: 'local/end', reason: 'no_such_room' });
      return;
    }
    this.session.warm();
    this.session.exchange = async (code, name) => (this.pass = await comeBy(code, name));
    /* Thirty transceivers take a moment: first the page is drawn and the devices are asked for. */
    void this.updateComplete.then(() => window.setTimeout(() => void this.engine.prepare()));

    const seat = loadSeat(this.code);
    const start = loadStart(this.code);
    this.straight = Boolean(seat ?? (start && start.clicked > 0));
    if (seat) {
      void this.local.start(seat.microphone, seat.camera);
      void this.enter(seat.name, seat.microphone, seat.camera);
    } else if (start && start.clicked > 0) {
      saveStart(this.code, { ...start, clicked: 0 });
      markMoment('parlor:click', start.clicked);
      const { name, microphone, camera } = loadChoices();
      void this.local.start(microphone, camera);
      void this.enter(name || t('host_name'), microphone, camera);
    } else {
      void this.prejoin();
    }
  }

  private async prejoin(): Promise<void> {
    const { microphone, camera, name } = loadChoices();
    const started = this.local.start(microphone, camera);
    try {
      const { title } = await this.session.fetchToken(name);
      this.title_ = title;
      if (this.pass) this.take(this.pass, started);
    } catch (error) {
      this.refused(error);
    }
  }

  private take({ room, pass }: GuestPass, started: Promise<void>): void {
    this.called = pass?.name ?? '';
    const next = room.schedule?.next[0];
    const waits = next && next.start - Date.now() > EARLY_MS && !room.participants;
    if (waits && pass?.role !== 'host') void this.tooEarly(next, started);
  }

  /** Nobody is to look into his camera for an hour. */
  private async tooEarly(
    next: { start: number; end: number },
    started: Promise<void>,
  ): Promise<void> {
    await import('../ui/early.js');
    this.early = next;
    await started;
    if (this.early) this.local.stop();
  }

  private readonly come = (): void => {
    const { microphone, camera } = loadChoices();
    this.early = null;
    void this.local.start(microphone, camera);
  };

  private refused(error: unknown): void {
    const code = error instanceof ApiError ? error.code : 'internal';
    if (code === 'no_such_room') this.session.dispatch({ t: 'local/end', reason: 'no_such_room' });
    const key = `api_${code}`;
    this.error = isKey(key) ? t(key) : whyNot(code);
    if (code.startsWith('pass_'))
      void import('../ui/early.js').then(({ passWords }) => (this.error = passWords(code)));
  }

  private async enter(name: string, microphone: boolean, camera: boolean): Promise<void> {
    markMoment('parlor:join');
    this.busy = true;
    this.error = '';
    try {
      await this.session.join({ name, microphone, camera, lang: lang() });
    } catch (error) {
      this.refused(error);
      this.straight = false;
      this.busy = false;
    }
  }

  private readonly onEnter = (event: CustomEvent<string>): void => {
    markMoment('parlor:click');
    this.local.problemSeen();
    const { microphone, camera } = this.local.state;
    void this.enter(event.detail, microphone.on, camera.on);
  };

  private phaseChanged(now: string, before: string): void {
    if (now === before) return;
    if (now === 'room') this.stopAwake ??= keepAwake();
    if (now === 'room') this.judgeSeal();
    // Not only when one is wanted: whoever wants to leave may have lost the server. The first picture goes before.
    if (now === 'room') window.setTimeout(dialogs, DIALOGS_AFTER_MS);
    void this.focusNew();
    if (now !== 'ended') return;
    this.stopAwake?.();
    this.stopAwake = null;
    this.panel = null;
    this.dialog = null;
  }

  /** A screen reader begins at the new page, not at a button that is gone. */
  private async focusNew(): Promise<void> {
    await this.updateComplete;
    this.querySelector<HTMLElement>('main[tabindex]')?.focus({ preventScroll: true });
  }

  protected override updated(): void {
    const { room, unread } = this.session.state;
    const title = room?.title || this.title_ || t('untitled');
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${title} · ${t('brand')}`;
  }

  readonly openPanel = (panel: Panel): void => {
    if (panel && !this.panel) this.focusBefore = document.activeElement as HTMLElement | null;
    this.panel = panel;
    void this.panelChanged();
  };

  /** Keyboard and screen reader go on in the panel, and where they were when it is closed. */
  private async panelChanged(): Promise<void> {
    await this.updateComplete;
    this.querySelector<Plain>('parlor-controls')?.requestUpdate();
    const side = this.querySelector<HTMLElement>('.side');
    if (side?.contains(document.activeElement)) return;
    (side ?? this.focusBefore)?.focus({ preventScroll: true });
  }

  readonly openDialog = (dialog: Dialog): void => {
    if (dialog === 'marker' && this.session.state.room?.end_to_end) return;
    this.dialog = dialog;
    if (dialog) dialogs();
  };

  private keys(): () => void {
    const inRoom = (deed: () => void) => () => {
      if (this.session.state.phase === 'room') deed();
    };
    const { local, session } = this;
    const panel = (which: Panel) =>
      inRoom(() => this.openPanel(this.panel === which ? null : which));
    return listenToKeys({
      talk: (down) => inRoom(() => void local.holdToTalk(down))(),
      keys: {
        m: inRoom(
          () =>
            void local.setMicrophone(!(local.state.microphone.on && local.state.microphone.track)),
        ),
        v: inRoom(() => void local.setCamera(!(local.state.camera.on && local.state.camera.track))),
        s: inRoom(() => (local.state.screen ? local.stopScreen() : void local.startScreen())),
        h: inRoom(() => session.raiseHand(!session.state.hands.includes(session.state.me ?? ''))),
        c: panel('chat'),
        p: panel('people'),
        l: inRoom(() => this.switchLayout()),
        f: inRoom(() => void this.fullScreen()),
        n: inRoom(() => this.openDialog('marker')),
        '?': inRoom(() => this.openDialog('help')),
        escape: () => this.openPanel(null),
      },
    });
  }

  /** Not everywhere may a page fill the screen: then it stays as it is. */
  private readonly fullScreen = async (): Promise<void> => {
    const done = document.fullscreenElement
      ? document.exitFullscreen()
      : document.documentElement.requestFullscreen?.();
    await done?.catch(() => undefined);
  };

  private switchLayout(): void {
    const layout = this.session.state.layout === 'grid' ? 'speaker' : 'grid';
    this.session.dispatch({ t: 'local/layout', layout });
  }

  protected override render(): TemplateResult {
    const { phase } = this.session.state;
    if (this.barred) return html`${this.topBar()}${this.barred}`;
    if (phase === 'ended') return this.ended();
    if (phase === 'waiting') return this.waiting();
    if (phase === 'room') return this.inRoom();
    return this.straight ? this.comingIn() : this.atDoor();
  }

  private atDoor(): TemplateResult {
    if (this.early)
      return html`${this.topBar()}<parlor-early
          .when=${this.early}
          .name=${this.title_}
          .bearer=${this.session.bearer}
          .room=${this.code}
          @come=${this.come}
        ></parlor-early>`;
    return html`
      ${this.topBar()}
      <parlor-prejoin
        .app=${this}
        .roomTitle=${this.title_}
        .called=${this.called}
        .error=${this.error}
        .busy=${this.busy}
        @enter=${this.onEnter}
      ></parlor-prejoin>
      ${this.lost()}
    `;
  }

  private comingIn(): TemplateResult {
    return html`
      ${this.topBar()}
      <main class="hall" role="status" data-testid="coming-in">
        ${mark()}
        <h1>${t('joining')}</h1>
        ${this.local.state.asking ? html`<p>${t('asking')}</p>` : nothing}
      </main>
      ${this.lost()}
    `;
  }

  private topBar(): TemplateResult {
    return html`<header class="top">
      <a class="brand" href="/">${mark()}<span>${t('brand')}</span></a>
      <parlor-look></parlor-look>
    </header>`;
  }

  private waiting(): TemplateResult {
    return html`
      ${this.topBar()}
      <main class="hall" data-testid="waiting" tabindex="-1">
        ${mark()}
        <h1>${t('waiting_title')}</h1>
        <p>${t('waiting_text', { position: Math.max(this.session.state.waitingPosition, 1) })}</p>
        <button class="button quiet" data-testid="leave" @click=${() => this.session.leave()}>
          ${t('waiting_leave')}
        </button>
      </main>
      ${this.lost()}
    `;
  }

  private inRoom(): TemplateResult {
    return html`<div class="room ${this.panel ? 'with-panel' : ''}" data-testid="room">
      ${this.roomBar()}
      <main class="stage-place" tabindex="-1">
        <h1 class="visually-hidden">${this.session.state.room?.title || t('untitled')}</h1>
        <parlor-stage class="stage" .app=${this} @full=${this.fullScreen}></parlor-stage>
        ${this.session.state.room?.watermark ? this.lazy('watermark') : nothing}
        <parlor-toasts .app=${this}></parlor-toasts>
        <parlor-consent .app=${this}></parlor-consent>
        ${this.local.state.screen ? this.lazy('stills') : nothing}
      </main>
      ${this.panel ? this.side(this.panel) : nothing}
      <parlor-controls class="controls-place" .app=${this}></parlor-controls>
      <parlor-dialog
        .app=${this}
        .which=${this.dialog}
        @pip=${this.pip}
        @full=${this.fullScreen}
      ></parlor-dialog>
      ${this.lost()}
    </div>`;
  }

  private roomBar(): TemplateResult {
    const { room, you, participants } = this.session.state;
    const level = you?.level ?? 3;
    return html`<header class="room-bar">
      <a class="brand" href="/" tabindex="-1" aria-hidden="true">${mark()}</a>
      <h2 class="room-title" data-testid="room-title">${room?.title || t('untitled')}</h2>
      ${room?.locked ? html`<span class="chip locked">${icon('lock')}<span>${t('locked')}</span></span>` : nothing}
      <parlor-clock .app=${this}></parlor-clock>
      <parlor-recording-sign .app=${this}></parlor-recording-sign>
      ${room?.end_to_end ? this.lazy('sealed') : nothing}
      <span class="spacer"></span>
      ${room?.doc_url || room?.panel_url ? this.lazy('panels') : nothing}
      <button
        class="chip"
        data-testid="quality"
        aria-label=${t('why')}
        title=${t('why')}
        @click=${() => this.openPanel(this.panel === 'why' ? null : 'why')}
      >
        ${bars(level)}
      </button>
      <button
        class="chip"
        data-testid="people-count"
        aria-label="${t('people')}: ${Object.keys(participants).length}"
        @click=${() => this.openPanel(this.panel === 'people' ? null : 'people')}
      >
        ${icon('people')}${Object.keys(participants).length}
      </button>
    </header>`;
  }

  private side(panel: Exclude<Panel, null>): TemplateResult {
    const title = t(panel === 'why' ? 'why_title' : panel);
    return html`<aside class="side" tabindex="-1" aria-label=${title}>
      <header>
        <h2>${title}</h2>
        <button
          class="tile-button"
          data-testid="panel-close"
          aria-label=${t('close')}
          @click=${() => this.openPanel(null)}
        >
          ${icon('close')}
        </button>
      </header>
      ${this.inPanel(panel === 'people' ? 'roster' : panel === 'doc' || panel === 'panel' ? 'beside' : panel)}
    </aside>`;
  }

  /** Fetched when somebody looks for the first time; an element must be known when it is drawn. */
  private lazy(which: keyof typeof LAZY): TemplateResult | typeof nothing {
    const { tag, load, draw } = LAZY[which];
    if (customElements.get(tag)) return draw(this);
    this.fetched.ask(which, load);
    return nothing;
  }

  /** The same in the panel: a line that is away is no empty panel. */
  private inPanel(which: keyof typeof LAZY): TemplateResult | typeof nothing {
    const part = this.lazy(which);
    if (part !== nothing || !this.fetched.isLate(which)) return part;
    return html`<div class="side-body not-there" role="status" data-testid="panel-late">
      <p>${t('panel_late')}</p>
      <button
        class="button"
        data-testid="panel-again"
        @click=${() => this.fetched.again(which, LAZY[which].load)}
      >
        ${t('try_again')}
      </button>
    </div>`;
  }

  private lost(): TemplateResult | typeof nothing {
    const { line, media, phase } = this.session.state;
    if (line === 'lost') {
      return html`<div class="lost" role="alert" data-testid="reconnecting">
        <span class="spinner" aria-hidden="true"></span>
        <p><b>${t('reconnecting')}</b> ${t('reconnecting_text')}</p>
      </div>`;
    }
    if (phase !== 'room' || media !== 'failed') return nothing;
    return html`<div class="lost" role="status" data-testid="media-lost">
      <span class="spinner" aria-hidden="true"></span>
      <p><b>${t('media_lost')}</b></p>
    </div>`;
  }

  private readonly pip = (): void => {
    /* A floating window would have no watermark. */
    if (this.session.state.room?.watermark) return;
    const main = document.querySelector<HTMLVideoElement>('.tile.main video.on');
    const other = document.querySelector<HTMLVideoElement>('.tile:not([data-self]) video.on');
    void togglePip(main ?? other ?? document.querySelector<HTMLVideoElement>('.tile video.on'));
  };

  private ended(): TemplateResult {
    const reason = this.session.state.ended ?? 'left';
    const back = !['banned', 'no_such_room', 'ended', 'room_closed'].includes(reason);
    return html`
      ${this.topBar()}
      <main class="hall" data-testid="ended" data-reason=${reason} tabindex="-1">
        ${mark()}
        <h1 data-testid="error-message">${t(`ended_${reason}`)}</h1>
        <p>${t(`ended_${reason}_text`)}</p>
        <div class="choices">
          ${
            back
              ? html`<button
                  class="button primary"
                  data-testid="rejoin"
                  @click=${() => location.reload()}
                >
                  ${t('rejoin')}
                </button>`
              : nothing
          }
          <a class="button ${back ? 'quiet' : 'primary'}" href="/">${t('back_home')}</a>
        </div>
      </main>
    `;
  }
}
