/** A call's strip: ringing, talking, hanging up; the same for both sides. */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Consult } from '../media/consult.js';
import type { Call } from '../protocol/service.js';
import type { Desk } from '../room/desk.js';
import { isBusy } from '../room/desk-state.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import { st, type ServiceKey } from './i18n/service.js';
import { icon } from './room-icons.js';
import { sign } from './service-icons.js';

const UNHEARD = [
  'Nobody hears you: allow this page to use your microphone.',
  '对方听不到您：请允许此页面使用麦克风。',
];

/** What a call needs, in parts of their own: loaded while it rings, beside a stream that plays. */
const parts = () => Promise.all([import('../media/consult.js'), import('./service-consult.js')]);

@customElement('parlor-service-call')
export class ServiceCall extends Plain {
  @property({ attribute: false }) desk!: Desk;
  @property() as: 'customer' | 'rep' = 'customer';
  /** How the other is called. */
  @property() other = '';
  @state() private consult: Consult | null = null;
  private opening = false;
  /** The call that he has hung up: the server says so later. */
  private over = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(this.desk.store.watch(() => this.requestUpdate()));
    this.whileConnected(() => this.hangUp());
  }

  private get call(): Call | null {
    return this.desk.state.call;
  }

  /** A colleague has it and asks him in. */
  private get asked(): boolean {
    const { call, me } = this.desk.state;
    return me !== null && call?.expert?.id === me.id;
  }

  /** Who rang was not asked: his side opens when the other has answered, as the other's does. */
  protected override willUpdate(): void {
    const { call } = this;
    if (call?.state === 'ringing') void parts().catch(() => undefined);
    const talks = call !== null && ['connecting', 'active', 'held'].includes(call.state);
    const looks = this.asked || (this.as === 'customer' && call !== null && call.rescues > 0);
    const answered = talks && !(looks && !this.consult);
    if (answered && call.token && call.id !== this.over && !this.consult) void this.open(call);
    if (!isBusy(call) && this.consult) this.hangUp();
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    const { remote, own } = this.consult?.store.get() ?? { remote: null, own: null };
    for (const [name, stream] of [
      ['remote', remote],
      ['own', own],
    ] as const) {
      const video = this.querySelector<HTMLVideoElement>(`video.${name}`);
      if (video && video.srcObject !== stream) video.srcObject = stream;
    }
  }

  private async open(call: Call): Promise<void> {
    if (this.opening) return;
    this.opening = true;
    const [part] = await parts().catch(() => [null]);
    this.opening = false;
    if (this.call?.id !== call.id) return this.requestUpdate();
    if (!part || !this.isConnected || call.id === this.over) return;
    const consult = new part.Consult(
      call.room,
      call.token,
      this.as === 'rep' ? 'Adviser' : 'Guest',
    );
    this.whileConnected(consult.store.watch(() => this.requestUpdate()));
    this.consult = consult;
    this.dispatchEvent(new CustomEvent('parlor-consult', { detail: true, bubbles: true }));
    await consult.start(call.media === 'video').catch(() => undefined);
  }

  /** By a press of his own, also after he had hung up. */
  private join(call: Call): void {
    this.over = '';
    void this.open(call);
  }

  private hangUp(): void {
    if (!this.consult) return;
    const { consult } = this;
    this.consult = null;
    this.dispatchEvent(new CustomEvent('parlor-consult', { detail: false, bubbles: true }));
    consult.stop();
  }

  private act(act: 'answer' | 'decline' | 'end'): void {
    if (this.call) this.desk.callAct(this.call.id, act);
    if (act !== 'end') return;
    this.over = this.call?.id ?? '';
    this.hangUp();
  }

  private words(call: Call): string {
    const name = this.other;
    if (this.asked && !this.consult) return st('asked_in', { name });
    const incoming = call.by_rep === (this.as === 'customer');
    const keys: Partial<Record<Call['state'], ServiceKey>> = {
      ringing: incoming ? 'rings' : 'ringing',
      connecting: 'connecting',
      active: 'in_call',
      held: call.rescues > 0 && this.as === 'customer' ? 'rescued' : 'held',
    };
    return st(keys[call.state] ?? 'connecting', { name });
  }

  protected override render(): TemplateResult | typeof nothing {
    const { call } = this;
    const refused = this.desk.state.callRefused;
    if (refused && !isBusy(call)) {
      return html`<p class="calm strip" role="status" data-testid="call-refused">
        ${refused.message || st('call_refused')}
      </p>`;
    }
    if (!call || !isBusy(call)) return nothing;
    const rings = call.state === 'ringing' && call.by_rep === (this.as === 'customer');
    const rescued = call.rescues > 0 && this.as === 'customer';
    const apart = this.asked || rescued || call.id === this.over;
    const taken = !this.consult && call.state !== 'ringing' && apart;
    return html`<section class="call" data-testid="call" data-state=${call.state}>
      ${this.pictures()}
      <p role="status">${this.words(call)}</p>
      ${
        this.consult
          ? html`<parlor-consult
              .desk=${this.desk}
              .consult=${this.consult}
              .call=${call}
              as=${this.as}
            ></parlor-consult>`
          : nothing
      }
      ${
        this.consult?.store.get().problem
          ? html`<p class="unheard" role="alert">${UNHEARD[lang() === 'en' ? 0 : 1]}</p>`
          : nothing
      }
      <div class="call-keys">
        ${
          rings
            ? html`<button
                class="tap-key go"
                data-testid="call-answer"
                aria-label=${st('answer')}
                @click=${() => this.act('answer')}
              >
                ${sign('phone')}
              </button>`
            : nothing
        }
        ${
          taken
            ? html`<button
                class="tap-key go"
                data-testid="call-join"
                aria-label=${st('answer')}
                @click=${() => this.join(call)}
              >
                ${sign('phone')}
              </button>`
            : nothing
        }
        ${this.consult ? this.keys(this.consult) : nothing}
        <button
          class="tap-key stop"
          data-testid="call-end"
          aria-label=${st(rings || (taken && this.asked) ? 'decline' : 'hang_up')}
          @click=${() => this.act(rings ? 'decline' : 'end')}
        >
          ${sign('hangUp')}
        </button>
      </div>
    </section>`;
  }

  private pictures(): TemplateResult | typeof nothing {
    const { remote, own } = this.consult?.store.get() ?? {};
    if (!remote && !own) return nothing;
    return html`<div class="call-pictures">
      ${remote ? html`<video class="remote" autoplay playsinline muted></video>` : nothing}
      ${own ? html`<video class="own" autoplay playsinline muted></video>` : nothing}
    </div>`;
  }

  private keys(consult: Consult): TemplateResult {
    const { microphone, camera, soundBlocked } = consult.store.get();
    return html`${
        soundBlocked
          ? html`<button
              class="tap-key"
              aria-label=${st('sound_on')}
              @click=${() => consult.hear()}
            >
              ${icon('sound')}
            </button>`
          : nothing
      }
      <button
        class="tap-key"
        aria-label=${st(microphone ? 'mute' : 'unmute')}
        @click=${() => consult.setMicrophone(!microphone)}
      >
        ${icon(microphone ? 'mic' : 'micOff')}
      </button>
      <button
        class="tap-key"
        aria-label=${st(camera ? 'camera_off' : 'camera_on')}
        @click=${() => consult.setCamera(!camera)}
      >
        ${icon(camera ? 'cam' : 'camOff')}
      </button>`;
  }
}
