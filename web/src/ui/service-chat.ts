/** What was said in one conversation, and the box to say more; the visitor's and the rep's alike. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { fromServer } from '../client/place.js';
import type { Desk } from '../room/desk.js';
import type { Outgoing } from '../room/desk-state.js';
import type { Message, Thread } from '../protocol/service.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import { clockTime, st } from './i18n/service.js';
import { draw, icon } from './icons.js';

const PICTURE = svg`<rect x="3.5" y="5" width="17" height="14" rx="2.5"/><path d="m4 16.500 4.500-4.500 3.500 3.500 2.500-2.500 5.500 5.500M15.500 9h.01"/>`;
const NEAR_END_PX = 60;
const TYPING_MS = 5000;
const TEXT_MAX = 4000;

/** Drafts outlive the tab's reload, one a conversation. */
function draftKey(conversation: string): string {
  return `parlor.draft.${conversation}`;
}

export function draftOf(conversation: string): string {
  try {
    return sessionStorage.getItem(draftKey(conversation)) ?? '';
  } catch {
    return '';
  }
}

function keepDraft(conversation: string, text: string): void {
  try {
    if (text) sessionStorage.setItem(draftKey(conversation), text);
    else sessionStorage.removeItem(draftKey(conversation));
  } catch {
    /* It is still in the box. */
  }
}

/** To make one takes milliseconds, and each message has a time. */
const clocks = new Map<string, Intl.DateTimeFormat>();

export function timeOfDay(time: Date): string {
  let clock = clocks.get(lang());
  if (!clock) {
    clock = new Intl.DateTimeFormat(lang(), { hour: '2-digit', minute: '2-digit' });
    clocks.set(lang(), clock);
  }
  return clock.format(time);
}

