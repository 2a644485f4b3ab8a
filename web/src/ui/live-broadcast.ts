/** Words to everybody, as a card over the stream: it says that it was shown, and that it was read. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { place } from '../client/place.js';
import { BadMessage, bool, def, shape, str, type Checked } from '../protocol/check.js';
import type { LiveClientMessage } from '../protocol/live.js';
import type { ServerMessage } from '../protocol/messages.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import { icon } from './icons.js';

const broadcast = shape({
  id: str,
  title: def(str, ''),
  text: str,
  url: def(str, ''),
  confirm: def(bool, false),
});
type Broadcast = Checked<typeof broadcast>;

const WORDS = {
  title: ['For everybody here', '致所有观众'],
  confirm: ['I have read it', '我已知晓'],
  close: ['Close', '关闭'],
  more: ['More', '了解详情'],
} as const;
const word = (key: keyof typeof WORDS): string => WORDS[key][lang() === 'en' ? 0 : 1];

/** What it needs of the page's line. */
export interface BroadcastLine {
  tell: (message: LiveClientMessage) => void;
}

@customElement('parlor-broadcast')
export class BroadcastCard extends Plain {
  line: BroadcastLine | null = null;
  @state() private waiting: Broadcast[] = [];
  /** Shown to the server already. */
  private readonly shown = new Set<string>();
  private readonly done = new Set<string>();
  /** Tells when the card comes to be seen: a player that floats shows none. */
  private readonly eye = new IntersectionObserver(() => this.sayShown());

  override connectedCallback(): void {
    super.connectedCallback();
    const seen = (): void => this.sayShown();
    document.addEventListener('visibilitychange', seen);
    this.whileConnected(() => document.removeEventListener('visibilitychange', seen));
    this.whileConnected(() => this.eye.disconnect());
  }

  take(message: ServerMessage): void {
    if (message.t === 'broadcast_over')
      this.waiting = this.waiting.filter((one) => one.id !== message.broadcast);
    if (message.t !== 'broadcast') return;
    let one: Broadcast;
    try {
      one = broadcast(message.broadcast, '$.broadcast');
    } catch (error) {
      if (error instanceof BadMessage) return;
      throw error;
    }
    if (this.done.has(one.id) || this.waiting.some((other) => other.id === one.id)) return;
    this.waiting = [...this.waiting, one];
  }

  protected override updated(): void {
    this.eye.disconnect();
    const card = this.querySelector('.broadcast');
    if (card) this.eye.observe(card);
    this.sayShown();
  }

  /** When it is painted, and somebody can look at it. */
  private sayShown(): void {
    const id = this.waiting[0]?.id;
    if (!id || document.hidden || this.shown.has(id)) return;
    if (!this.querySelector('.broadcast')?.getClientRects().length) return;
    this.shown.add(id);
    requestAnimationFrame(() => this.line?.tell({ t: 'ack', broadcast: id, what: 'shown' }));
  }

  private readonly close = (): void => {
    const [one, ...rest] = this.waiting;
    if (!one) return;
    this.done.add(one.id);
    if (one.confirm) this.line?.tell({ t: 'ack', broadcast: one.id, what: 'confirmed' });
    this.waiting = rest;
  };

  protected override render(): TemplateResult | typeof nothing {
    const one = this.waiting[0];
    if (!one) return nothing;
    return html`<section class="broadcast" role="status" data-testid="broadcast" data-id=${one.id}>
      <h2>${one.title || word('title')}</h2>
      <p>${one.text}</p>
      <div class="broadcast-keys">
        ${
          one.url
            ? html`<a class="button" href=${one.url} target="_blank" rel="noopener noreferrer"
                >${word('more')}</a
              >`
            : nothing
        }
        ${
          one.confirm
            ? html`<button
                class="button primary"
                data-testid="broadcast-confirm"
                @click=${this.close}
              >
                ${word('confirm')}
              </button>`
            : nothing
        }
      </div>
      ${
        one.confirm
          ? nothing
          : html`<button
              class="round"
              data-testid="broadcast-close"
              aria-label=${word('close')}
              @click=${this.close}
            >
              ${icon('close')}
            </button>`
      }
    </section>`;
  }
}

/** Puts the card over the page of this line; what came before is asked for again. */
export async function mountBroadcasts(session: {
  media: { told: (message: ServerMessage) => void } | null;
  tell: (message: LiveClientMessage) => void;
}): Promise<() => void> {
  await import('./styles/broadcast.css');
  const card = new BroadcastCard();
  card.line = session;
  const { media } = session;
  const told = media?.told.bind(media);
  const both = (message: ServerMessage): void => {
    told?.(message);
    card.take(message);
  };
  if (media) media.told = both;
  place.ground().append(card);
  session.tell({ t: 'broadcasts' });
  return () => {
    card.remove();
    if (media && told && media.told === both) media.told = told;
  };
}
