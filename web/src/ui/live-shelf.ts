/** Products in a live room: the card over the stream, the shelf, the sheet of one. Buying opens the
 *  shop in a new tab; the stream's page goes nowhere. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Pin, Product } from '../protocol/live.js';
import { lt } from './i18n/live.js';
import { icon } from './icons.js';

export function picture(product: Product): TemplateResult {
  return product.image
    ? html`<img src=${product.image} alt="" loading="lazy" decoding="async" />`
    : html`<span class="no-picture" aria-hidden="true">${icon('grid')}</span>`;
}

export function price(product: Product): string {
  return product.price || lt('price_ask');
}

/** The small card while a product is shown. */
export function pinCard(
  pin: Pin,
  open: (product: Product) => void,
): TemplateResult | typeof nothing {
  const { product } = pin;
  if (!product) return nothing;
  return html`<button
    class="pin-card"
    data-testid="pin-card"
    data-sku=${product.sku}
    @click=${() => open(product)}
  >
    ${picture(product)}
    <span class="pin-words">
      <span class="pin-now">${lt('now_shown')}</span>
      <strong>${product.title}</strong>
      ${pin.note ? html`<span class="pin-note">${pin.note}</span>` : nothing}
      <span class="price">${price(product)}</span>
    </span>
  </button>`;
}

/** All products; the one that is shown now stands out. */
export function shelfList(
  shelf: Product[],
  pinned: string | undefined,
  open: (product: Product) => void,
): TemplateResult {
  if (shelf.length === 0) return html`<p class="empty">${lt('shelf_empty')}</p>`;
  return html`<ul class="shelf" data-testid="shelf">
    ${shelf.map(
      (one, index) =>
        html`<li>
          <button class="shelf-row" data-testid="shelf-row" @click=${() => open(one)}>
            <span class="shelf-picture"
              >${picture(one)}<span class="shelf-number">${index + 1}</span></span
            >
            <span class="shelf-words">
              <strong>${one.title}</strong>
              <span class="price">${price(one)}</span>
              ${one.stock ? html`<span class="stock">${one.stock}</span>` : nothing}
            </span>
            ${
              one.sku === pinned
                ? html`<span class="pin-now">${lt('now_shown')}</span>`
                : html`<span class="view">${lt('view_product')}</span>`
            }
          </button>
        </li>`,
    )}
  </ul>`;
}

/** One product. `ask`: the way to a person, where there is one. `buy`: who goes to the shop, where
 *  it is not a link of ours. */
export function productSheet(
  product: Product,
  room: string,
  ask: ((product: Product) => void) | null,
  buy: ((product: Product) => void) | null = null,
): TemplateResult {
  const shop = `/v1/rooms/${encodeURIComponent(room)}/go/${encodeURIComponent(product.sku)}`;
  return html`<article class="product" data-testid="product-sheet">
    <div class="product-picture">${picture(product)}</div>
    <div class="product-words">
      <h2>${product.title}</h2>
      <p class="price">${price(product)}</p>
      ${product.stock ? html`<p class="stock">${product.stock}</p>` : nothing}
      <div class="product-do">
        ${
          product.can_buy
            ? buy
              ? html`<button class="button primary" data-testid="buy" @click=${() => buy(product)}>
                  ${lt('buy')}
                </button>`
              : html`<a
                  class="button primary"
                  data-testid="buy"
                  href=${shop}
                  target="_blank"
                  rel="noopener noreferrer"
                  >${lt('buy')}</a
                >`
            : nothing
        }
        ${
          ask
            ? html`<button class="button" data-testid="ask-product" @click=${() => ask(product)}>
                ${lt('ask_about')}
              </button>`
            : nothing
        }
      </div>
      ${product.can_buy ? html`<p class="hint">${lt('buy_hint')}</p>` : nothing}
    </div>
  </article>`;
}
