/** Settings → Keyword rules: what the board wants to hear of, and what is not to be said. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { putRule, removeRule, rules, type RuleInfo } from '../../client/rules.js';
import { AdminSection } from './base.js';
import { rw } from './rules-words.js';
import { w } from './words.js';

const EMPTY: RuleInfo = { id: '', name: '', act: 'warn', on: ['chat', 'comments'], words: [] };

@customElement('parlor-admin-rules')
export class AdminRules extends AdminSection {
  @state() private list: RuleInfo[] | undefined;
  @state() private edited: RuleInfo | null = null;
  @state() private asking = '';

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(() => this.load());
  }

  private async load(): Promise<void> {
    this.list = await rules();
  }

  private save(event: Event, one: RuleInfo): void {
    event.preventDefault();
    const box = this.querySelector<HTMLTextAreaElement>('textarea[name="rule-words"]');
    const words = (box?.value ?? '')
      .split('\n')
      .map((word) => word.trim())
      .filter(Boolean);
    const spec = {
      ...(one.id ? { id: one.id } : {}),
      name: this.value('rule-name'),
      act: this.querySelector<HTMLSelectElement>('select[name="rule-act"]')?.value ?? 'warn',
      on: this.checked('rule-on'),
      words,
    };
    void this.run(async () => {
      await putRule(spec);
      this.edited = null;
      await this.load();
    }, w('saved'));
  }

  private drop(one: RuleInfo): void {
    void this.run(async () => {
      await removeRule(one.id);
      this.asking = '';
      await this.load();
    });
  }

  private row(one: RuleInfo): TemplateResult {
    return html`<li data-testid="rule-row">
      <div class="who">
        <b>${one.name}</b><span>${rw('count', { n: one.words.length })}</span
        ><em>${rw(one.act === 'block' ? 'block' : 'warn')}</em>
      </div>
      <div class="tags">${one.words.slice(0, 12).map((word) => html`<i>${word}</i>`)}</div>
      <div class="acts">
        <button class="button quiet" @click=${() => (this.edited = one)}>${rw('change')}</button>
        <button
          class="button quiet"
          @click=${() => (this.asking = this.asking === one.id ? '' : one.id)}
        >
          ${rw('remove')}
        </button>
      </div>
      ${
        this.asking === one.id
          ? html`<div class="edit" role="alertdialog" aria-label=${rw('remove')}>
              <p>${rw('sure', { name: one.name })}</p>
              <button class="button grave" @click=${() => this.drop(one)}>${rw('remove')}</button>
            </div>`
          : nothing
      }
    </li>`;
  }

  private form(one: RuleInfo): TemplateResult {
    return html`<form class="sheet" @submit=${(event: Event) => this.save(event, one)}>
      <h2>${one.id ? rw('change') : rw('add')}</h2>
      ${this.input('rule-name', rw('name'), one.name, { required: true })}
      <label class="field"
        ><span>${rw('words')}</span
        ><textarea
          name="rule-words"
          rows="6"
          required
          placeholder=${rw('words_hint')}
          .value=${one.words.join('\n')}
        ></textarea>
      </label>
      ${this.choice('rule-act', rw('act'), one.act, [
        ['warn', rw('warn')],
        ['block', rw('block')],
      ])}
      <fieldset>
        <legend>${rw('on')}</legend>
        ${this.boxes(
          'rule-on',
          [
            ['chat', rw('chat')],
            ['comments', rw('comments')],
          ],
          one.on,
        )}
      </fieldset>
      <div class="acts">
        <button class="button primary" data-testid="rule-save" ?disabled=${this.busy}>
          ${w('save')}
        </button>
        <button type="button" class="button quiet" @click=${() => (this.edited = null)}>
          ${rw('cancel')}
        </button>
      </div>
    </form>`;
  }

  protected override render(): TemplateResult {
    return html`<h1>${rw('title')}</h1>
      <p class="muted">${rw('lead')}</p>
      ${this.messages()}${this.list ? nothing : this.waiting()}
      ${this.list?.length === 0 && !this.edited ? html`<p class="muted">${rw('none')}</p>` : nothing}
      <ul class="rows">
        ${this.list?.map((one) => this.row(one))}
      </ul>
      ${
        this.edited
          ? this.form(this.edited)
          : html`<button
              class="button primary"
              data-testid="rule-add"
              @click=${() => (this.edited = EMPTY)}
            >
              ${rw('add')}
            </button>`
      }`;
  }
}
