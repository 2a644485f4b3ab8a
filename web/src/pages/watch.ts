/** Watching a room's stage, or one person, by WHEP. Sound begins after one touch. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { backoffMs } from '../client/backoff.js';
import { ApiError } from '../client/http.js';
import { endSession, negotiate, roomFromHash, type WhipSession } from '../client/whip.js';
import { keepAwake } from '../media/presence.js';
import { Plain } from '../ui/base.js';
import { t } from '../ui/i18n/index.js';
import { pt } from '../ui/i18n/whip.js';
import { icon, mark } from '../ui/icons.js';
import '../ui/look.js';
import { markMoment } from '../ui/marks.js';
import { whyNot } from '../ui/why-not.js';

@customElement('parlor-watch')
export class WatchPage extends Plain {
  @state() private playing = false;
  @state() private sound = false;
  @state() private problem = '';
  private readonly where = roomFromHash(location.hash);
  private pc: RTCPeerConnection | null = null;
  private session: WhipSession | null = null;
  private attempt = 0;
  private timer = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('hashchange', () => location.reload());
    window.addEventListener('pagehide', () => this.drop());
    this.whileConnected(keepAwake());
    if (this.where.room) void this.connect();
  }

  private async connect(): Promise<void> {
    this.drop();
    const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' });
    this.pc = pc;
    const stream = new MediaStream();
    for (const kind of ['audio', 'video']) {
      const { receiver } = pc.addTransceiver(kind, { direction: 'recvonly' });
      stream.addTrack(receiver.track);
    }
    pc.onconnectionstatechange = () => this.pathChanged(pc);
    try {
      const { room, identity } = this.where;
      const path = [room, identity].filter(Boolean).map(encodeURIComponent).join('/');
      this.session = await negotiate(pc, `/whep/${path}`, '');
      this.problem = '';
      this.play(stream);
    } catch (error) {
      this.problem = error instanceof ApiError ? error.code : 'internal';
      this.again();
    }
  }

  private play(stream: MediaStream): void {
    const video = this.querySelector('video');
    if (!video) return;
    video.srcObject = stream;
    video.onplaying = () => {
      this.playing = true;
      markMoment('parlor:first-remote-frame');
    };
    void video.play().catch(() => undefined);
  }

  private pathChanged(pc: RTCPeerConnection): void {
    if (pc !== this.pc) return;
    if (pc.connectionState === 'connected') this.attempt = 0;
    if (pc.connectionState === 'failed') this.again();
  }

  private again(): void {
    this.playing = false;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(
      () => void this.connect(),
      backoffMs(this.attempt++, Math.random()),
    );
  }

  private drop(): void {
    if (this.session) endSession(this.session, '');
    this.session = null;
    this.pc?.close();
    this.pc = null;
  }

  private readonly toggleSound = (): void => {
    const video = this.querySelector('video');
    if (!video) return;
    this.sound = !this.sound;
    video.muted = !this.sound;
    void video.play().catch(() => undefined);
  };

  private readonly fullScreen = (): void => {
    void this.querySelector('video')
      ?.requestFullscreen()
      .catch(() => undefined);
  };

  protected override render(): TemplateResult {
    const { room, identity } = this.where;
    return html`<main class="watch">
      <video
        playsinline
        autoplay
        muted
        data-testid="watch-video"
        aria-label=${pt('watch_title')}
      ></video>
      <header>
        <a class="brand" href="/" aria-label="Parlor">${mark()}</a>
        <h1>${room || pt('watch_title')}${identity ? ` / ${identity}` : ''}</h1>
        <parlor-look></parlor-look>
      </header>
      <p class="watch-note" role="status" data-testid="watch-note">${this.note()}</p>
      <div class="watch-bar">
        <button
          class="button primary"
          data-testid="watch-sound"
          aria-pressed=${this.sound}
          @click=${this.toggleSound}
        >
          ${icon('sound')}${this.sound ? t('mic_on') : pt('watch_sound')}
        </button>
        <button class="button quiet" aria-label=${pt('watch_fullscreen')} @click=${this.fullScreen}>
          ${icon('full')}
        </button>
      </div>
    </main>`;
  }

  private note(): string | TemplateResult | typeof nothing {
    if (!this.where.room) return pt('watch_how');
    if (this.problem) return html`${whyNot(this.problem)} ${pt('watch_again')}`;
    return this.playing ? nothing : pt('watch_waiting');
  }
}
