/** What the sections of /admin share: the session, one busy action at a time, words for errors. */
import { html, nothing, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { SessionInfo } from '../../client/account.js';
import { Plain } from '../base.js';
import { lang } from '../i18n/index.js';
import { problemWords, w } from './words.js';

export class AdminSection extends Plain {
  @property({ attribute: false }) session!: SessionInfo;
  @state() protected busy = false;
  @state() protected problem = '';
  @state() protected note = '';

  /** Does it, and shows what went wrong. TRUE: it went well. */
  protected async run(action: () => Promise<void>, note = ''): Promise<boolean> {
    this.busy = true;
    this.problem = this.note = '';
    try {
      await action();
      this.note = note;
      return true;
    } catch (error) {
      this.problem = problemWords(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  protected value(name: string): string {
    const field = this.querySelector<HTMLInputElement | HTMLSelectElement>(`[name="${name}"]`);
    return field?.value.trim() ?? '';
  }

  protected checked(name: string): string[] {
    return [...this.querySelectorAll<HTMLInputElement>(`input[name="${name}"]:checked`)].map(
      (one) => one.value,
    );
  }

  protected messages(): TemplateResult {
    return html`<p class="error" role="alert" data-testid="admin-error">${this.problem}</p>
      <p class="note" role="status">${this.note}</p>`;
  }

  protected when(ms: number): string {
    if (!ms) return w('never');
    return new Date(ms).toLocaleString(lang(), { dateStyle: 'medium', timeStyle: 'short' });
  }

  protected copyable(label: string, text: string): TemplateResult {
    return html`<div class="secret">
      <span>${label}</span><code data-testid="shown-secret">${text}</code>
      <button type="button" class="button" @click=${() => this.copy(text)}>${w('copy')}</button>
    </div>`;
  }

  protected async copy(text: string): Promise<void> {
    await navigator.clipboard?.writeText(text).catch(() => undefined);
    this.note = w('copied');
  }

  protected input(
    name: string,
    label: string,
    value = '',
    more: {
      type?: string;
      hint?: string;
      complete?: AutoFill;
      required?: boolean;
      list?: string;
    } = {},
  ): TemplateResult {
    return html`<label class="field"
      ><span>${label}</span
      ><input
        name=${name}
        type=${more.type ?? 'text'}
        .value=${value}
        placeholder=${more.hint ?? ''}
        autocomplete=${more.complete ?? 'off'}
        ?required=${more.required ?? false}
        list=${more.list ?? nothing}
    /></label>`;
  }

  protected choice(
    name: string,
    label: string,
    value: string,
    options: [string, string][],
  ): TemplateResult {
    return html`<label class="field"
      ><span>${label}</span>
      <select name=${name}>
        ${options.map(
          ([one, words]) => html`<option value=${one} ?selected=${one === value}>${words}</option>`,
        )}
      </select></label
    >`;
  }

  protected boxes(name: string, options: [string, string][], on: string[]): TemplateResult {
    return html`<div class="boxes">
      ${options.map(
        ([one, words]) =>
          html`<label class="switch"
            ><input type="checkbox" name=${name} value=${one} ?checked=${on.includes(one)} /><span
              >${words}</span
            ></label
          >`,
      )}
    </div>`;
  }

  /** The end of a form: save, or think better of it. */
  protected ends(id: string, cancel: () => void): TemplateResult {
    return html`<div class="acts">
      <button class="button primary" data-testid="${id}-save" ?disabled=${this.busy}>
        ${w('save')}
      </button>
      <button type="button" class="button quiet" @click=${cancel}>${w('cancel')}</button>
    </div>`;
  }

  /** Before something goes for good. */
  protected removal(question: string, act: string, drop: () => void): TemplateResult {
    return html`<div class="edit" role="alertdialog" aria-label=${act}>
      <p>${question}</p>
      <button class="button grave" @click=${drop}>${act}</button>
    </div>`;
  }

  /** A whole section of rows with one form; `form` NULL: the key that opens it. */
  protected listing(
    id: string,
    words: { title: string; lead: string; none: string; add: string },
    rows: TemplateResult[] | undefined,
    form: TemplateResult | null,
    open: () => void,
  ): TemplateResult {
    return html`<h1>${words.title}</h1>
      <p class="muted">${words.lead}</p>
      ${this.messages()}${rows ? nothing : this.waiting()}
      ${rows?.length === 0 && !form ? html`<p class="muted">${words.none}</p>` : nothing}
      <ul class="rows">
        ${rows}
      </ul>
      ${
        form ??
        html`<button class="button primary" data-testid="${id}-add" @click=${open}>
          ${words.add}
        </button>`
      }`;
  }

  protected waiting(): TemplateResult | typeof nothing {
    return this.problem ? nothing : html`<p class="muted">${w('loading')}</p>`;
  }
}
