import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ApiError } from '../client/http.js';

const liveOf = vi.fn<() => Promise<object[]>>();
vi.mock('../client/live.js', () => ({ liveOf: () => liveOf() }));
vi.mock('../ui/i18n/live.js', () => ({ lt: (key: string) => key }));
vi.mock('../ui/i18n/live-brand.js', () => ({}));
vi.mock('../ui/icons.js', () => ({ icon: () => '', mark: () => '' }));
vi.mock('../ui/look.js', () => ({}));
vi.mock('../ui/base.js', () => ({
  Plain: Object.assign(
    function (this: { isConnected: boolean }) {
      this.isConnected = true;
    },
    { createProperty: () => undefined },
  ),
}));
vi.stubGlobal('customElements', { define: () => undefined });
vi.stubGlobal('window', globalThis);
vi.stubGlobal('location', { pathname: '/b/br_demo', hash: '' });

interface Page {
  load: () => Promise<void>;
  rooms: object[] | null;
  away: boolean;
  render: () => { values: unknown[] };
}
const { BrandPage } = await import('./brand.js');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** All that is shown, as one text. */
function words(what: unknown): string {
  if (Array.isArray(what)) return what.map(words).join(' ');
  if (what && typeof what === 'object' && 'values' in what) return words(what.values);
  return typeof what === 'string' ? what : '';
}

it('says that the server cannot be reached, not that nothing is on, and asks again soon', async () => {
  liveOf.mockRejectedValueOnce(new ApiError('offline')).mockResolvedValue([]);
  const page = new BrandPage() as unknown as Page;
  await page.load();
  expect([page.rooms, page.away]).toEqual([null, true]);
  expect(words(page.render())).toContain('brand_away');
  expect(words(page.render())).not.toContain('nothing_now');
  await vi.advanceTimersByTimeAsync(1000);
  expect([page.rooms, page.away]).toEqual([[], false]);
  expect(words(page.render())).toContain('nothing_now');
  expect(words(page.render())).not.toContain('brand_away');
});

it('keeps what it knew while the server is away, and asks at a moment of its own', async () => {
  liveOf.mockReset().mockResolvedValueOnce([{ state: 'live' }]);
  const page = new BrandPage() as unknown as Page;
  await page.load();
  liveOf.mockRejectedValue(new ApiError('internal', 502));
  await vi.advanceTimersByTimeAsync(15_000);
  expect([page.rooms?.length, page.away]).toEqual([1, true]);
  liveOf.mockClear();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(liveOf.mock.calls.length).toBeGreaterThan(15);
  expect(liveOf.mock.calls.length).toBeLessThan(45);
});
