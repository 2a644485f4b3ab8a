/** Before the door: see and hear oneself, choose devices, say one's name. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { loadChoices, saveChoices } from '../client/storage.js';
import type { DeviceKind } from '../media/devices.js';
import { NAME_MAX_CHARS } from '../protocol/messages.js';
import { InMeeting } from './base.js';
import { t } from './i18n/index.js';
import { icon } from './room-icons.js';
import './device-pickers.js';
import './level.js';
import { problemWords } from './problem-words.js';

@customElement('parlor-prejoin')
export class Prejoin extends InMeeting {
  @property() roomTitle = '';
  /** The name that an invitation gives; '' = he says it himself. */
  @property() called = '';
  @property({ attribute: false }) error: string | TemplateResult = '';
  @property({ type: Boolean }) busy = false;
  @state() private name = loadChoices().name;

  protected override updated(): void {
    const video = this.querySelector('video');
    const { track } = this.app.local.state.camera;
    if (!video) return;
    const current = (video.srcObject as MediaStream | null)?.getVideoTracks()[0] ?? null;
    if (current !== track) video.srcObject = track ? new MediaStream([track]) : null;
  }

  /** The server waits 5 s for who knocks: the line is opened anew by whoever is about to. */
  private readonly warm = (): void => this.app.session.warm();

  private enter(event: Event): void {
    event.preventDefault();
    const name = this.called || this.name.trim().slice(0, NAME_MAX_CHARS);
    if (name && !this.called) saveChoices({ name });
    this.dispatchEvent(new CustomEvent('enter', { detail: name || t('guest_name') }));
  }

  protected override render(): TemplateResult {
    const { microphone, camera } = this.app.local.state;
    const mute = !microphone.track && !camera.track && (microphone.problem ?? camera.problem);
    return html`<main class="prejoin">
      <section class="mirror" aria-label=${t('camera')}>
        ${this.preview()}
        <div class="mirror-bar">
          ${this.toggle('microphone')}
          <parlor-level .app=${this.app}></parlor-level>
          ${this.toggle('camera')}
        </div>
      </section>
      <form
        class="door"
        @submit=${(event: Event) => this.enter(event)}
        @pointermove=${this.warm}
        @pointerdown=${this.warm}
        @keydown=${this.warm}
      >
        <h1>${this.called || t('prejoin_title')}</h1>
        ${
          this.roomTitle
            ? html`<p class="muted">${t('prejoin_room', { title: this.roomTitle })}</p>`
            : nothing
        }
        ${this.called ? nothing : this.nameField()} ${this.problems()}
        <button class="button primary large" data-testid="join-button" ?disabled=${this.busy}>
          ${t(this.busy ? 'joining' : mute ? 'join_listen' : 'join_now')}
        </button>
        ${this.error ? html`<p class="error" role="alert" data-testid="error-message">${this.error}</p>` : nothing}
        <div class="pickers"><parlor-devices .app=${this.app}></parlor-devices></div>
      </form>
    </main>`;
  }

  private nameField(): TemplateResult {
    return html`<label class="field">
      <span>${t('your_name')}</span>
      <input
        data-testid="name-input"
        name="name"
        autocomplete="name"
        maxlength=${NAME_MAX_CHARS}
        placeholder=${t('your_name_placeholder')}
        .value=${this.name}
        @input=${(event: Event) => (this.name = (event.target as HTMLInputElement).value)}
      />
    </label>`;
  }

  private preview(): TemplateResult {
    const { camera, asking } = this.app.local.state;
    return html`
      <video autoplay playsinline muted .muted=${true} data-testid="preview" data-mirror></video>
      ${
        camera.track
          ? nothing
          : html`<div class="mirror-off">
              ${icon('camOff')}
              <p>${asking ? t('asking') : camera.problem ? this.headline() : t('camera_is_off')}</p>
            </div>`
      }
    `;
  }

  private headline(): string {
    return problemWords(this.app.local.state).at(-1)?.head ?? '';
  }

  /** What went wrong, what to do about it, and the way on. */
  private problems(): TemplateResult | typeof nothing {
    const words = problemWords(this.app.local.state);
    if (this.app.local.state.asking || words.length === 0) return nothing;
    return html`<div class="problem" role="alert" data-testid="device-problem">
      ${words.map(
        (one) =>
          html`<h2>${one.head}</h2>
            ${one.how ? html`<p>${one.how}</p>` : nothing}`,
      )}
      <button
        type="button"
        class="button quiet"
        data-testid="retry-devices"
        @click=${() => this.app.local.retry()}
      >
        ${t('try_again')}
      </button>
    </div>`;
  }

  private toggle(kind: DeviceKind): TemplateResult {
    const on = this.app.local.state[kind].on && this.app.local.state[kind].track !== null;
    const microphone = kind === 'microphone';
    const label = t(microphone ? (on ? 'mic_on' : 'mic_off') : on ? 'cam_on' : 'cam_off');
    return html`<button
      type="button"
      class="round ${on ? '' : 'off'}"
      data-testid=${microphone ? 'mic-toggle' : 'cam-toggle'}
      aria-pressed=${on}
      aria-label=${label}
      title=${label}
      @click=${() =>
        microphone ? this.app.local.setMicrophone(!on) : this.app.local.setCamera(!on)}
    >
      ${icon(microphone ? (on ? 'mic' : 'micOff') : on ? 'cam' : 'camOff')}
    </button>`;
  }
}
