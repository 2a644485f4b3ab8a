/** What was said: a word found leads to its second. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { loadTranscript, type Cue, type RecordingRow } from '../../client/recordings.js';
import { clockWords, cuesWith } from '../../media/timeline.js';
import { AdminSection } from './base.js';
import { r } from './recording-words.js';

/** So many lines are drawn; more is for the search. */
const SHOWN_MAX = 300;

@customElement('parlor-transcript')
export class Transcript extends AdminSection {
  @property({ attribute: false }) row!: RecordingRow;
  /** What was searched for in the list. */
  @property() wanted = '';
  @property({ attribute: false }) seek: (ms: number) => void = () => undefined;
  @state() private cues: Cue[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(async () => {
      this.cues = await loadTranscript(this.row.id);
    });
  }

  protected override render(): TemplateResult {
    const found = cuesWith(this.cues, this.wanted);
    return html`<section class="sheet transcript" aria-label=${r('said_title')}>
      <h2>${r('said_title')}</h2>
      <label class="field"
        ><span>${r('rec_find')}</span
        ><input
          type="search"
          data-testid="said-find"
          .value=${this.wanted}
          @input=${(event: Event) => (this.wanted = (event.target as HTMLInputElement).value)}
      /></label>
      ${this.messages()}
      <ol data-testid="said-list">
        ${found.slice(0, SHOWN_MAX).map(
          (one) =>
            html`<li>
              <button class="link" data-testid="said-cue" @click=${() => this.seek(one.from_ms)}>
                <b>${clockWords(one.from_ms - this.row.from_ms)}</b>
                ${one.speaker ? html`<i>${one.speaker}</i>` : nothing} ${one.text}
              </button>
            </li>`,
        )}
      </ol>
      ${found.length > SHOWN_MAX ? html`<p class="muted">${r('said_more', { n: String(found.length - SHOWN_MAX) })}</p>` : nothing}
    </section>`;
  }
}
