import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Desk } from '../room/desk.js';
import { initialDesk, type DeskState } from '../room/desk-state.js';
import { Store } from '../room/store.js';
import { showTaps } from './service-still.js';

const MAIN = 'parlor-picture video[data-place=main]';
const main = { videoWidth: 720, videoHeight: 1280, readyState: 4 };
const drawn: unknown[] = [];
const still = vi.fn(() => Promise.resolve());
const thread = { id: 'cnv_1', binding: 'bnd_1', last_at: 1 };
let store: Store<DeskState>;
let sheet: EventTarget;

/** What a page shows: one picture in the middle, of several that it could. */
const page = {
  querySelector: (selector: string) => (selector === MAIN ? main : { ...main, gone: true }),
} as unknown as HTMLElement;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('HTMLMediaElement', { HAVE_CURRENT_DATA: 2 });
  vi.stubGlobal('document', {
    createElement: () => ({
      getContext: () => ({ drawImage: (what: unknown) => drawn.push(what) }),
      toBlob: (done: (blob: Blob) => void) => done(new Blob(['x'], { type: 'image/jpeg' })),
    }),
  });
  drawn.length = 0;
  still.mockClear();
  store = new Store(initialDesk());
  const desk = {
    still,
    store,
    get state() {
      return store.get();
    },
  };
  sheet = Object.assign(new EventTarget(), { desk });
  showTaps(page, sheet as unknown as HTMLElement & { desk: Desk });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const tap = (): boolean => sheet.dispatchEvent(new Event('parlor-tapped'));
const asks = (): void => store.patch({ threads: { cnv_1: thread } } as unknown as DeskState);

it('draws the picture in the middle behind the tap, and sends it once there is a conversation', async () => {
  tap();
  expect(drawn).toEqual([]);
  await vi.advanceTimersByTimeAsync(300);
  expect(drawn).toEqual([main]);
  await vi.advanceTimersByTimeAsync(5000);
  expect(still).not.toHaveBeenCalled();
  asks();
  await vi.advanceTimersByTimeAsync(2000);
  expect(still).toHaveBeenCalledTimes(1);
  expect(still).toHaveBeenCalledWith('cnv_1', expect.objectContaining({ type: 'image/jpeg' }));
});

it('sends one a minute at most', async () => {
  asks();
  tap();
  await vi.advanceTimersByTimeAsync(30_000);
  tap();
  await vi.advanceTimersByTimeAsync(5000);
  expect(still).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(30_000);
  tap();
  await vi.advanceTimersByTimeAsync(5000);
  expect(still).toHaveBeenCalledTimes(2);
});
