/** Products in a live room: the shelf and the sheet of one. Buying opens the shop in a new tab; the
 *  stream's page goes nowhere. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Product } from '../protocol/live.js';
import { lang } from './i18n/lang.js';
import { lt } from './i18n/live.js';
import { picture, price } from './live-pin.js';

const WORDS = {
  view_product: ['View', '查看'],
  buy_hint: ['Opens in a new tab; the stream goes on.', '在新标签页打开，直播不会中断。'],
  ask_about: ['Ask about this', '咨询此商品'],
} as const;
const word = (key: keyof typeof WORDS): string => WORDS[key][lang() === 'en' ? 0 : 1];

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
                : html`<span class="view">${word('view_product')}</span>`
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
                ${word('ask_about')}
              </button>`
            : nothing
        }
      </div>
      ${product.can_buy ? html`<p class="hint">${word('buy_hint')}</p>` : nothing}
    </div>
  </article>`;
}
