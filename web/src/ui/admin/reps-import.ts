/** Advisers out of a file: what is found is shown first, then they are put in, a few at a time. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { putRep } from '../../client/directory.js';
import { textOf } from '../../room/file-text.js';
import { readReps, type RepsFile } from '../../room/reps-file.js';
import { Plain } from '../base.js';
import { dw, type DirectoryWord } from './directory-words.js';
import { problemWords } from './words.js';

const AT_ONCE = 4;
const SHOWN = 10;

interface Refused {
  line: number;
  why: string;
}

@customElement('parlor-admin-reps-import')
export class AdminRepsImport extends Plain {
  @property({ attribute: false }) groups: readonly { id: string; name: string }[] = [];
  @property({ attribute: false }) users: readonly { id: string; login: string }[] = [];
  @state() private file: RepsFile | null = null;
  /** How many have been sent; NULL: not begun. */
  @state() private done: number | null = null;
  @state() private refused: Refused[] = [];
  @state() private running = false;
  private stopped = false;

  private async choose(event: Event): Promise<void> {
    const file = (event.target as HTMLInputElement).files?.[0];
    this.done = null;
    this.refused = [];
    this.file = file ? readReps(textOf(await file.arrayBuffer()), this.groups, this.users) : null;
  }

  private async go(): Promise<void> {
    const rows = this.file?.rows ?? [];
    let next = 0;
    this.running = true;
    this.stopped = false;
    this.done = 0;
    this.refused = [];
    const some = async (): Promise<void> => {
      while (next < rows.length && !this.stopped) {
        const row = rows[next++];
        if (!row) return;
        await putRep(row.spec).catch((error: unknown) => {
          this.refused = [...this.refused, { line: row.line, why: problemWords(error) }];
        });
        this.done = (this.done ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, some));
    this.running = false;
    this.dispatchEvent(new CustomEvent('parlor-imported'));
  }

  private lines(bad: Refused[]): TemplateResult | typeof nothing {
    if (!bad.length) return nothing;
    return html`<ul class="bad-lines">
      ${bad.slice(0, SHOWN).map(({ line, why }) => html`<li>${dw('file_bad', { line, why })}</li>`)}
      ${bad.length > SHOWN ? html`<li>… ${bad.length - SHOWN}</li>` : nothing}
    </ul>`;
  }

  private outcome(all: number): TemplateResult | typeof nothing {
    if (this.done === null) return nothing;
    const good = this.done - this.refused.length;
    return html`<progress max=${all} value=${this.done}></progress>
      <p role="status" data-testid="reps-file-outcome">
        ${
          this.running
            ? dw('file_doing', { done: this.done, n: all })
            : dw(this.stopped ? 'file_stopped' : 'file_done', { n: good })
        }
      </p>
      ${
        this.refused.length && !this.running
          ? html`<p class="error">${dw('file_failed', { n: this.refused.length })}</p>
              ${this.lines(this.refused)}`
          : nothing
      }`;
  }

  private found(file: RepsFile): TemplateResult {
    const n = file.rows.length;
    const bad = file.bad.map(({ line, why }) => ({
      line,
      why: dw(`bad_${why}` as DirectoryWord),
    }));
    return html`<p data-testid="reps-file-found">${dw('file_found', { n })}</p>
      ${this.lines(bad)} ${this.outcome(n)}
      ${
        this.running
          ? html`<button type="button" class="button" @click=${() => (this.stopped = true)}>
              ${dw('file_stop')}
            </button>`
          : html`<button
              type="button"
              class="button primary"
              data-testid="reps-file-go"
              ?disabled=${n === 0 || (this.done === n && !this.refused.length)}
              @click=${() => void this.go()}
            >
              ${dw('file_go', { n })}
            </button>`
      }`;
  }

  protected override render(): TemplateResult {
    return html`<details class="sheet">
      <summary>${dw('file')}</summary>
      <p class="muted">${dw('file_lead')}</p>
      <input
        type="file"
        accept=".csv,text/csv,text/plain"
        aria-label=${dw('file')}
        data-testid="reps-file"
        ?disabled=${this.running}
        @change=${(event: Event) => void this.choose(event)}
      />
      ${this.file ? this.found(this.file) : nothing}
    </details>`;
  }
}
