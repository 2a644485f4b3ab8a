import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { ServerMessage } from '../protocol/messages.js';
import type { Session } from '../room/session.js';
import { initialState, type RoomState } from '../room/state.js';
import { Store } from '../room/store.js';

vi.mock('../client/place.js', () => ({ embedded: false, place: {} }));
vi.mock('./peer.js', () => ({
  Peer: class {
    pc = {};
    stands = false;
    prepare = () => Promise.resolve({ sdp: '', senders: [], slots: [] });
    close = () => undefined;
  },
}));
vi.stubGlobal('window', globalThis);
const { Audience } = await import('./audience.js');

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const LIVE = { t: 'live_state', live: { state: 'live' } } as unknown as ServerMessage;

function refused(): { session: Session; offers: number[] } {
  const offers: number[] = [];
  const session = {
    state: { ...initialState(), phase: 'room' },
    store: new Store<RoomState>({ ...initialState(), phase: 'room' }),
    offer: () => {
      offers.push(Date.now());
      return Promise.reject(new Error('refused'));
    },
  };
  return { session: session as unknown as Session, offers };
}

async function within(ms: number): Promise<number[]> {
  const { session, offers } = refused();
  const audience = new Audience(session);
  audience.told(LIVE);
  await vi.advanceTimersByTimeAsync(ms);
  audience.dispose();
  return offers;
}

it('says a refused offer again ever more seldom, and not with all others', async () => {
  const one = await within(60_000);
  expect(one.length).toBeGreaterThan(18);
  expect(one.length).toBeLessThan(36);
  const waits = one.slice(1).map((at, n) => at - (one[n] ?? 0));
  expect(Math.min(...waits)).toBeGreaterThan(600);
  expect(new Set(waits.slice(4)).size).toBeGreaterThan(10);
});

it('holds no timer when nobody looks any more', async () => {
  const { session, offers } = refused();
  const audience = new Audience(session);
  audience.told(LIVE);
  await vi.advanceTimersByTimeAsync(10);
  audience.dispose();
  expect(vi.getTimerCount()).toBe(0);
  await vi.advanceTimersByTimeAsync(30_000);
  expect(offers.length).toBe(1);
});
