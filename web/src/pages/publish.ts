/** The smallest WHIP publisher: camera or test pattern into a room. */
import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { ApiError } from '../client/http.js';
import { endSession, negotiate, roomFromHash, type WhipSession } from '../client/whip.js';
import { openDevices, problemOf } from '../media/devices.js';
import type { Pattern } from '../media/pattern.js';
import { Plain } from '../ui/base.js';
import { isKey, t } from '../ui/i18n/index.js';
import { pt } from '../ui/i18n/whip.js';
import { mark } from '../ui/icons.js';
import '../ui/look.js';
import { whyNot } from '../ui/why-not.js';

@customElement('parlor-publish')
export class PublishPage extends Plain {
  @state() private status: 'idle' | 'live' = 'idle';
  @state() private problem = '';
  private readonly where = roomFromHash(location.hash);
  private pc: RTCPeerConnection | null = null;
  private session: WhipSession | null = null;
  private source: Pattern | null = null;
  private token = '';

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('pagehide', () => this.stop());
  }

  private field(name: string): string {
    return this.querySelector<HTMLInputElement>(`[name=${name}]`)?.value.trim() ?? '';
  }

  private async open(kind: string): Promise<Pattern> {
    if (kind === 'pattern') return (await import('../media/pattern.js')).testPattern();
    const got = await openDevices({
      microphone: true,
      camera: true,
      microphoneId: '',
      cameraId: '',
      rawSound: false,
    });
    const tracks = [got.microphone, got.camera].filter((one) => one !== null);
    const [problem] = Object.entries(got.problems);
    if (tracks.length === 0)
      throw new ApiError(problem ? `problem_${problem[0]}_${problem[1]}` : 'failed');
    return { stream: new MediaStream(tracks), stop: () => tracks.forEach((one) => one.stop()) };
  }

  private async start(event: Event): Promise<void> {
    event.preventDefault();
    this.problem = '';
    try {
      this.source = await this.open(this.chosen());
      const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' });
      this.pc = pc;
      const { stream } = this.source;
      for (const track of stream.getTracks()) {
        pc.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
      }
      const video = this.querySelector('video');
      if (video) video.srcObject = stream;
      this.token = this.field('token');
      const path = [this.field('room'), this.field('identity')].map(encodeURIComponent).join('/');
      this.session = await negotiate(pc, `/whip/${path}`, this.token);
      this.status = 'live';
    } catch (error) {
      this.stop();
      this.problem = error instanceof ApiError ? error.code : problemOf(error);
    }
  }

  private chosen(): string {
    return this.querySelector<HTMLInputElement>('[name=kind]:checked')?.value ?? 'camera';
  }

  private stop(): void {
    if (this.session) endSession(this.session, this.token);
    this.session = null;
    this.pc?.close();
    this.pc = null;
    this.source?.stop();
    this.source = null;
    this.status = 'idle';
  }

  private note(): string | TemplateResult {
    if (this.problem) return isKey(this.problem) ? t(this.problem) : whyNot(this.problem);
    const url = `${location.origin}/watch#${this.field('room')}`;
    return this.status === 'live' ? pt('publish_live', { url }) : pt('publish_idle');
  }

  protected override render(): TemplateResult {
    const live = this.status === 'live';
    return html`
      <header class="top">
        <a class="brand" href="/">${mark()}<span>${t('brand')}</span></a>
        <parlor-look></parlor-look>
      </header>
      <main class="publish prejoin">
        <section class="mirror">
          <video autoplay playsinline muted .muted=${true} data-testid="preview"></video>
        </section>
        <form class="door" @submit=${(event: Event) => this.start(event)}>
          <h1>${pt('publish_title')}</h1>
          ${this.input('room', pt('publish_room'), this.where.room || 'demo')}
          ${this.input('identity', pt('publish_identity'), this.where.identity || 'camera')}
          ${this.input('token', pt('publish_token'), '')}
          <fieldset class="kinds">
            <label class="switch"
              ><input type="radio" name="kind" value="camera" checked /><span
                >${pt('publish_camera')}</span
              ></label
            >
            <label class="switch"
              ><input type="radio" name="kind" value="pattern" data-testid="pattern" /><span
                >${pt('publish_pattern')}</span
              ></label
            >
          </fieldset>
          <button class="button primary large" data-testid="publish-start" ?disabled=${live}>
            ${pt('publish_start')}
          </button>
          <button
            type="button"
            class="button quiet"
            data-testid="publish-stop"
            ?disabled=${!live}
            @click=${() => this.stop()}
          >
            ${pt('publish_stop')}
          </button>
          <p role="status" data-testid="publish-status" data-live=${live}>${this.note()}</p>
        </form>
      </main>
    `;
  }

  private input(name: string, label: string, value: string): TemplateResult {
    return html`<label class="field"
      ><span>${label}</span><input name=${name} .value=${value} autocomplete="off"
    /></label>`;
  }
}
