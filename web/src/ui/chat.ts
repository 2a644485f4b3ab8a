/** Messages to everybody, with what was said before one came. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { randomName } from '../client/storage.js';
import { CHAT_MAX_CHARS, type ChatMessage } from '../protocol/messages.js';
import type { Seal } from '../media/seal.js';
import { may } from '../room/state.js';
import { InMeeting } from './base.js';
import { externalSign } from './external.js';
import { lang, t } from './i18n/index.js';
import { icon } from './icons.js';
import { linked } from './linked.js';

interface Outgoing {
  clientId: string;
  text: string;
  failed: boolean;
}

/** Messages of one person within this time stand under one name. */
const TOGETHER_MS = 120_000;
/** Closer to the end than this, new messages are scrolled to. */
const NEAR_END_PX = 60;
/** What is sealed is longer: CHAT_MAX_CHARS of base64, at most three bytes a character. */
const SEALED_MAX_CHARS = 900;

@customElement('parlor-chat')
export class Chat extends InMeeting {
  @state() private outgoing: Outgoing[] = [];
  private followed = true;
  /** Of an encrypted meeting: what was opened, by id; null: of another key. */
  private readonly opened = new Map<string, string | null>();

  override connectedCallback(): void {
    super.connectedCallback();
    this.app.session.dispatch({ t: 'local/chat-open', open: true });
    this.whileConnected(() => this.app.session.dispatch({ t: 'local/chat-open', open: false }));
  }

  protected override firstUpdated(): void {
    this.querySelector('textarea')?.focus({ preventScroll: true });
  }

  protected override updated(): void {
    const list = this.querySelector('.chat-list');
    if (list && this.followed) list.scrollTop = list.scrollHeight;
  }

  private readonly onScroll = (event: Event): void => {
    const list = event.target as HTMLElement;
    this.followed = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX;
  };

  private get seal(): Seal | null {
    return this.app.engine.seal;
  }

  private get maxChars(): number {
    return this.seal ? SEALED_MAX_CHARS : CHAT_MAX_CHARS;
  }

  private submit(event: Event): void {
    event.preventDefault();
    const box = this.querySelector('textarea');
    const text = box?.value.trim().slice(0, this.maxChars) ?? '';
    if (!box || !text) return;
    box.value = '';
    this.followed = true;
    void this.send({ clientId: randomName(), text, failed: false });
  }

  /** The same client id twice is one message, so sending again is safe. */
  private async send(message: Outgoing): Promise<void> {
    if (Boolean(this.room.room?.end_to_end) !== Boolean(this.seal)) return;
    const others = (): Outgoing[] =>
      this.outgoing.filter((one) => one.clientId !== message.clientId);
    this.outgoing = [...others(), { ...message, failed: false }];
    try {
      const text = (await this.seal?.sealText(message.text)) ?? message.text;
      await this.app.session.chat(text, message.clientId);
      this.outgoing = others();
    } catch {
      this.outgoing = [...others(), { ...message, failed: true }];
    }
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    this.submit(event);
  };

  protected override render(): TemplateResult {
    const { chat } = this.room;
    const sent = new Set(chat.map((one) => one.client_id));
    const pending = this.outgoing.filter((one) => !sent.has(one.clientId));
    return html`
      <div
        class="chat-list"
        role="log"
        tabindex="0"
        aria-label=${t('chat')}
        data-testid="chat-list"
        @scroll=${this.onScroll}
      >
        ${
          chat.length + pending.length === 0
            ? html`<p class="empty">${t('chat_empty')}</p>`
            : nothing
        }
        ${repeat(
          chat,
          (one) => one.id,
          (one, i) => this.message(one, chat[i - 1]),
        )}
        ${pending.map((one) => this.pending(one))}
      </div>
      ${may(this.room, 'chat') ? this.form() : html`<p class="empty">${t('chat_forbidden')}</p>`}
    `;
  }

  private message(one: ChatMessage, before: ChatMessage | undefined): TemplateResult {
    const mine = one.participant === this.room.me;
    const follows = before?.participant === one.participant && one.at - before.at < TOGETHER_MS;
    const time = new Date(one.at);
    return html`<article class="message ${mine ? 'mine' : ''}" data-testid="chat-message">
      ${
        follows
          ? nothing
          : html`<header>
              <b>${mine ? t('you') : one.name}</b> ${externalSign(one.company)}
              <time datetime=${time.toISOString()}
                >${time.toLocaleTimeString(lang(), { hour: '2-digit', minute: '2-digit' })}</time
              >
            </header>`
      }
      <p>${this.words(one)}</p>
    </article>`;
  }

  /** In an encrypted meeting nothing counts that is not of its key. */
  private words({ id, text }: ChatMessage): unknown {
    if (!this.seal) return linked(text);
    const plain = this.opened.get(id);
    if (typeof plain === 'string') return linked(plain);
    if (plain === undefined) void this.unseal(id, text);
    return html`<i class="muted">${plain === null ? '🔒 ?' : '…'}</i>`;
  }

  private async unseal(id: string, text: string): Promise<void> {
    this.opened.set(id, (await this.seal?.openText(text)) ?? null);
    this.requestUpdate();
  }

  private pending(one: Outgoing): TemplateResult {
    return html`<article class="message mine pending">
      <p>${one.text}</p>
      ${
        one.failed
          ? html`<button class="link error" @click=${() => this.send(one)}>
              ${t('chat_failed')}
            </button>`
          : nothing
      }
    </article>`;
  }

  private form(): TemplateResult {
    return html`<form class="chat-form" @submit=${(event: Event) => this.submit(event)}>
      <textarea
        rows="1"
        data-testid="chat-input"
        maxlength=${this.maxChars}
        placeholder=${t('chat_placeholder')}
        aria-label=${t('chat_placeholder')}
        @keydown=${this.onKey}
      ></textarea>
      <button class="button primary icon-only" data-testid="chat-send" aria-label=${t('chat_send')}>
        ${icon('arrow')}
      </button>
    </form>`;
  }
}
