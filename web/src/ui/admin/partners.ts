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
  sure_revoke: [
    'Whoever has the link of {company} comes in no more.',
    '持有“{company}”链接的人将不能再进入。',
  ],
  sure_renew: [
    'The link that {company} has now stops working, and a new one takes its place.',
    '“{company}”现有的链接将失效，由新链接代替。',
  ],
  none: ['There are none yet.', '暂无外部伙伴。'],
  s_open: ['not used yet', '尚未使用'],
  s_used: ['times used: {n}', '已使用 {n} 次'],
  s_revoked: ['revoked', '已撤销'],
} as const;

function p(key: keyof typeof WORDS, n = 0, company = ''): string {
  return WORDS[key][lang() === 'en' ? 0 : 1]
    .replace('{n}', String(n))
    .replace('{company}', () => company);
}

type Deed = 'revoke' | 'renew';

@customElement('parlor-admin-partners')
export class AdminPartners extends AdminSection {
  @state() private partners: Partner[] | undefined;
  /** What was asked whether it is meant: the link is in somebody else's hands. */
  @state() private asking: { id: string; what: Deed } | null = null;

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
      this.asking = null;
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

  private ask(one: Partner, what: Deed): void {
    const same = this.asking?.id === one.id && this.asking.what === what;
    this.asking = same ? null : { id: one.id, what };
  }

  private sure(one: Partner, what: Deed): TemplateResult {
    const deed = what === 'revoke' ? revokePartner : renewPartner;
    return this.removal(p(`sure_${what}`, 0, one.company), p(what), () =>
      this.act(() => deed(one.id)),
    );
  }

  private row(one: Partner): TemplateResult {
    const gone = one.state === 'revoked';
    const asked = this.asking?.id === one.id ? this.asking.what : null;
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
        <button
          class="button quiet"
          data-testid="partner-renew"
          @click=${() => (gone ? this.act(() => renewPartner(one.id)) : this.ask(one, 'renew'))}
        >
          ${p('renew')}
        </button>
        <button
          class="button quiet"
          ?disabled=${gone}
          data-testid="partner-revoke"
          @click=${() => this.ask(one, 'revoke')}
        >
          ${p('revoke')}
        </button>
      </div>
      ${asked ? this.sure(one, asked) : ''}
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
