/** The product that is shown now, as a card over the stream: with the page, where the shelf comes later. */
import { html, nothing, type TemplateResult } from 'lit';
import { fromServer } from '../client/place.js';
import type { Pin, Product } from '../protocol/live.js';
import { lt } from './i18n/live.js';
import { icon } from './icons.js';

export function picture(product: Product): TemplateResult {
  return product.image
    ? html`<img src=${fromServer(product.image)} alt="" loading="lazy" decoding="async" />`
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
