import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Erasure } from '../../client/erasures.js';

let now: Erasure;
const load = vi.fn(() => Promise.resolve(now));
const start = vi.fn(() => Promise.reject(new Error('conflict')));
const loadAll = vi.fn<() => Promise<Erasure[]>>();
vi.mock('../../client/erasures.js', () => ({
  loadErasure: () => load(),
  loadErasures: () => loadAll(),
  startErasure: () => start(),
}));
vi.mock('../i18n/index.js', () => ({ lang: () => 'en' }));
vi.mock('./storage.js', () => ({ sizeWords: (bytes: number) => `${bytes} B` }));
vi.mock('./base.js', () => ({
  AdminSection: class {
    static createProperty(): void {}
    isConnected = true;
    problem = '';
    async run(action: () => Promise<void>): Promise<boolean> {
      this.problem = '';
      return action().then(
        () => true,
        () => false,
      );
    }
  },
}));
vi.stubGlobal('customElements', { define: () => undefined });
vi.stubGlobal('window', globalThis);
const { RecordingErasure } = await import('./erasures.js');
const { eraSum } = await import('./erasures-words.js');

interface Panel {
  row: { id: string };
  erasure: Erasure | undefined;
  findOpen: () => Promise<void>;
  problem: string;
  isConnected: boolean;
  follow: (one: Erasure) => void;
  start: (id: string) => void;
  updated: (changed: Map<string, unknown>) => void;
}

const plan = (hold: string | null, state = 'planned'): Erasure =>
  ({ id: 'era_1', state, parts: [{ recording: 'rec_1', hold }] }) as unknown as Erasure;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.clearAllMocks();
});

const made = (): Panel => new RecordingErasure() as unknown as Panel;
const wait = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

it('sees that a hold was ended while the plan is read', async () => {
  const panel = made();
  panel.follow(plan('case 7'));
  now = plan('case 7');
  panel.start('era_1');
  await wait(0);
  expect(panel.problem).toContain('case 7');
  now = plan(null);
  await wait(4000);
  expect(panel.erasure?.parts[0]?.hold).toBe(null);
  expect(panel.problem).toBe('');
});

it('looks at once when the hold of this recording changed, and no more when it is gone', async () => {
  const panel = made();
  panel.follow(plan('case 7'));
  now = plan(null);
  panel.updated(new Map([['row', undefined]]));
  await wait(0);
  expect(panel.erasure?.parts[0]?.hold).toBe(null);
  panel.isConnected = false;
  panel.follow(plan(null));
  load.mockClear();
  await wait(60_000);
  expect(load).not.toHaveBeenCalled();
});

it('takes no older look for what it was told since', async () => {
  const panel = made();
  panel.follow(plan(null));
  now = plan(null);
  panel.updated(new Map([['row', undefined]]));
  panel.follow(plan(null, 'done_by_somebody'));
  await wait(0);
  expect(panel.erasure?.state).toBe('done_by_somebody');
});

it('counts one as one', () => {
  const many = { files: 2, stills: 0, chat: 3, markers: 4, renders: 5 };
  expect(eraSum(many, '9 B')).toBe('2 tracks (9 B), 0 pictures, 3 messages, 4 notes, 5 files');
  const one = { files: 1, stills: 1, chat: 1, markers: 1, renders: 1 };
  expect(eraSum(one, '9 B')).toBe('1 track (9 B), 1 picture, 1 message, 1 note, 1 file');
});

it('opens with what somebody asked for himself, of this recording', async () => {
  const panel = made();
  panel.row = { id: 'rec_1' };
  const held = { ...plan('case 7', 'held'), recording: 'rec_1', own: true };
  const others = { ...held, recording: 'rec_2' };
  loadAll.mockResolvedValue([others, { ...held, state: 'done' }, held]);
  await panel.findOpen();
  expect(panel.erasure).toBe(held);
  panel.isConnected = false;
});
