/** The question whether one may be recorded, and the form by which something is noted down. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { loadStill } from '../client/marker-stills.js';
import { MARKER_KINDS, type Marker, type MarkerKind } from '../protocol/messages.js';
import { InMeeting } from './base.js';
import { lang, t } from './i18n/index.js';
import { icon } from './room-icons.js';

const KEPT = {
  kept: ['The recording is kept. It can be played in a moment.', '录制已保存，片刻后即可播放。'],
  portal: ['Open the recording', '打开录制'],
  fine: ['Close', '关闭'],
  noted: ['Noted in this meeting', '本次会议已记下'],
  picture: ['Show the picture', '查看画面'],
  no_picture: ['The picture is not there any more.', '画面已不可用。'],
} as const;

function k(key: keyof typeof KEPT): string {
  return KEPT[key][lang() === 'en' ? 0 : 1];
}

/** The question, until it is answered; nobody is recorded before he said yes. Neither answer is made the easier one. */
@customElement('parlor-consent')
export class Consent extends InMeeting {
  @state() private seen = '';
  /** The one that ran last here, until it was told that it is kept. */
  private ran = '';

  protected override willUpdate(): void {
    const recording = this.room.room?.recording;
    if (recording && recording.state !== 'off') this.ran = recording.id;
  }

  /** As the bar of the meeting knows it. */
  private get owns(): boolean {
    return document.querySelector('[data-testid=record-toggle]') !== null;
  }

  /** Who may record is told where it is now. */
  private kept(): TemplateResult | typeof nothing {
    const { ran } = this;
    if (!ran || !this.owns) return nothing;
    const close = (): void => {
      this.ran = '';
      this.requestUpdate();
    };
    return html`<div class="ask consent" role="status" data-testid="recording-kept">
      ${icon('record')}
      <p>${k('kept')}</p>
      <a
        class="button"
        href="/admin#/recordings/${ran}"
        target="_blank"
        rel="noopener"
        @click=${close}
        >${k('portal')}</a
      >
      <button class="button quiet" @click=${close}>${k('fine')}</button>
    </div>`;
  }

  protected override render(): TemplateResult | typeof nothing {
    const recording = this.room.room?.recording;
    const me = this.room.participants[this.room.me ?? ''];
    if (!recording || recording.state === 'off') return this.kept();
    if (!me || me.consent !== 'unknown') return nothing;
    if (this.seen === recording.id) return nothing;
    const notice = recording.mode === 'notice';
    const answer = (yes: boolean): void => {
      this.seen = recording.id;
      if (!yes || !notice) this.app.session.consent(yes);
    };
    return html`<div
      class="ask consent"
      role="alertdialog"
      aria-label=${t('recording_on')}
      data-testid="consent-ask"
    >
      ${icon('record')}
      <p>${t(notice ? 'consent_notice' : 'consent_ask')}</p>
      <button
        class="button ${notice ? 'primary' : ''}"
        data-testid="consent-yes"
        @click=${() => answer(true)}
      >
        ${t(notice ? 'consent_understood' : 'consent_yes')}
      </button>
      <button class="button" data-testid="consent-no" @click=${() => answer(false)}>
        ${t('consent_no')}
      </button>
    </div>`;
  }
}

/** Notes down what was agreed, at the instant at which it was opened: what is on the screen then may have gone when the words are written. */
@customElement('parlor-marker-form')
export class MarkerForm extends InMeeting {
  @state() private kind: MarkerKind = 'conclusion';
  /** Of each note whose picture was asked for: where it is in this page; '' = nowhere. */
  @state() private pictures: Readonly<Record<string, string>> = {};
  private readonly since = performance.now();

  private readonly submit = (event: Event): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = (form.elements.namedItem('text') as HTMLInputElement).value.trim();
    const owner = (form.elements.namedItem('owner') as HTMLInputElement).value.trim();
    if (!text) return;
    this.app.session.mark(this.kind, text, owner, Math.round(performance.now() - this.since));
    this.app.openDialog(null);
  };

  protected override firstUpdated(): void {
    this.querySelector<HTMLInputElement>('input[name=text]')?.focus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const url of Object.values(this.pictures)) URL.revokeObjectURL(url);
    this.pictures = {};
  }

  private async look(marker: string): Promise<void> {
    const picture = await loadStill(
      this.room.room?.id ?? '',
      marker,
      this.app.session.bearer,
    ).catch(() => null);
    /* The form may have been closed meanwhile. */
    if (!this.isConnected) return;
    const url = picture ? URL.createObjectURL(picture) : '';
    this.pictures = { ...this.pictures, [marker]: url };
  }

  private note(one: Marker): TemplateResult {
    const picture = this.pictures[one.id];
    return html`<li data-testid="noted">
      <b>${t(`marker_${one.kind}`)}</b>
      ${one.text}${one.owner ? html` <i>${one.owner}</i>` : nothing}
      ${
        one.still && picture === undefined
          ? html`<button
              type="button"
              class="button quiet"
              data-testid="noted-picture"
              @click=${() => void this.look(one.id)}
            >
              ${k('picture')}
            </button>`
          : nothing
      }
      ${picture ? html`<img src=${picture} alt=${one.text} data-testid="noted-image" />` : nothing}
      ${picture === '' ? html`<p role="alert">${k('no_picture')}</p>` : nothing}
    </li>`;
  }

  /** The newest first. */
  private notes(): TemplateResult | typeof nothing {
    const { markers } = this.room;
    if (!markers.length) return nothing;
    return html`<h3>${k('noted')}</h3>
      <ul class="noted" tabindex="0" aria-label=${k('noted')}>
        ${[...markers].reverse().map((one) => this.note(one))}
      </ul>`;
  }

  protected override render(): TemplateResult {
    return html`<form class="marker-form" @submit=${this.submit}>
      <div class="kinds" role="radiogroup" aria-label=${t('marker')}>
        ${MARKER_KINDS.map(
          (kind) =>
            html`<button
              type="button"
              role="radio"
              class="button ${kind === this.kind ? 'primary' : 'quiet'}"
              aria-checked=${kind === this.kind}
              data-testid="marker-${kind}"
              @click=${() => (this.kind = kind)}
            >
              ${t(`marker_${kind}`)}
            </button>`,
        )}
      </div>
      <label class="field">
        <span>${t('marker_text')}</span>
        <input name="text" data-testid="marker-text" maxlength="500" required autocomplete="off" />
      </label>
      <label class="field">
        <span>${t('marker_owner')}</span>
        <input name="owner" data-testid="marker-owner" maxlength="64" autocomplete="off" />
      </label>
      <button class="button primary" data-testid="marker-save">${t('marker_save')}</button>
      ${this.notes()}
    </form>`;
  }
}
