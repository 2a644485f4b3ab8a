/** Settings → decision hooks: where each is asked, its breaker, an example question. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { hooks, removeHook, setHook, testHook, type HookInfo } from '../../client/hooks.js';
import { AdminSection } from './base.js';
import { h, hOf } from './hooks-words.js';
import { w } from './words.js';

@customElement('parlor-admin-decisions')
export class AdminDecisions extends AdminSection {
  @state() private list: HookInfo[] | undefined;
  @state() private open = '';
  @state() private secret = '';

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(() => this.load());
  }

  private async load(): Promise<void> {
    this.list = await hooks();
  }

  private save(event: Event, one: HookInfo): void {
    event.preventDefault();
    const flags = this.checked('hook-flags');
    void this.run(async () => {
      const spec = {
        url: this.value('hook-url'),
        signed_answers: flags.includes('signed'),
        ...(one.may_close && { fail_closed: flags.includes('closed') }),
      };
      this.secret = (await setHook(one.hook, spec)).secret;
      this.open = '';
      await this.load();
      void this.reveal();
    }, w('saved'));
  }

  private drop(one: HookInfo): void {
    void this.run(async () => {
      await removeHook(one.hook);
      this.open = '';
      await this.load();
    });
  }

  private async test(one: HookInfo): Promise<void> {
    let words = '';
    const good = await this.run(async () => {
      const said = await testHook(one.hook);
      words = hOf('o_', said.outcome, { ms: said.elapsed_ms });
      await this.load();
    });
    if (good) this.note = `${one.hook}: ${words}`;
  }

  private form(one: HookInfo): TemplateResult {
    const on = [...(one.fail_closed ? ['closed'] : []), ...(one.signed_answers ? ['signed'] : [])];
    const flags: [string, string][] = [['signed', h('signed')]];
    if (one.may_close) flags.unshift(['closed', h('closed')]);
    return html`<form class="edit" @submit=${(event: Event) => this.save(event, one)}>
      ${this.input('hook-url', h('url'), one.url ?? '', { type: 'url', required: true })}
      ${this.boxes('hook-flags', flags, on)}
      <div class="acts">
        <button class="button primary" data-testid="hook-save" ?disabled=${this.busy}>
          ${w('save')}
        </button>
        ${
          one.url
            ? html`<button type="button" class="button grave" @click=${() => this.drop(one)}>
                ${h('remove')}
              </button>`
            : nothing
        }
      </div>
    </form>`;
  }

  private row(one: HookInfo): TemplateResult {
    const words = one.breaker_open ? h('breaker') : (one.url ?? h('not_set'));
    return html`<li data-testid="hook-row" data-off=${one.breaker_open}>
      <div class="who">
        <b>${one.hook}</b><span>${h('budget', { ms: one.budget_ms })}</span><em>${words}</em>
      </div>
      <div class="acts">
        ${
          one.url
            ? html`<button
                class="button quiet"
                data-testid="hook-test"
                ?disabled=${this.busy}
                @click=${() => void this.test(one)}
              >
                ${h('ask_now')}
              </button>`
            : nothing
        }
        <button
          class="button quiet"
          data-testid="hook-set"
          @click=${() => (this.open = this.open === one.hook ? '' : one.hook)}
        >
          ${one.url ? h('change') : h('set')}
        </button>
      </div>
      ${this.open === one.hook ? this.form(one) : nothing}
    </li>`;
  }

  private shown(): TemplateResult | typeof nothing {
    if (!this.secret) return nothing;
    return html`<section class="shown" role="status">
      <p>${h('secret_once')}</p>
      ${this.copyable(h('secret'), this.secret)}
    </section>`;
  }

  protected override render(): TemplateResult {
    return html`<h2>${h('hooks')}</h2>
      <p class="muted">${h('hooks_lead')}</p>
      ${this.messages()}${this.shown()}${this.list ? nothing : this.waiting()}
      <ul class="rows">
        ${this.list?.map((one) => this.row(one))}
      </ul>`;
  }
}
