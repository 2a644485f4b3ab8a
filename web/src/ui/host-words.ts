/** Words to everybody in the room, and how many have had them. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { BadMessage, bool, def, num, shape, str, type Checked } from '../protocol/check.js';
import type { ServerMessage } from '../protocol/messages.js';
import type { Session } from '../room/session.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import './styles/broadcast.css';

const WORDS = {
  text: ['Words to everybody in this room', '发给房间里所有人的话'],
  confirm: ['Ask everybody to confirm', '请每个人确认已读'],
  send: ['Send', '发送'],
  end: ['Take back', '撤回'],
  shown: ['seen by {n}', '{n} 人已看到'],
  confirmed: ['confirmed by {n}', '{n} 人已确认'],
  late: ['Whoever comes within an hour sees it too.', '一小时内进来的观众也会看到。'],
} satisfies Record<string, [en: string, zh: string]>;

function word(key: keyof typeof WORDS, n: number | string = ''): string {
  return WORDS[key][lang() === 'en' ? 0 : 1].replace('{n}', String(n));
}

const sent = shape({ id: str, text: str, confirm: def(bool, false), until: def(num, 0) });
type Sent = Checked<typeof sent> & { shown: number; confirmed: number };

@customElement('parlor-to-all')
export class ToAll extends Plain {
  @property({ attribute: false }) session!: Session;
  @state() private list: Sent[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const { media } = this.session;
    if (!media) return;
    const told = media.told.bind(media);
    media.told = (message) => {
      told(message);
      this.take(message);
    };
    this.whileConnected(() => (media.told = told));
    this.session.tell({ t: 'broadcasts' });
  }

  private take(message: ServerMessage): void {
    if (message.t === 'broadcast_over')
      this.list = this.list.filter((one) => one.id !== message.broadcast);
    if (message.t === 'broadcast_count') {
      const { broadcast, shown, confirmed } = message;
      this.list = this.list.map((one) =>
        one.id === broadcast ? { ...one, shown, confirmed } : one,
      );
    }
    if (message.t !== 'broadcast') return;
    try {
      const one = sent(message.broadcast, '$.broadcast');
      if (!this.list.some((other) => other.id === one.id))
        this.list = [{ ...one, shown: 0, confirmed: 0 }, ...this.list];
    } catch (error) {
      if (!(error instanceof BadMessage)) throw error;
    }
  }

  private readonly send = (event: Event): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const text = String(data.get('text') ?? '').trim();
    if (!text) return;
    const confirm = data.get('confirm') !== null;
    this.session.tell({ t: 'broadcast', text, confirm, client_id: crypto.randomUUID() });
    form.reset();
  };

  private one(item: Sent): TemplateResult {
    return html`<li class="host-row" data-testid="to-all-sent" data-id=${item.id}>
      <span class="shelf-words"
        ><strong>${item.text}</strong>
        <span data-testid="to-all-shown">${word('shown', item.shown)}</span>
        ${item.confirm ? html`<span>${word('confirmed', item.confirmed)}</span>` : nothing}</span
      >
      <button
        class="button quiet"
        @click=${() => this.session.tell({ t: 'broadcast_end', broadcast: item.id })}
      >
        ${word('end')}
      </button>
    </li>`;
  }

  protected override render(): TemplateResult {
    return html`<section class="rules">
      <form @submit=${this.send}>
        <label class="field"
          ><span>${word('text')}</span>
          <textarea
            name="text"
            rows="3"
            maxlength="500"
            required
            data-testid="to-all-text"
          ></textarea>
        </label>
        <label class="words-check"
          ><input type="checkbox" name="confirm" /><span>${word('confirm')}</span></label
        >
        <p class="hint">${word('late')}</p>
        <button class="button primary" data-testid="to-all-send">${word('send')}</button>
      </form>
      <ul class="shelf">
        ${this.list.map((item) => this.one(item))}
      </ul>
    </section>`;
  }
}
