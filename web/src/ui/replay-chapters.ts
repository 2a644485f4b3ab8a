/** Products of a replay: what they cost when they were explained and what they cost now, and where. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Product } from '../protocol/live.js';
import { clock, type ReplayPin } from '../room/replay.js';
import { lt } from './i18n/live.js';
import { rt } from './i18n/replay.js';
import { icon } from './icons.js';
import { picture } from './live-pin.js';
import { productSheet } from './live-shelf.js';

function prices(pin: ReplayPin): TemplateResult {
  const now = pin.product?.price ?? '';
  const words =
    pin.price && now && pin.price !== now
      ? rt('then_now', { then: pin.price, now })
      : pin.price && !pin.product
        ? rt('then_only', { then: pin.price })
        : now || pin.price || lt('price_ask');
  return html`<span class="price" data-testid="replay-price">${words}</span>`;
}

function pictureOf(pin: ReplayPin): TemplateResult {
  return pin.product
    ? picture(pin.product)
    : html`<span class="no-picture" aria-hidden="true">${icon('grid')}</span>`;
}

/** The small card while a product is explained. */
export function thenCard(pin: ReplayPin, open: () => void): TemplateResult {
  return html`<button class="pin-card" data-testid="pin-card" data-sku=${pin.sku} @click=${open}>
    ${pictureOf(pin)}
    <span class="pin-words">
      <span class="pin-now">${lt('now_shown')}</span>
      <strong>${pin.title}</strong>
      ${pin.note ? html`<span class="pin-note">${pin.note}</span>` : nothing} ${prices(pin)}
    </span>
  </button>`;
}

/** All of them, each with its instant and a link of its own. */
export function chapterList(
  pins: ReplayPin[],
  now: ReplayPin | null,
  jump: (pin: ReplayPin) => void,
  copy: (query: string) => void,
): TemplateResult {
  if (pins.length === 0) return html`<p class="empty">${rt('chapters_none')}</p>`;
  return html`<ol class="shelf chapters" data-testid="chapters">
    ${pins.map((pin) => {
      const query = `?c=${encodeURIComponent(pin.id)}`;
      const words = rt('link_chapter', { title: pin.title });
      const go = (event: Event): void => {
        event.preventDefault();
        jump(pin);
      };
      return html`<li class="chapter" ?data-on=${pin.id === now?.id}>
        <a class="shelf-row" data-testid="chapter" data-sku=${pin.sku} href=${query} @click=${go}>
          <span class="shelf-picture"
            >${pictureOf(pin)}<span class="shelf-number">${clock(pin.at_ms / 1000)}</span></span
          >
          <span class="shelf-words"
            ><strong>${pin.title}</strong>${prices(pin)}${
              pin.product ? nothing : html`<span class="stock">${rt('sold_out')}</span>`
            }</span
          >
          ${pin.id === now?.id ? html`<span class="pin-now">${lt('now_shown')}</span>` : nothing}
        </a>
        <button
          class="round"
          data-testid="chapter-link"
          aria-label=${words}
          title=${words}
          @click=${() => copy(query)}
        >
          ${icon('copy')}
        </button>
      </li>`;
    })}
  </ol>`;
}

/** One of them: the shelf's sheet, with what it was then. */
export function productThen(
  pin: ReplayPin,
  room: string,
  ask: (product: Product) => void,
  buy: (product: Product) => void,
): TemplateResult {
  const then = html`<p class="hint then">
    ${rt('explained_at', { at: clock(pin.at_ms / 1000) })} · ${prices(pin)}
  </p>`;
  if (pin.product) return html`${productSheet(pin.product, room, ask, buy)}${then}`;
  return html`<article class="product">
      <div class="product-words">
        <h2>${pin.title}</h2>
        <p class="stock">${rt('sold_out')}</p>
      </div>
    </article>
    ${then}`;
}
