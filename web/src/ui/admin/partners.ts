/** Settings → People, below: partners of other companies, their durable links. */
import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import {
  addPartner,
  loadPartners,
  renewPartner,
  revokePartner,
  type Partner,
} from '../../client/plans.js';
import { lang } from '../i18n/index.js';
import { AdminSection } from './base.js';
import { w } from './words.js';

const WORDS = {
  title: ['Partners', '外部伙伴'],
  lead: [
    'Who opens such a link is shown as external, with the company’s name, in every meeting that lets partners in.',
    '打开此链接的人，在允许外部伙伴的会议中始终显示为“外部 · 公司名”。',
  ],
  company: ['Company', '公司'],
  name: ['Name (may be empty)', '姓名（可不填）'],
  contact: ['Contact (may be empty)', '联系方式（可不填）'],
  add: ['Add a partner', '添加外部伙伴'],
  revoke: ['Revoke', '撤销'],
  renew: ['New link', '新链接'],
  link: ['Link', '链接'],
  none: ['There are none yet.', '暂无外部伙伴。'],
  s_open: ['not used yet', '尚未使用'],
  s_used: ['used {n} times', '已使用 {n} 次'],
  s_revoked: ['revoked', '已撤销'],
} as const;

function p(key: keyof typeof WORDS, n = 0): string {
  return WORDS[key][lang() === 'en' ? 0 : 1].replace('{n}', String(n));
}

@customElement('parlor-admin-partners')
export class AdminPartners extends AdminSection {
  @state() private partners: Partner[] | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(() => this.load());
  }

  private async load(): Promise<void> {
    this.partners = await loadPartners();
  }

  private act(action: () => Promise<unknown>): void {
    void this.run(async () => {
      await action();
      await this.load();
    });
  }

  private add(event: Event): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    this.act(async () => {
      await addPartner(
        this.value('company'),
        this.value('partner-name'),
        this.value('partner-contact'),
      );
      form.reset();
    });
  }

  private row(one: Partner): TemplateResult {
    const gone = one.state === 'revoked';
    const words = gone ? p('s_revoked') : one.uses > 0 ? p('s_used', one.uses) : p('s_open');
    return html`<li data-testid="partner-row" data-off=${gone}>
      <div class="who"><b>${one.company}</b><span>${one.name} ${one.contact}</span></div>
      <span class="muted">${words}</span>
      <div class="acts">
        <button
          class="button quiet"
          ?disabled=${!one.url}
          data-testid="partner-copy"
          @click=${() => this.copy(one.url ?? '')}
        >
          ${w('copy')}
        </button>
        <button class="button quiet" @click=${() => this.act(() => renewPartner(one.id))}>
          ${p('renew')}
        </button>
        <button
          class="button quiet"
          ?disabled=${gone}
          data-testid="partner-revoke"
          @click=${() => this.act(() => revokePartner(one.id))}
        >
          ${p('revoke')}
        </button>
      </div>
    </li>`;
  }

  protected override render(): TemplateResult {
    return html`<h2>${p('title')}</h2>
      <p class="muted">${p('lead')}</p>
      ${this.messages()}
      ${this.partners?.length === 0 ? html`<p class="muted">${p('none')}</p>` : ''}
      <ul class="rows">
        ${this.partners?.map((one) => this.row(one))}
      </ul>
      <form class="sheet" @submit=${(event: Event) => this.add(event)}>
        <h2>${p('add')}</h2>
        ${this.input('company', p('company'), '', { required: true })}
        ${this.input('partner-name', p('name'))} ${this.input('partner-contact', p('contact'))}
        <button class="button primary" data-testid="partner-add" ?disabled=${this.busy}>
          ${p('add')}
        </button>
      </form>`;
  }
}