@customElement('parlor-service-chat')
export class ServiceChat extends Plain {
  @property({ attribute: false }) desk!: Desk;
  @property() conversation = '';
  @property() as: 'customer' | 'rep' = 'customer';
  /** Nothing may be written (any more). */
  @property({ type: Boolean }) closed = false;
  @state() private sending = false;
  @state() private trouble = '';
  private followed = true;
  private asked = '';
  private tick = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(this.desk.store.watch(() => this.requestUpdate()));
    this.tick = window.setInterval(() => this.requestUpdate(), TYPING_MS);
    this.whileConnected(() => clearInterval(this.tick));
    const look = (): void => this.look();
    document.addEventListener('visibilitychange', look);
    this.whileConnected(() => document.removeEventListener('visibilitychange', look));
  }

  private get thread(): Thread | undefined {
    return this.desk.state.threads[this.conversation];
  }

  protected override willUpdate(): void {
    if (this.asked === this.conversation) return;
    this.asked = this.conversation;
    this.followed = true;
    this.desk.history(this.conversation);
  }

  protected override updated(changed: Map<string, unknown>): void {
    const box = this.querySelector('textarea');
    if (box && changed.has('conversation')) {
      box.value = draftOf(this.conversation);
      this.fit(box);
    }
    const list = this.querySelector('.said');
    if (list && this.followed) list.scrollTop = list.scrollHeight;
    this.look();
  }

  /** What is on the screen of somebody who looks is read. */
  private look(): void {
    const thread = this.thread;
    if (!thread || document.hidden || !this.isConnected || this.closest('[hidden]')) return;
    const last = this.desk.state.messages[this.conversation]?.at(-1)?.seq ?? 0;
    const read = this.as === 'customer' ? thread.read_by_customer : thread.read_by_rep;
    if (last > read) this.desk.seen(this.conversation, last);
  }

  private readonly onScroll = (event: Event): void => {
    const list = event.target as HTMLElement;
    this.followed = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX;
  };

  private fit(box: HTMLTextAreaElement): void {
    box.style.height = 'auto';
    box.style.height = `${Math.min(box.scrollHeight, 96)}px`;
  }

  private readonly onInput = (event: Event): void => {
    const box = event.target as HTMLTextAreaElement;
    keepDraft(this.conversation, box.value);
    this.fit(box);
    if (box.value) this.desk.typing(this.conversation);
  };

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    this.submit(event);
  };

  private submit(event: Event): void {
    event.preventDefault();
    const box = this.querySelector('textarea');
    const text = box?.value.trim().slice(0, TEXT_MAX) ?? '';
    if (!box || !text) return;
    box.value = '';
    keepDraft(this.conversation, '');
    this.fit(box);
    this.followed = true;
    this.desk.say(this.conversation, text);
    box.focus({ preventScroll: true });
  }

  protected override render(): TemplateResult {
    const { state } = this.desk;
    const said = state.messages[this.conversation] ?? [];
    const known = new Set(said.map((one) => one.client_id));
    const pending = state.outgoing.filter(
      (one) => one.conversation === this.conversation && !known.has(one.clientId),
    );
    return html`<div
        class="said"
        role="log"
        tabindex="0"
        aria-live="polite"
        data-testid="said"
        @scroll=${this.onScroll}
      >
        ${
          state.more[this.conversation]
            ? html`<button class="link" @click=${() => this.desk.history(this.conversation)}>
                ${st('earlier')}
              </button>`
            : nothing
        }
        ${repeat(
          said,
          (one) => one.id,
          (one) => this.message(one),
        )}
        ${pending.map((one) => this.pending(one))} ${this.foot(said)}
      </div>
      ${this.closed ? nothing : this.form()}`;
  }

  private message(one: Message): TemplateResult {
    if (one.kind === 'call') return this.callLine(one);
    if (one.kind === 'upgrade') {
      return html`<parlor-care-line
        .desk=${this.desk}
        .said=${one}
        as=${this.as}
      ></parlor-care-line>`;
    }
    if (one.by === 'system') {
      return html`<p class="line">${one.text || st('transferred', { name: this.ownName() })}</p>`;
    }
    const mine = one.by === this.as;
    const time = new Date(one.at);
    return html`<article
      class="bubble ${mine ? 'mine' : ''}"
      data-testid="bubble"
      data-by=${one.by}
    >
      ${this.body(one)}
      <time datetime=${time.toISOString()}>
        ${this.author(one)}${timeOfDay(time)}
        ${one.stream_ms === null ? nothing : html`· ${clockTime(one.stream_ms)}`}
      </time>
      ${this.thumbs(one)}
    </article>`;
  }

  /** Words, a picture, a product, or a document of the brand. */
  private body(one: Message): TemplateResult {
    const data = (one.data ?? {}) as Record<string, unknown>;
    const text = (name: string): string => (typeof data[name] === 'string' ? data[name] : '');
    const size = (name: string): number => Number(data[name]) || 1;
    if (one.kind === 'image' && text('upload')) {
      const address = fromServer(`/v1/uploads/${encodeURIComponent(text('upload'))}`);
      return html`<a href=${address} target="_blank" rel="noreferrer"
        ><img
          class="picture"
          crossorigin="anonymous"
          src=${address}
          width=${size('width')}
          height=${size('height')}
          alt=${st('picture')}
          loading="lazy"
      /></a>`;
    }
    if (one.kind === 'material' && text('link').startsWith('/f/')) {
      return html`<a
          class="document"
          href=${fromServer(text('link'))}
          target="_blank"
          rel="noreferrer"
          >${icon('copy')}<span>${text('title')} ${text('edition')}</span></a
        >${data['unconfirmed'] ? html`<p><small>${st('unconfirmed')}</small></p>` : nothing}`;
    }
    if (one.kind === 'product') return this.product(text, one.by === 'customer');
    return html`<p>${one.text}</p>`;
  }

  /** As it stood on the shelf when it was said. Whoever plays the stream may show it there; else it is a link to the shop. */
  private product(text: (name: string) => string, asked: boolean): TemplateResult {
    const name = text('title') || text('sku');
    const shop = /^https:\/\//.test(text('url')) ? text('url') : '';
    if (asked || !text('image')) return html`<p>${st('about_product', { name })}</p>`;
    const shown = (event: Event): void => {
      const open = new CustomEvent('parlor-show', {
        detail: text('sku'),
        bubbles: true,
        composed: true,
        cancelable: true,
      });
      if (!this.dispatchEvent(open) || !shop) event.preventDefault();
    };
    return html`<a
      class="product-said"
      data-testid="product-said"
      href=${shop || (this.closest('[data-shows]') ? '#' : nothing)}
      target="_blank"
      rel="noopener noreferrer"
      @click=${shown}
      ><img src=${fromServer(text('image'))} alt="" loading="lazy" /><span
        ><b>${name}</b><small>${text('price')}</small></span
      ></a
    >`;
  }

  private async picture(event: Event): Promise<void> {
    const box = event.target as HTMLInputElement;
    const file = box.files?.[0];
    box.value = '';
    if (!file) return;
    this.trouble = '';
    this.sending = true;
    try {
      await this.desk.picture(this.conversation, file);
    } catch {
      this.trouble = st('picture_failed');
    }
    this.sending = false;
  }

  /** The customer is told who answers; a rep, what a colleague or the bot has said. */
  private author(one: Message): string {
    if (one.by === 'bot' || one.by !== this.as)
      return this.as === 'rep' && one.by === 'customer' ? '' : `${this.nameOf(one)} · `;
    const other = this.as === 'rep' && one.name && one.name !== this.desk.state.me?.name;
    return other ? `${one.name} · ` : '';
  }

  private nameOf(one: Message): string {
    return one.by === 'bot' ? st('bot_name') : one.name;
  }

  /** A thumb down under what the bot said brings a human. */
  private thumbs(one: Message): TemplateResult | typeof nothing {
    const asked = this.as === 'customer' && one.by === 'bot' && this.thread?.state === 'bot';
    if (!asked) return nothing;
    return html`<button
      class="link"
      data-testid="thumb-down"
      @click=${() => this.desk.feedback(this.conversation, one.id, false)}
    >
      ${st('not_helpful')}
    </button>`;
  }

  private callLine(one: Message): TemplateResult {
    const { seconds = 0 } = (one.data ?? {}) as { seconds?: number };
    return html`<p class="line">
      ${seconds ? st('call_done', { time: clockTime(seconds * 1000) }) : st('call_missed')}
    </p>`;
  }

  private pending(one: Outgoing): TemplateResult {
    return html`<article class="bubble mine pending">
      <p>${one.text}</p>
      ${
        one.failed
          ? html`<button class="link" @click=${() => this.desk.again(one)}>${st('again')}</button>`
          : nothing
      }
    </article>`;
  }

  private ownName(): string {
    return this.thread?.rep?.name ?? '';
  }

  private foot(said: Message[]): TemplateResult | typeof nothing {
    const thread = this.thread;
    const typed = this.desk.state.typing[this.conversation] ?? 0;
    if (thread && Date.now() - typed < TYPING_MS) {
      const name =
        this.as === 'customer'
          ? (thread.assignee?.name ?? this.ownName())
          : (thread.customer?.display ?? '');
      return html`<p class="line typing">${name ? st('typing', { name }) : st('typing_any')}</p>`;
    }
    const last = said.at(-1);
    const read = this.as === 'customer' ? thread?.read_by_rep : thread?.read_by_customer;
    const seen = last?.by === this.as && last.seq <= (read ?? 0);
    return seen ? html`<p class="line seen">${st('seen')}</p>` : nothing;
  }

  private pictureKey(): TemplateResult {
    return html`<label class="tap-key plain ${this.sending ? 'busy' : ''}">
      <input
        type="file"
        class="visually-hidden"
        accept="image/*"
        data-testid="picture"
        aria-label=${st('picture_send')}
        ?disabled=${this.sending}
        @change=${(event: Event) => void this.picture(event)}
      />
      ${draw(PICTURE)}
    </label>`;
  }

  private form(): TemplateResult {
    const name = this.ownName();
    const words = this.as === 'customer' && name ? st('write', { name }) : st('write_any');
    return html`${this.trouble ? html`<p class="line" role="alert">${this.trouble}</p>` : nothing}
      <form class="write" @submit=${(event: Event) => this.submit(event)}>
        ${this.as === 'customer' ? this.pictureKey() : nothing}
        <textarea
          rows="1"
          data-testid="say"
          maxlength=${TEXT_MAX}
          placeholder=${words}
          aria-label=${words}
          enterkeyhint="send"
          @input=${this.onInput}
          @keydown=${this.onKey}
        ></textarea>
        <button class="tap-key" data-testid="say-send" aria-label=${st('send')}>
          ${icon('arrow')}
        </button>
      </form>`;
  }
}
