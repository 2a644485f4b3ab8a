import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { place } from '../client/place.js';
import { Desk } from './desk.js';

const rep = { id: 'rep_1', name: 'Lin', presence: 'available' };
const thread = { id: 'cnv_1', state: 'human', binding: 'bnd_1', rep, assignee: rep, seq: 1 };
const HIS = [{ binding: { id: 'bnd_1', state: 'active', rep }, thread }];

let socket: FakeSocket;

class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  constructor() {
    // eslint-disable-next-line @typescript-eslint/no-this-alias
    socket = this;
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  said(type: string): Record<string, unknown>[] {
    return this.sent.filter((one) => one['t'] === type);
  }
  hear(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  attached(threads: object[]): void {
    const id = this.said('attach').at(-1)?.['id'];
    this.hear({ t: 'attached', id, as: 'visitor', brand: 'br_a', threads });
  }
}

beforeEach(() => {
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('location', new URL('https://live.example/l/rm_a'));
});

afterEach(() => vi.unstubAllGlobals());

function opened(identity: string, threads: object[]): Desk {
  place.identity = identity;
  const desk = new Desk({ as: 'visitor' });
  desk.open();
  socket.onopen?.();
  socket.attached(threads);
  return desk;
}

function becomes(identity: string | null): void {
  place.identity = identity;
  place.attach();
}

test('who signed out leaves nothing on the page, and nothing is sent as the next one', () => {
  const desk = opened('a.b.c', HIS);
  becomes(null);
  desk.say('cnv_1', 'mine alone');
  socket.attached([]);
  expect(desk.state).toMatchObject({
    up: true,
    threads: {},
    messages: {},
    outgoing: [],
    person: 1,
  });
  expect(socket.said('say')).toEqual([]);
});

test('a card that one person was shown, and his yes, are not the next one’s', () => {
  const desk = opened('a.b.c', []);
  desk.tap({ product: 'lamp-01' });
  const { id } = socket.said('tap')[0] ?? {};
  socket.hear({ t: 'card', tap: id, rep, known: false });
  expect(desk.state.card).not.toBeNull();
  becomes('d.e.f');
  desk.bind(true);
  socket.attached([]);
  expect(desk.state.card).toBeNull();
  expect(socket.said('bind')).toEqual([]);
  socket.hear({ t: 'error', code: 'gone', message: 'Tap again.' });
  expect(socket.said('tap')).toHaveLength(1);
});

test('one and the same with a newer token keeps what he has, and what waits is sent', () => {
  const desk = opened('a.b.c', HIS);
  becomes('a.b.d');
  desk.say('cnv_1', 'still here');
  socket.attached(HIS);
  expect(desk.state.outgoing).toHaveLength(1);
  expect(socket.said('say')).toHaveLength(1);
});

test('what was tapped before the first answer is sent with it', () => {
  place.identity = null;
  const desk = new Desk({ as: 'visitor' });
  desk.tap({});
  socket.onopen?.();
  socket.attached([]);
  expect(socket.said('tap')).toHaveLength(1);
  expect(desk.state.person).toBe(0);
});

/** Unasked: another tab, or the brand's own system, said who sits there now. */
function identified(threads: object[], other: boolean): void {
  socket.hear({ t: 'attached', as: 'visitor', brand: 'br_a', threads, other });
}

test('who is recognised keeps what he has on the page, and sees the rest of what is his', () => {
  const desk = opened('session-7', []);
  desk.tap({});
  const { id } = socket.said('tap')[0] ?? {};
  socket.hear({ t: 'card', tap: id, rep, known: false });
  identified(HIS, false);
  expect(desk.state.card).not.toBeNull();
  expect(Object.keys(desk.state.threads)).toEqual(['cnv_1']);
  desk.say('cnv_1', 'on its way');
  identified(HIS, false);
  expect(desk.state.outgoing).toHaveLength(1);
  expect(desk.state.person).toBe(0);
});

test('where another sits now nothing of who sat there is left, though he had said nothing', () => {
  const desk = opened('session-7', []);
  desk.tap({});
  const { id } = socket.said('tap')[0] ?? {};
  socket.hear({ t: 'card', tap: id, rep, known: false });
  identified([], true);
  expect(desk.state).toMatchObject({ card: null, threads: {}, person: 1, up: true });
});

test('where another sits now nothing of who sat there is left, nor sent', () => {
  const desk = opened('session-7', HIS);
  desk.say('cnv_1', 'mine alone');
  identified([], true);
  expect(desk.state).toMatchObject({ threads: {}, messages: {}, outgoing: [], person: 1 });
  expect(desk.state.up).toBe(true);
});

test('a picture or a product that was refused is said again whole', () => {
  const desk = opened('', HIS);
  desk.say('cnv_1', '', 'c1', 'product', { sku: 'lamp' });
  socket.hear({ t: 'error', id: 'c1', code: 'too_many' });
  const [refused] = desk.state.outgoing;
  expect(refused?.failed).toBe(true);
  if (refused) desk.again(refused);
  expect(socket.said('say')).toHaveLength(2);
  expect(socket.said('say')[1]).toEqual(socket.said('say')[0]);
  expect(desk.state.outgoing[0]?.failed).toBe(false);
});
