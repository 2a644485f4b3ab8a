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
vi.mock('./i18n/live.js', () => ({
  lt: (key: string) => key,
  isLiveKey: (key: string) => key === 'err_too_many',
}));
vi.mock('./host-quiet.js', () => ({}));
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

interface Panel {
  live: Store<LiveState>;
  session: object;
  tab: string;
  told: string | null;
  comment: (event: object) => void;
  render: () => unknown;
}

function panel(tab: string, blocked: string[], session: object = {}): Panel {
  const made = new HostPanel() as unknown as Panel;
  const state = { ...initialLive(), live: { state: 'live' }, blocked } as unknown as LiveState;
  return Object.assign(made, { live: new Store(state), session, tab });
}

it('says that blocked words are kept once the server has them', () => {
  const rules = panel('rules', []);
  rules.told = 'scam';
  expect(drawn(rules.render())).not.toContain('saved');
  const kept = panel('rules', ['scam']);
  expect(drawn(kept.render())).not.toContain('saved');
  kept.told = 'scam';
  expect(drawn(kept.render())).toContain('saved');
});

it('gives back a comment that was not said, and says why', async () => {
  const input = { value: ' hello ' };
  const form = { querySelector: () => input };
  const ask = (): Promise<never> =>
    Promise.reject(Object.assign(new Error(), { code: 'too_many' }));
  const voices = panel('comments', [], { ask });
  voices.comment({ preventDefault: () => undefined, currentTarget: form });
  expect(input.value).toBe('');
  await vi.waitFor(() => expect(input.value).toBe('hello'));
  expect(drawn(voices.render())).toContain('err_too_many');
});
