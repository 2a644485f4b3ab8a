/** Links to one recording: made, copied, taken back. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { RecordingRow } from '../../client/recordings.js';
import { addShare, loadShares, revokeShare, type Share } from '../../client/shares.js';
import { clockWords } from '../../media/timeline.js';
import { AdminSection } from './base.js';
import { isShareWord, sh } from './share-words.js';
import { w } from './words.js';

const DAY_MS = 24 * 3600 * 1000;
const DAYS = ['1', '7', '30', '365'];
const AUDIENCES = ['organisation', 'attendees', 'anyone'];

function audienceWords(audience: string): string {
  const word = `share_${audience}`;
  return isShareWord(word) ? sh(word) : audience;
}

@customElement('parlor-recording-shares')
export class RecordingShares extends AdminSection {
  @property({ attribute: false }) row!: RecordingRow;
  /** The instant that the player shows. */
  @property({ attribute: false }) position: () => number = () => 0;
  @state() private shares: Share[] = [];
  @state() private from = 0;
  @state() private to = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(() => this.load());
  }

  private async load(): Promise<void> {
    this.shares = await loadShares(this.row.id);
  }

  private add(event: Event): void {
    event.preventDefault();
    const clip = this.to > this.from;
    void this.run(async () => {
      const made = await addShare(this.row.id, {
        audience: this.value('audience'),
        expires_at: Date.now() + Number(this.value('days')) * DAY_MS,
        note: this.value('note'),
        watermark:
          this.querySelector<HTMLInputElement>('[name="share-watermark"]')?.checked ?? false,
        ...(clip ? { from_ms: Math.round(this.from), to_ms: Math.round(this.to) } : {}),
      });
      this.from = this.to = 0;
      await this.load();
      if (made.url) await navigator.clipboard?.writeText(made.url).catch(() => undefined);
    }, sh('share_made'));
  }

  private revoke(one: Share): void {
    void this.run(async () => {
      await revokeShare(this.row.id, one.id);
      await this.load();
    }, sh('share_revoked'));
  }

  private clip(): TemplateResult {
    const at = (ms: number): string => (ms ? clockWords(ms - this.row.from_ms) : '');
    return html`<div class="choices clip">
      <button
        type="button"
        class="button"
        data-testid="share-from"
        @click=${() => (this.from = this.position())}
      >
        ${sh('share_from')} ${at(this.from)}
      </button>
      <button
        type="button"
        class="button"
        data-testid="share-to"
        @click=${() => (this.to = this.position())}
      >
        ${sh('share_to')} ${at(this.to)}
      </button>
      <span class="muted" data-testid="share-part">
        ${this.to > this.from ? sh('share_clip', { from: at(this.from), to: at(this.to) }) : sh('share_whole')}
      </span>
    </div>`;
  }

  private link(one: Share): TemplateResult {
    const open = one.state === 'open';
    const word = `share_${one.state}`;
    return html`<li data-testid="share-row">
      <div>
        <b>${audienceWords(one.audience)}</b> ${one.note}
        <span class="muted">
          ${
            one.to_ms
              ? `${clockWords(one.from_ms - this.row.from_ms)}–${clockWords(one.to_ms - this.row.from_ms)} · `
              : ''
          }
          ${sh('share_until', { when: this.when(one.expires_at) })} ·
          ${sh('share_views', { n: String(one.views) })}${one.watermark ? ` · ${sh('share_watermarked')}` : ''}
        </span>
        ${open && one.url ? html`<input readonly aria-label=${sh('share_link')} data-testid="share-url" .value=${one.url} />` : nothing}
      </div>
      ${
        open
          ? html`<span class="choices">
              <button
                class="button"
                data-testid="share-copy"
                @click=${() => void this.copy(one.url ?? '')}
              >
                ${w('copy')}
              </button>
              <button
                class="button grave"
                data-testid="share-revoke"
                ?disabled=${this.busy}
                @click=${() => this.revoke(one)}
              >
                ${sh('share_revoke')}
              </button>
            </span>`
          : html`<span class="tags"><i>${isShareWord(word) ? sh(word) : one.state}</i></span>`
      }
    </li>`;
  }

  protected override render(): TemplateResult {
    return html`<details class="sheet shares" data-testid="shares">
      <summary>${sh('share_title')} ${this.shares.length ? `(${this.shares.length})` : ''}</summary>
      <form @submit=${(event: Event) => this.add(event)}>
        <div class="find">
          ${this.input('note', sh('share_note'), '', { hint: sh('share_note_hint') })}
          ${this.choice(
            'audience',
            sh('share_for'),
            'organisation',
            AUDIENCES.map((one) => [one, audienceWords(one)]),
          )}
          ${this.choice(
            'days',
            sh('share_ends'),
            '30',
            DAYS.map((one) => [one, sh(one === '1' ? 'share_day' : 'share_days', { n: one })]),
          )}
        </div>
        ${this.clip()}
        <label class="check">
          <input type="checkbox" name="share-watermark" data-testid="share-watermark" />
          <span>${sh('share_watermark')}</span>
        </label>
        <button class="button primary" data-testid="share-add" ?disabled=${this.busy}>
          ${sh('share_add')}
        </button>
      </form>
      ${this.messages()}
      <ul class="rows">
        ${this.shares.map((one) => this.link(one))}
      </ul>
    </details>`;
  }
}
