/** Settings → Webhooks and hooks: subscriptions with their deliveries, resend and send test. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import * as api from '../../client/hooks.js';
import type { AttemptInfo, DeliveryInfo, Deliveries, WebhookInfo } from '../../client/hooks.js';
import { AdminSection } from './base.js';
import { h, hOf } from './hooks-words.js';
import './decisions.js';

type Ask = 'inspect' | 'remove';

@customElement('parlor-admin-hooks')
export class AdminHooks extends AdminSection {
  @state() private list: WebhookInfo[] | undefined;
  @state() private secret = '';
  @state() private asking: { id: string; what: Ask } | null = null;
  @state() private seen: Deliveries | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(() => this.load());
  }

  private async load(): Promise<void> {
    this.list = await api.webhooks();
    if (this.asking?.what === 'inspect') this.seen = await api.webhookDeliveries(this.asking.id);
  }

  /** Does it, loads anew, and says what `action` said. */
  private async act(action: () => Promise<string>): Promise<void> {
    let note = '';
    const good = await this.run(async () => {
      note = await action();
      await this.load();
    });
    if (good) this.note = note;
  }

  private add(event: Event): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    void this.run(async () => {
      this.secret = await api.addWebhook({
        url: this.value('wh-url'),
        types: this.value('wh-types')
          .split(/[\s,]+/)
          .filter(Boolean),
        scopes: this.checked('wh-content'),
        note: this.value('wh-note'),
      });
      form.reset();
      await this.load();
      void this.reveal();
    });
  }

  private test(one: WebhookInfo): void {
    void this.act(async () => {
      const said = await api.testWebhook(one.id);
      const why = said.failure ?? String(said.status);
      return said.ok
        ? h('test_ok', { status: said.status, ms: said.elapsed_ms })
        : h('test_bad', { why, ms: said.elapsed_ms });
    });
  }

  private toggle(one: WebhookInfo): void {
    const next = one.state === 'active' ? 'paused' : 'active';
    void this.act(async () => {
      await api.setWebhookState(one.id, next);
      return '';
    });
  }

  private rotate(one: WebhookInfo): void {
    void this.act(async () => {
      this.secret = await api.rotateWebhook(one.id);
      void this.reveal();
      return h('rotated');
    });
  }

  private drop(one: WebhookInfo): void {
    void this.act(async () => {
      await api.removeWebhook(one.id);
      this.asking = null;
      return '';
    });
  }

  private resend(one: WebhookInfo, what: { event: string } | { dead: true }): void {
    void this.act(async () => h('resent', { n: await api.replayWebhook(one.id, what) }));
  }

  private open(one: WebhookInfo, what: Ask): void {
    const same = this.asking?.id === one.id && this.asking.what === what;
    this.asking = same ? null : { id: one.id, what };
    this.seen = null;
    if (!same && what === 'inspect') void this.run(() => this.load());
  }

  private stateWords(one: WebhookInfo): string {
    return one.state === 'active' && one.down ? h('state_down') : hOf('state_', one.state);
  }

  private delivery(one: WebhookInfo, row: DeliveryInfo): TemplateResult {
    const words = hOf('d_', row.state, { when: this.when(row.next_at), n: row.attempts });
    const why = row.state === 'delivered' ? '' : (row.failure ?? (row.status || ''));
    return html`<li data-testid="delivery" data-off=${row.state === 'dead'}>
      <div class="who">
        <b>${row.type}</b><span><code>${row.event}</code> ${row.entity}</span><em>${words}</em>
        <span>${why}</span>
      </div>
      <div class="acts">
        <button
          class="button quiet"
          data-testid="resend"
          ?disabled=${this.busy || row.state === 'waiting' || row.state === 'retry'}
          @click=${() => this.resend(one, { event: row.event })}
        >
          ${h('resend')}
        </button>
      </div>
    </li>`;
  }

  private attempt(one: WebhookInfo, row: AttemptInfo): TemplateResult {
    const good = row.status >= 200 && row.status < 300;
    return html`<li data-testid="attempt" data-off=${!good}>
      <div class="who">
        <b>${row.type}</b><span>${this.when(row.at)}</span> <em>${row.failure ?? row.status}</em
        ><span>${row.elapsed_ms} ms</span>
      </div>
      ${
        good
          ? html`<div class="acts">
              <button
                class="button quiet"
                ?disabled=${this.busy}
                @click=${() => this.resend(one, { event: row.event })}
              >
                ${h('resend')}
              </button>
            </div>`
          : nothing
      }
    </li>`;
  }

  private inspector(one: WebhookInfo): TemplateResult {
    const { seen } = this;
    if (!seen) return this.waiting() as TemplateResult;
    const dead = seen.deliveries.some((row) => row.state === 'dead');
    return html`<div class="edit" data-testid="inspector">
      <h3>${h('not_at_once')}</h3>
      ${seen.deliveries.length ? nothing : html`<p class="muted">${h('all_well')}</p>`}
      ${
        dead
          ? html`<button class="button" @click=${() => this.resend(one, { dead: true })}>
              ${h('resend_dead')}
            </button>`
          : nothing
      }
      <ul class="rows">
        ${seen.deliveries.map((row) => this.delivery(one, row))}
      </ul>
      <h3>${h('attempts')}</h3>
      <ul class="rows">
        ${seen.attempts.slice(0, 20).map((row) => this.attempt(one, row))}
      </ul>
    </div>`;
  }

  private sure(one: WebhookInfo): TemplateResult {
    return html`<div class="edit" role="alertdialog" aria-label=${h('remove')}>
      <p>${h('sure')}</p>
      <button class="button grave" data-testid="wh-sure" @click=${() => this.drop(one)}>
        ${h('remove')}
      </button>
    </div>`;
  }

  private button(words: string, testid: string, go: () => void): TemplateResult {
    return html`<button
      class="button quiet"
      data-testid=${testid}
      ?disabled=${this.busy}
      @click=${go}
    >
      ${words}
    </button>`;
  }

  private row(one: WebhookInfo): TemplateResult {
    const asked = this.asking?.id === one.id ? this.asking.what : null;
    return html`<li data-testid="webhook-row" data-off=${one.state !== 'active' || one.down}>
      <div class="who">
        <b>${one.note || one.url}</b><span>${one.note ? one.url : ''}</span>
        <em>${this.stateWords(one)}</em>
      </div>
      <div class="tags">${[...one.types, ...one.scopes].map((word) => html`<i>${word}</i>`)}</div>
      <span class="muted">${one.waiting ? h('waiting', { n: one.waiting }) : ''}</span>
      <div class="acts">
        ${this.button(h('test'), 'wh-test', () => this.test(one))}
        ${this.button(h('inspect'), 'wh-inspect', () => this.open(one, 'inspect'))}
        ${this.button(one.state === 'active' ? h('pause') : h('resume'), 'wh-pause', () => this.toggle(one))}
        ${this.button(h('rotate'), 'wh-rotate', () => this.rotate(one))}
        ${this.button(h('remove'), 'wh-remove', () => this.open(one, 'remove'))}
      </div>
      ${asked === 'inspect' ? this.inspector(one) : nothing}
      ${asked === 'remove' ? this.sure(one) : nothing}
    </li>`;
  }

  private shown(): TemplateResult | typeof nothing {
    if (!this.secret) return nothing;
    return html`<section class="shown" role="status" data-testid="wh-secret">
      <p>${h('secret_once')}</p>
      ${this.copyable(h('secret'), this.secret)}
    </section>`;
  }

  private form(): TemplateResult {
    return html`<form class="sheet" @submit=${(event: Event) => this.add(event)}>
      <h2>${h('add')}</h2>
      ${this.input('wh-url', h('url'), '', { type: 'url', hint: 'https://crm.example/events', required: true })}
      ${this.input('wh-types', h('types'), '*', { hint: h('types_hint'), required: true })}
      ${this.input('wh-note', h('note'))}
      ${this.boxes('wh-content', [['content', h('content')]], [])}
      <button class="button primary" data-testid="wh-add" ?disabled=${this.busy}>
        ${h('add')}
      </button>
    </form>`;
  }

  protected override render(): TemplateResult {
    return html`<h1>${h('webhooks')}</h1>
      <p class="muted">${h('webhooks_lead')}</p>
      ${this.messages()}${this.shown()}${this.list ? nothing : this.waiting()}
      ${this.list?.length === 0 ? html`<p class="muted">${h('none')}</p>` : nothing}
      <ul class="rows">
        ${this.list?.map((one) => this.row(one))}
      </ul>
      ${this.form()}
      <parlor-admin-decisions .session=${this.session}></parlor-admin-decisions>`;
  }
}
