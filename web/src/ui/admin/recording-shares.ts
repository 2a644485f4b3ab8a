/** Links to one recording: made, copied, taken back. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { RecordingRow } from '../../client/recordings.js';
import { addShare, loadShares, revokeShare, type Share } from '../../client/shares.js';
import { clockWords } from '../../media/timeline.js';
import { copyText } from '../../client/copy.js';
import { AdminSection } from './base.js';
import { partKeys, spanOf, WHOLE } from './part.js';
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
  @state() private chosen = WHOLE;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(() => this.load());
  }

  private async load(): Promise<void> {
    this.shares = await loadShares(this.row.id);
  }

  private add(event: Event): void {
    event.preventDefault();
    const clip = spanOf(this.chosen, this.row);
    if (clip === 'backwards') return;
    let copied = false;
    void this.run(async () => {
      const made = await addShare(this.row.id, {
        audience: this.value('audience'),
        expires_at: Date.now() + Number(this.value('days')) * DAY_MS,
        note: this.value('note'),
        watermark:
          this.querySelector<HTMLInputElement>('[name="share-watermark"]')?.checked ?? false,
        ...clip,
      });
      this.chosen = WHOLE;
      await this.load();
      copied = await copyText(made.url ?? '');
    }).then((good) => good && (this.note = sh(copied ? 'share_made' : 'share_made_only')));
  }

  private revoke(one: Share): void {
    void this.run(async () => {
      await revokeShare(this.row.id, one.id);
      await this.load();
    }, sh('share_revoked'));
  }

  private clip(): TemplateResult {
    const words = {
      id: 'share',
      from: sh('share_from'),
      to: sh('share_to'),
      whole: sh('share_whole'),
      only: (from: string, to: string) => sh('share_clip', { from, to }),
    };
    return partKeys(this.chosen, this.row, words, this.position, (part) => (this.chosen = part));
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
        <button
          class="button primary"
          data-testid="share-add"
          ?disabled=${this.busy || spanOf(this.chosen, this.row) === 'backwards'}
        >
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
