/** The supervisor reads a conversation of his groups: he says why, and it is written down where the adviser sees it. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { ApiError } from '../client/http.js';
import { findTalks, readTalk, type Said } from '../client/talks.js';
import type { Thread } from '../protocol/service.js';
import { Plain } from './base.js';
import { bw, isBoardWord } from './i18n/board-more.js';
import { lang } from './i18n/lang.js';
import { st } from './i18n/service.js';
import { whyNot } from './why-not.js';

const AFTER_MS = 300;

@customElement('parlor-board-reading')
export class BoardReading extends Plain {
  @property({ attribute: false }) reps: { id: string; name: string }[] = [];
  @state() private rep = '';
  @state() private words = '';
  /** Null: not told yet. */
  @state() private list: Thread[] | null = null;
  @state() private chosen: { id: string; name: string } | null = null;
  @state() private said: Said[] | null = null;
  @state() private problem = '';
  private timer = 0;

  /** One that stands elsewhere on the board. */
  choose(id: string, name: string): void {
    this.chosen = { id, name };
    this.said = null;
    this.problem = '';
    const all = this.querySelector('details');
    if (all) all.open = true;
    void this.updateComplete.then(() => {
      this.scrollIntoView({ block: 'nearest' });
      this.querySelector<HTMLInputElement>('[name=why]')?.focus();
    });
  }

  private look(change: { rep?: string; words?: string }): void {
    this.rep = change.rep ?? this.rep;
    this.words = change.words ?? this.words;
    clearTimeout(this.timer);
    /* Those of another rep are not his. */
    if (change.rep !== undefined) this.list = null;
    if (!this.rep) return;
    this.timer = window.setTimeout(() => void this.find(this.rep, this.words.trim()), AFTER_MS);
  }

  private async find(rep: string, words: string): Promise<void> {
    try {
      const list = await findTalks(rep, words);
      if (rep !== this.rep || words !== this.words.trim()) return;
      this.list = list;
      this.problem = '';
    } catch (error) {
      this.problem = error instanceof ApiError ? error.code : 'internal';
    }
  }

  private async read(event: Event): Promise<void> {
    event.preventDefault();
    const { chosen } = this;
    const why = new FormData(event.target as HTMLFormElement).get('why');
    if (!chosen || typeof why !== 'string' || !why.trim()) return;
    try {
      const said = await readTalk(chosen.id, why.trim());
      if (chosen !== this.chosen) return;
      this.said = said;
      this.problem = '';
    } catch (error) {
      this.problem = error instanceof ApiError ? error.code : 'internal';
    }
  }

  /* ---- drawing ---- */

  private nameOf(one: Thread): string {
    return one.customer?.display || st('guest', { id: (one.customer?.id ?? '').slice(-4) });
  }

  private row(one: Thread): TemplateResult {
    const name = this.nameOf(one);
    const at = new Date(one.last_at).toLocaleString(lang(), {
      dateStyle: 'short',
      timeStyle: 'short',
    });
    return html`<li>
      <button
        class="wait talk"
        data-testid="talk"
        aria-current=${one.id === this.chosen?.id}
        @click=${() => this.choose(one.id, name)}
      >
        <b>${name}</b> <small>${st(`state_${one.state}`)} · ${at}</small>
      </button>
    </li>`;
  }

  private reason(name: string): TemplateResult {
    return html`<form class="reason" @submit=${(event: Event) => void this.read(event)}>
      <label>
        ${bw('read_why', { name })}
        <input name="why" required maxlength="200" data-testid="read-why" autocomplete="off" />
      </label>
      <button class="button primary" data-testid="read-do">${bw('read_do')}</button>
      <button type="button" class="button quiet" @click=${() => (this.chosen = null)}>
        ${st('cancel')}
      </button>
    </form>`;
  }

  private line(one: Said): TemplateResult {
    const who = one.name || (isBoardWord(one.by) ? bw(one.by) : one.by);
    const at = new Date(one.at).toLocaleString(lang(), { dateStyle: 'short', timeStyle: 'short' });
    const kind: string = `kind_${one.kind}`;
    const what = isBoardWord(kind) ? bw(kind) : one.kind;
    const words = one.text || `${what} ${one.data?.title ?? ''}`.trim();
    return html`<li data-testid="read-line">
      <b>${who}</b> <small>${at}</small>
      <p>${words}</p>
    </li>`;
  }

  private transcript(name: string, said: Said[]): TemplateResult {
    return html`<section class="transcript" aria-label=${name} data-testid="transcript">
      <header>
        <h3>${name}</h3>
        <button class="button quiet" @click=${() => (this.chosen = this.said = null)}>
          ${bw('read_close')}
        </button>
      </header>
      <ol tabindex="0">
        ${said.length ? said.map((one) => this.line(one)) : html`<li class="calm">${bw('read_empty')}</li>`}
      </ol>
    </section>`;
  }

  protected override render(): TemplateResult {
    const { chosen, said } = this;
    return html`<details class="reports" data-testid="reading">
      <summary><h2>${bw('read')}</h2></summary>
      <p class="calm">${bw('read_hint')}</p>
      <div class="asked">
        <label
          >${bw('rep')}
          <select
            data-testid="read-rep"
            @change=${(event: Event) => this.look({ rep: (event.target as HTMLSelectElement).value })}
          >
            <option value="">${bw('read_choose')}</option>
            ${this.reps.map((one) => html`<option value=${one.id}>${one.name}</option>`)}
          </select>
        </label>
        <label
          >${bw('read_name')}
          <input
            type="search"
            .value=${this.words}
            @input=${(event: Event) => this.look({ words: (event.target as HTMLInputElement).value })}
          />
        </label>
      </div>
      ${this.problem ? html`<p role="alert">${whyNot(this.problem)}</p>` : nothing}
      ${chosen ? (said ? this.transcript(chosen.name, said) : this.reason(chosen.name)) : nothing}
      ${this.list?.length === 0 ? html`<p class="calm">${bw('read_none')}</p>` : nothing}
      <ul class="talks">
        ${this.list?.map((one) => this.row(one))}
      </ul>
    </details>`;
  }
}
