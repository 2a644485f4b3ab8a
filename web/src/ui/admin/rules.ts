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

  /** In a form of its own: what was chosen in another one's does not stay. */
  private async edit(one: RuleInfo): Promise<void> {
    this.edited = null;
    await this.updateComplete;
    this.edited = one;
    await this.updateComplete;
    this.querySelector<HTMLInputElement>('[name=rule-name]')?.focus();
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
        <button class="button quiet" @click=${() => void this.edit(one)}>${rw('change')}</button>
        <button
          class="button quiet"
          @click=${() => (this.asking = this.asking === one.id ? '' : one.id)}
        >
          ${rw('remove')}
        </button>
      </div>
      ${
        this.asking === one.id
          ? this.removal(rw('sure', { name: one.name }), rw('remove'), () => this.drop(one))
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
      ${this.ends('rule', () => (this.edited = null))}
    </form>`;
  }

  protected override render(): TemplateResult {
    return this.listing(
      'rule',
      { title: rw('title'), lead: rw('lead'), none: rw('none'), add: rw('add') },
      this.list?.map((one) => this.row(one)),
      this.edited ? this.form(this.edited) : null,
      () => void this.edit(EMPTY),
    );
  }
}
