/** On a brand's page: the viewer's own adviser, and how much is new from him. Fetched when he has one. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { ownThread, unread } from '../room/desk-state.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import { icon } from './icons.js';
import './rep-face.js';
import type { ServiceSheet } from './service-sheet.js';
import './styles/adviser.css';

const WORDS = {
  yours: ['Your adviser', '您的顾问'],
  waits: ['Your message has arrived: an adviser answers it here', '留言已收到，顾问会在这里回复您'],
  new_: ['{n} new', '{n} 条新消息'],
  open: ['Open the conversation', '打开对话'],
} as const;
const word = (key: keyof typeof WORDS): string => WORDS[key][lang() === 'en' ? 0 : 1];

@customElement('parlor-brand-adviser')
export class BrandAdviser extends Plain {
  @property({ attribute: false }) sheet!: ServiceSheet;

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(this.sheet.desk.store.watch(() => this.requestUpdate()));
  }

  protected override render(): TemplateResult | typeof nothing {
    const { state } = this.sheet.desk;
    const thread = ownThread(state);
    if (!thread) return nothing;
    const fresh = unread(state, thread, 'customer');
    return html`<section class="adviser" data-testid="adviser" data-new=${fresh}>
      ${
        thread.rep
          ? html`<parlor-rep-face
              .rep=${thread.rep}
              brand=${state.brand}
              brand-name=${state.brandName}
            ></parlor-rep-face>`
          : html`<span class="face plain">${icon('chat')}</span>`
      }
      <p>
        ${thread.rep ? word('yours') : word('waits')}
        ${fresh ? html`<strong role="status">${word('new_').replace('{n}', String(fresh))}</strong>` : nothing}
      </p>
      <button
        class="button ${fresh ? 'primary' : ''}"
        data-testid="adviser-open"
        @click=${() => this.sheet.tap()}
      >
        ${word('open')}
      </button>
    </section>`;
  }
}
