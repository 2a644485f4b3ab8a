import { expect, it, vi } from 'vitest';

const shelved = vi.fn<() => Promise<object[]>>();
vi.mock('../client/shelf.js', () => ({ shelved: () => shelved() }));
vi.mock('../client/talks.js', () => ({}));
vi.mock('./i18n/lang.js', () => ({ lang: () => 'en' }));
vi.mock('./styles/rep-context.css', () => ({}));
vi.mock('./base.js', () => ({
  Plain: Object.assign(function () {}, { createProperty: () => undefined }),
}));
vi.stubGlobal('customElements', { define: () => undefined });
const { products } = await import('./rep-context.js');

it('learns within a minute what was put on the shelf, or could not be asked for', async () => {
  vi.useFakeTimers();
  shelved.mockRejectedValueOnce(new Error('offline')).mockResolvedValue([{ sku: 'lamp' }]);
  expect(await products()).toEqual([]);
  vi.advanceTimersByTime(30_000);
  expect(await products()).toEqual([]);
  expect(shelved).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(31_000);
  expect(await products()).toEqual([{ sku: 'lamp' }]);
  vi.useRealTimers();
});
