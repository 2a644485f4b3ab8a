import { expect, it, vi } from 'vitest';
import { initialLive, type LiveState } from '../room/live.js';
import { Store } from '../room/store.js';
import { drawn } from './drawn.js';

vi.mock('./base.js', () => ({
  Plain: class {
    static createProperty(): void {}
    isConnected = true;
  },
}));
vi.mock('./i18n/lang.js', () => ({ lang: () => 'en' }));
vi.mock('./i18n/live.js', () => ({ lt: (key: string) => key }));
vi.mock('./host-words.js', () => ({}));
vi.mock('./live-comments.js', () => ({}));
vi.mock('./live-pin.js', () => ({ picture: () => '', price: () => '' }));
vi.mock('./live-poll.js', () => ({}));
vi.stubGlobal('customElements', { define: () => undefined });
const { HostPanel } = await import('./host-panel.js');

function shelf(state: string): string {
  const panel = new HostPanel() as unknown as { live: Store<LiveState>; render: () => unknown };
  panel.live = new Store({
    ...initialLive(),
    live: { state },
    shelf: [{ sku: 'lamp', title: 'Lamp' }],
  } as unknown as LiveState);
  return drawn(panel.render());
}

it('has keys that show a product until the stream is over', () => {
  expect(shelf('live')).toContain('data-testid="pin"');
  const over = shelf('ended');
  expect(over).toContain('Lamp');
  expect(over).not.toMatch(/data-testid="pin"|pin_hint/);
});
