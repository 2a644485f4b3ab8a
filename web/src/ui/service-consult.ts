/** What a running call offers beside sound and camera. Loaded with the call. */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { callJson } from '../client/http.js';
import type { Consult } from '../media/consult.js';
import { list, shape } from '../protocol/check.js';
import { rep as colleague, type Call, type Rep } from '../protocol/service.js';
import type { Desk } from '../room/desk.js';
import { Plain } from './base.js';
import { kt, type ConsultKey } from './i18n/consult.js';
import { icon, type RoomIconName } from './room-icons.js';

const ASKS = '.still, [role=alertdialog]';

@customElement('parlor-consult')
export class ConsultExtras extends Plain {
  @property({ attribute: false }) desk!: Desk;
  @property({ attribute: false }) consult!: Consult;
  @property({ attribute: false }) call!: Call;
  @property() as: 'customer' | 'rep' = 'customer';
  /** The picture that was taken and is looked at before it goes. */
  @state() private still: { blob: Blob; url: string } | null = null;
  @state() private sending = false;
  @state() private failed = false;
  @state() private asking = false;
  private asked = false;
  /** Who is here now; NULL: as it was told when the desk was opened. */
  @state() private around: Rep[] | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(this.consult.store.watch(() => this.requestUpdate()));
    this.whileConnected(() => this.discard());
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (changed.has('asking') && this.asking) this.querySelector('select')?.focus();
    const asks = this.querySelector(ASKS) !== null;
    if (asks && !this.asked) this.toAnswers();
    this.asked = asks;
  }

  /** What asks for an answer is answered without a search: the strip may be scrolled. */
  private readonly toAnswers = (): void =>
    this.querySelector(`:is(${ASKS}) .choices`)?.scrollIntoView({ block: 'nearest' });

  /* ---- a sharp picture, by the customer's own tap ---- */

  private async take(): Promise<void> {
    this.failed = false;
    const blob = await this.consult.still().catch(() => null);
    this.discard();
    if (!blob) this.failed = true;
    else if (this.isConnected) this.still = { blob, url: URL.createObjectURL(blob) };
  }

  private discard(): void {
    if (this.still) URL.revokeObjectURL(this.still.url);
    this.still = null;
  }

  private async send(): Promise<void> {
    const { still } = this;
    if (!still || this.sending) return;
    this.sending = true;
    try {
      const file = new File([still.blob], 'still.jpg', { type: 'image/jpeg' });
      await this.desk.picture(this.call.conversation, file, true);
      this.discard();
    } catch {
      this.failed = true;
    }
    this.sending = false;
  }

  private preview(): TemplateResult | typeof nothing {
    if (!this.still) {
      return this.failed
        ? html`<p class="unheard" role="alert">${kt('still_failed')}</p>`
        : nothing;
    }
    return html`<div class="still" data-testid="still">
      <img src=${this.still.url} alt=${kt('still_alt')} @load=${this.toAnswers} />
      <p>${kt('still_show')}</p>
      ${this.failed ? html`<p class="unheard" role="alert">${kt('still_failed')}</p>` : nothing}
      <div class="choices">
        ${this.word('still_no', () => this.discard())}
        ${this.word('still_again', () => void this.take())}
        <button
          class="button primary"
          data-testid="still-send"
          ?disabled=${this.sending}
          @click=${() => void this.send()}
        >
          ${kt('still_send')}
        </button>
      </div>
    </div>`;
  }

  /* ---- the recording, which both want or which is not ---- */

  private recording(): TemplateResult | typeof nothing {
    const { recording, consent, recorded } = this.consult.store.get();
    if (recording === 'off') return nothing;
    if (consent === 'unknown') {
      return html`<div role="alertdialog" aria-label=${kt('record')} data-testid="consent-ask">
        <p>${kt('consent_ask')}</p>
        <div class="choices">
          ${this.word('consent_no', () => this.consult.consent(false), 'consent-no')}
          ${this.word('consent_yes', () => this.consult.consent(true), 'consent-yes')}
        </div>
      </div>`;
    }
    const waits = consent === 'given' ? 'record_waits' : 'record_refused';
    return html`<p class="recorded" role="status" data-testid="recorded" data-on=${recorded}>
      ${kt(recorded ? 'recorded' : waits)}
      <button class="link" @click=${() => this.consult.consent(consent !== 'given')}>
        ${kt('consent_change')}
      </button>
    </p>`;
  }

  /* ---- a colleague who is asked in ---- */

  private act(act: 'invite' | 'dismiss' | 'hand_over', rep?: string): void {
    this.asking = false;
    this.desk.callAct(this.call.id, act, rep);
  }

  private expert(): TemplateResult | typeof nothing {
    const { call } = this;
    const me = this.desk.state.me?.id;
    const { expert } = call;
    if (expert?.id === me && me) return html`<p role="status">${kt('as_expert')}</p>`;
    const { name = '' } = expert ?? {};
    if (expert && this.as === 'customer') {
      return call.expert_here ? html`<p role="status">${kt('here', { name })}</p>` : nothing;
    }
    if (expert) {
      return html`<p role="status" data-testid="expert" data-here=${call.expert_here}>
          ${kt(call.expert_here ? 'here' : 'asked', { name })}
        </p>
        <div class="choices">
          <button class="button quiet" @click=${() => this.act('dismiss')}>
            ${kt('dismiss', { name })}
          </button>
          ${
            call.expert_here
              ? html`<button
                  class="button primary"
                  data-testid="hand-over"
                  @click=${() => this.act('hand_over', expert.id)}
                >
                  ${kt('hand_over', { name })}
                </button>`
              : nothing
          }
        </div>`;
    }
    return this.asking ? this.colleagues() : nothing;
  }

  private async lookAround(): Promise<void> {
    const told = callJson('/v1/reps?limit=500', {}, shape({ reps: list(colleague) }));
    this.around = (await told.catch(() => null))?.reps ?? null;
  }

  private colleagues(): TemplateResult {
    const { colleagues, me } = this.desk.state;
    const free = (this.around ?? colleagues).filter(
      (one) => one.id !== me?.id && ['available', 'full', 'suspended'].includes(one.presence),
    );
    /* Not with the choice itself: by keyboard one passes all who stand above him. */
    const ask = (event: Event): void => {
      event.preventDefault();
      const { value } = this.querySelector('select') ?? { value: '' };
      if (value) this.act('invite', value);
    };
    return html`<form class="ask-in" @submit=${ask}>
      <label
        >${kt('ask_in')}
        <select data-testid="ask-in">
          <option value="">${kt('nobody')}</option>
          ${free.map((one) => html`<option value=${one.id}>${one.name}</option>`)}
        </select>
      </label>
      <button class="button" data-testid="ask-in-do">${kt('ask_in_do')}</button>
    </form>`;
  }

  /* ---- drawing ---- */

  private word(key: ConsultKey, act: () => void, id = ''): TemplateResult {
    return html`<button class="button quiet" data-testid=${id || nothing} @click=${act}>
      ${kt(key)}
    </button>`;
  }

  private key(
    id: string,
    sign: RoomIconName,
    word: ConsultKey,
    on: boolean,
    act: () => void,
  ): TemplateResult {
    return html`<button
      class="tap-key"
      data-testid=${id}
      aria-pressed=${on}
      aria-label=${kt(word)}
      title=${kt(word)}
      @click=${act}
    >
      ${icon(sign)}
    </button>`;
  }

  private keys(): TemplateResult {
    const { screen, camera, recording } = this.consult.store.get();
    const rep = this.as === 'rep';
    const mine = rep && this.call.expert?.id !== this.desk.state.me?.id;
    const shares = 'getDisplayMedia' in (navigator.mediaDevices ?? {});
    const runs = recording !== 'off';
    return html`<div class="call-keys">
      ${
        shares
          ? this.key(
              'share-screen',
              screen ? 'screenOff' : 'screen',
              screen ? 'screen_off' : 'screen',
              screen,
              () => this.consult.setScreen(!screen),
            )
          : nothing
      }
      ${camera && !rep ? this.key('take-still', 'pip', 'still', false, () => void this.take()) : nothing}
      ${
        mine && (this.call.may_record || runs)
          ? this.key('record', 'record', runs ? 'record_stop' : 'record', runs, () =>
              this.consult.record(!runs),
            )
          : nothing
      }
      ${
        mine && !this.call.expert
          ? this.key('ask-expert', 'invite', 'ask_in', this.asking, () => {
              this.asking = !this.asking;
              if (this.asking) void this.lookAround();
            })
          : nothing
      }
    </div>`;
  }

  protected override render(): TemplateResult {
    return html`${this.recording()} ${this.preview()} ${this.expert()} ${this.keys()}`;
  }
}
