/** What the sections of /admin share: the session, one busy action at a time, words for errors. */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { property, state } from 'lit/decorators.js';
import type { SessionInfo } from '../../client/account.js';
import { saveAfterSignin } from '../../client/after-signin.js';
import { copyText } from '../../client/copy.js';
import { ApiError } from '../../client/http.js';
import { Plain } from '../base.js';
import { lang } from '../i18n/index.js';
import '../styles/said.css';
import { problemWords, w } from './words.js';

/** So long a note lies over the page. */
const NOTE_MS = 8000;

const NOT_COPIED = [
  'The browser did not copy it. Mark the text and copy it by hand.',
  '浏览器未能复制，请选中文字手动复制。',
] as const;

export class AdminSection extends Plain {
  @property({ attribute: false }) session!: SessionInfo;
  @state() protected busy = false;
  @state() protected problem = '';
  @state() protected note = '';
  /** The sign-in has ended: what went wrong is mended there. */
  @state() private signedOut = false;
  /** The question that is asked now, and was brought to whoever uses the keyboard. */
  private question: HTMLElement | null = null;

  /** Does it, and shows what went wrong; `words`: what a code means here. TRUE: it went well. */
  protected async run(
    action: () => Promise<void>,
    note = '',
    words: Record<string, string> = {},
  ): Promise<boolean> {
    this.busy = true;
    this.problem = this.note = '';
    this.signedOut = false;
    try {
      await action();
      this.note = note;
      return true;
    } catch (error) {
      const code = error instanceof ApiError ? error.code : '';
      this.problem = words[code] ?? problemWords(error);
      this.signedOut = code === 'unauthorized';
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
    const again = html` <a
      class="button"
      href="/signin"
      data-testid="admin-signin"
      @click=${() => saveAfterSignin(`/admin${location.hash}`)}
      >${w('signin_go')}</a
    >`;
    const wrong = [this.problem, this.signedOut ? again : ''];
    // Without a word it is :empty: no space may stand in it.
    return html`<p class="error" role="alert" data-testid="admin-error" data-said>${wrong}</p>
      <p class="note" role="status" data-said>${this.note}</p>`;
  }

  protected override updated(changed: PropertyValues): void {
    if (changed.has('problem') || changed.has('note')) this.say();
    const question = this.querySelector<HTMLElement>('[role=alertdialog]');
    if (question && question !== this.question) {
      question.tabIndex = -1;
      question.focus();
    }
    this.question = question;
  }

  /** Words that would stand outside of what is seen, far from the button that was pressed, lie over it instead. */
  private say(): void {
    let aloft = false;
    for (const one of this.querySelectorAll('[data-said]')) {
      one.classList.remove('aloft');
      const { top, bottom, height } = one.getBoundingClientRect();
      const unseen = height > 0 && one.textContent !== '' && (top < 0 || bottom > innerHeight);
      one.classList.toggle('aloft', unseen);
      aloft ||= unseen;
    }
    const { note } = this;
    const over = (): void => void (note === this.note && (this.note = ''));
    if (aloft && note) window.setTimeout(over, NOTE_MS);
  }

  /** What is shown once must be seen, wherever the form stands that made it. */
  protected async reveal(): Promise<void> {
    await this.updateComplete;
    this.querySelector('.shown')?.scrollIntoView({ block: 'nearest' });
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
    this.problem = this.note = '';
    if (await copyText(text)) this.note = w('copied');
    else this.problem = NOT_COPIED[lang() === 'en' ? 0 : 1];
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
      min?: number;
      max?: number;
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
        min=${more.min ?? nothing}
        max=${more.max ?? nothing}
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
      <button class="button grave" data-testid="sure" @click=${drop}>${act}</button>
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
