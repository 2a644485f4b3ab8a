import { nothing, type TemplateResult } from 'lit';
import { expect, it, vi } from 'vitest';

vi.mock('./i18n/lang.js', () => ({ lang: () => 'en' }));
vi.mock('./base.js', () => ({
  Plain: Object.assign(function () {}, { createProperty: () => undefined }),
}));
vi.stubGlobal('customElements', { define: () => undefined });
const { ServiceChat } = await import('./service-chat.js');

interface Chat {
  closest: (selector: string) => object | null;
  product: (text: (name: string) => string, asked: boolean) => TemplateResult;
}

/** What a product's link in the chat leads to; `shows`: the page opens it over its stream. */
function leads(data: Record<string, string>, shows: boolean): unknown {
  const chat = new ServiceChat() as unknown as Chat;
  chat.closest = () => (shows ? {} : null);
  const all = { sku: 'lamp', title: 'Lamp', image: '/lamp.png', ...data };
  const { values } = chat.product((name) => all[name as keyof typeof all] ?? '', false);
  return values[0];
}

it('leads to the shop, or to the page that shows it, for who has a keyboard too', () => {
  expect(leads({ url: 'https://shop.example/lamp' }, true)).toBe('https://shop.example/lamp');
  expect(leads({}, true)).toBe('#');
  expect(leads({}, false)).toBe(nothing);
  expect(leads({ url: 'javascript:alert(1)' }, false)).toBe(nothing);
});
