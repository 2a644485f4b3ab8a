/** At the head of a rep's own page: who he is, whether he is here, and the way to him. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { PublicCard } from '../client/rep-card.js';
import { ownThread, unread } from '../room/desk-state.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import './rep-face.js';
import type { ServiceSheet } from './service-sheet.js';
import './styles/adviser.css';

const WORDS = {
  here: ['Here now', '在线'],
  busy: ['With somebody now: answers in turn', '正在接待：会依次回复'],
  away: ['Away now. A colleague answers, or leave a message', '暂时不在，可由同事接待，也可留言'],
  talk: ['Talk to {name}', '联系{name}'],
  open: ['Open the conversation', '打开对话'],
  new_: ['{n} new', '{n} 条新消息'],
  other: [
    'Your own adviser here is {name}: what you write reaches {name}.',
    '您在这里的专属顾问是{name}：您写的话会送到{name}。',
  ],
  left: [
    'This adviser has left. A colleague is glad to help.',
    '这位顾问已离开，同事乐意为您服务。',
  ],
  somebody: ['Talk to us', '专人服务'],
  unknown: [
    'There is no such page. Ask whoever gave you the link for a new one.',
    '没有这个页面。请向给您链接的人要一个新的。',
  ],
} as const;

function word(key: keyof typeof WORDS, params: Record<string, string | number> = {}): string {
  const text: string = WORDS[key][lang() === 'en' ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''));
}

@customElement('parlor-brand-rep')
export class BrandRep extends Plain {
  /** NULL: there is no such rep. */
  @property({ attribute: false }) about: PublicCard | null = null;
  /** NULL until it stands on the page. */
  @property({ attribute: false }) sheet: ServiceSheet | null = null;
  @property({ attribute: 'brand-name' }) brandName = '';
  private watched = false;

  protected override willUpdate(): void {
    const { sheet } = this;
    if (!sheet || this.watched) return;
    this.watched = true;
    this.whileConnected(sheet.desk.store.watch(() => this.requestUpdate()));
  }

  private state(presence: string): string {
    if (presence === 'available') return word('here');
    return word(
      presence === 'full' || presence === 'in_call' || presence === 'wrap_up' ? 'busy' : 'away',
    );
  }

  private way(label: string, fresh = 0): TemplateResult {
    return html`${fresh ? html`<strong role="status">${word('new_', { n: fresh })}</strong>` : nothing}
      <button
        class="button primary"
        data-testid="rep-talk"
        ?disabled=${!this.sheet}
        @click=${() => this.sheet?.tap()}
      >
        ${label}
      </button>`;
  }

  protected override render(): TemplateResult {
    const { about, sheet } = this;
    if (!about) return html`<p class="adviser" role="alert">${word('unknown')}</p>`;
    const { rep } = about;
    if (!rep)
      return html`<section class="adviser" data-testid="rep-page">
        <p>${word('left')}</p>
        ${this.way(word('somebody'))}
      </section>`;
    const thread = sheet ? ownThread(sheet.desk.state) : null;
    const other = thread?.rep && thread.rep.id !== rep.id ? thread.rep.name : '';
    return html`<section class="adviser" data-testid="rep-page" data-presence=${rep.presence}>
      <parlor-rep-face
        .rep=${rep}
        brand=${about.brand}
        brand-name=${this.brandName}
      ></parlor-rep-face>
      <p>${other ? word('other', { name: other }) : this.state(rep.presence)}</p>
      ${
        thread
          ? this.way(word('open'), sheet ? unread(sheet.desk.state, thread, 'customer') : 0)
          : this.way(word('talk', { name: rep.name }))
      }
    </section>`;
  }
}
