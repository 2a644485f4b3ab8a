import { expect, it, vi } from 'vitest';

vi.mock('../../client/directory.js', () => ({}));
vi.mock('../i18n/index.js', () => ({ lang: () => 'en' }));
vi.mock('./words.js', () => ({ w: (key: string) => key }));
vi.mock('../styles/directory.css', () => ({}));
vi.mock('./base.js', () => ({
  AdminSection: class {
    static createProperty(): void {}
    isConnected = true;
  },
}));
vi.stubGlobal('customElements', { define: () => undefined });
const { AdminEntries } = await import('./entries.js');

const led = (entry: object): string =>
  (new AdminEntries() as unknown as { led: (one: object) => string }).led({
    channel: 'qr',
    state: '',
    group: '',
    room: '',
    title: '',
    product: '',
    rep: '',
    ...entry,
  });

it('names a replay and a stream by their titles, by ids alone when they have none', () => {
  const replay = { channel: 'replay', room: 'rm_1', state: 'rpl_1' };
  expect(led({ ...replay, title: 'Lamps again' })).toBe('Lamps again');
  expect(led(replay)).toBe('rm_1 · rpl_1');
  expect(led({ room: 'rm_1', title: 'Autumn lamps', state: 'door 3' })).toBe(
    'Autumn lamps · door 3',
  );
});
