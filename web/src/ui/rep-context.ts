/** What a rep is to know before he answers: what the stream showed at the tap, the product, the note, earlier touches. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { shelved, type Shelved } from '../client/shelf.js';
import { touchesOf, type Touch } from '../client/talks.js';
import type { Thread } from '../protocol/service.js';
import { Plain } from './base.js';
import { ct, isCareKey } from './i18n/care.js';
import { lang } from './i18n/lang.js';
import { clockTime, st } from './i18n/service.js';
import './styles/rep-context.css';

const SHOWN = 4;

const FRESH_MS = 60_000;

let asked: Promise<Shelved[]> | null = null;
let askedAt = 0;

/** The brand's products, as they stood within the last minute; none where he may not see them. */
export function products(): Promise<Shelved[]> {
  if (!asked || Date.now() - askedAt > FRESH_MS) {
    asked = shelved().catch(() => []);
    askedAt = Date.now();
  }
  return asked;
}

@customElement('parlor-rep-context')
export class RepContext extends Plain {
  @property({ attribute: false }) thread!: Thread;
  /** The note is written beside it already. */
  @property({ type: Boolean }) noted = false;
  @state() private touches: Touch[] = [];
  @state() private shelf: Shelved[] = [];
  private known = '';

  protected override willUpdate(): void {
    const id = this.thread.customer?.id ?? '';
    if (!id || id === this.known) return;
    this.known = id;
    this.touches = [];
    void touchesOf(id)
      .then((list) => this.known === id && (this.touches = list))
      .catch(() => undefined);
    void products().then((list) => (this.shelf = list));
  }

  private came(one: Touch): TemplateResult {
    const key: string = `channel_${one.channel}`;
    const channel = isCareKey(key) ? ct(key) : '';
    const at = new Date(one.at).toLocaleString(lang(), { dateStyle: 'short', timeStyle: 'short' });
    const words = [
      channel,
      one.title,
      one.room_ms === null ? '' : st('at_second', { time: clockTime(one.room_ms) }),
    ];
    return html`<li>${at} ${words.filter(Boolean).join(' · ')}</li>`;
  }

  private product(): TemplateResult | typeof nothing {
    const { product } = this.thread;
    if (!product) return nothing;
    const known = this.shelf.find((one) => one.sku === product);
    return html`<p class="last-product" data-testid="last-product">
      ${known?.image ? html`<img src=${known.image} alt="" />` : nothing}
      <span>${st('about_product', { name: known?.title ?? product })}</span>
    </p>`;
  }

  protected override render(): TemplateResult {
    const { thread, touches } = this;
    return html`${
      thread.still
        ? html`<img
            class="tap-still"
            data-testid="tap-still"
            src=${`/v1/uploads/${encodeURIComponent(thread.still)}`}
            alt=${ct('tap_still')}
          />`
        : nothing
    }
    ${this.product()}
    ${thread.note && !this.noted ? html`<p class="where" data-testid="offer-note">${thread.note}</p>` : nothing}
    ${
      touches.length
        ? html`<div class="where" data-testid="touches">
            ${ct('touches', { n: touches.length })}
            <ul>
              ${touches.slice(0, SHOWN).map((one) => this.came(one))}
            </ul>
          </div>`
        : nothing
    }`;
  }
}
