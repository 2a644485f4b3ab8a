import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DeskLine } from './desk.js';
import { place } from './place.js';

const ATTACHED = {
  t: 'attached',
  as: 'visitor',
  brand: 'br_a',
  brand_name: 'A',
  groups: [],
  threads: [],
};
const GONE = { code: 'not_found', message: 'This link was used already.' };

/** Sockets of the test, the newest last. */
const sockets: FakeSocket[] = [];

class FakeSocket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readonly sent: Record<string, unknown>[] = [];
  constructor() {
    sockets.push(this);
  }
  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }
  close(): void {
    /* What it closes with is of no interest here. */
  }
  hear(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  /** The answer to the last attach. */
  attached(): void {
    const { id } = this.sent.filter((one) => one['t'] === 'attach').at(-1) ?? {};
    this.hear({ ...ATTACHED, id });
  }
  /** An error to what was sent last. */
  refuse(error: object): void {
    this.hear({ t: 'error', id: this.sent.at(-1)?.['id'], ...error });
  }
}

beforeEach(() => {
  sockets.length = 0;
  place.identity = '';
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('location', new URL('https://live.example/l/rm_a'));
});

afterEach(() => vi.unstubAllGlobals());

function openLine(): DeskLine {
  const line = new DeskLine({ as: 'visitor' }, { message: vi.fn(), down: vi.fn() });
  line.open();
  sockets[0]?.onopen?.();
  sockets[0]?.attached();
  return line;
}

test('a token is shown only after he agreed', () => {
  const line = openLine();
  expect(sockets[0]?.sent[0]).not.toHaveProperty('keep');
  line.redeem('k'.repeat(26));
  sockets[1]?.onopen?.();
  expect(sockets[1]?.sent[0]).toMatchObject({ keep: 'k'.repeat(26), agreed: true });
  expect(line.isUp).toBe(false);
  sockets[1]?.attached();
  expect(line.isUp).toBe(true);
});

test('who signs in says so on the line that stands; where it does not hold he is who he was', () => {
  const line = openLine();
  place.identity = 'a.b.c';
  place.attach();
  expect(sockets[0]?.sent[1]).toMatchObject({ t: 'attach', identity: 'a.b.c' });
  expect(line.isUp).toBe(false);
  sockets[0]?.refuse({ code: 'forbidden', message: 'It is over.' });
  expect(sockets[0]?.sent[2]).not.toHaveProperty('identity');
  sockets[0]?.attached();
  expect(line.isUp).toBe(true);
});

test('who signed out says so once', () => {
  openLine();
  place.identity = null;
  place.attach();
  sockets[0]?.attached();
  place.attach();
  expect(sockets[0]?.sent[1]).toMatchObject({ signed_out: true });
  expect(sockets[0]?.sent[2]).not.toHaveProperty('signed_out');
});

test('with an old link he is who he was', () => {
  const line = openLine();
  line.redeem('k'.repeat(26));
  sockets[1]?.onopen?.();
  sockets[1]?.refuse(GONE);
  expect(sockets[1]?.sent).toHaveLength(2);
  expect(sockets[1]?.sent[1]).not.toHaveProperty('keep');
  sockets[1]?.attached();
  expect(line.isUp).toBe(true);
});

test('who signs out while an attach is under way says so behind it', () => {
  const heard = vi.fn();
  const line = new DeskLine({ as: 'visitor' }, { message: heard, down: vi.fn() });
  place.identity = 'a.b.c';
  line.open();
  sockets[0]?.onopen?.();
  place.identity = null;
  place.attach();
  sockets[0]?.attached();
  expect(line.isUp).toBe(false);
  expect(heard).not.toHaveBeenCalled(); /* these are the threads of who left */
  expect(sockets[0]?.sent[1]).toMatchObject({ t: 'attach', signed_out: true });
  sockets[0]?.attached();
  expect(line.isUp).toBe(true);
  expect(place.identity).toBe('');
});

test('a token that came while another was refused is not thrown away with it', () => {
  openLine();
  place.identity = 'old.b.c';
  place.attach();
  place.identity = 'new.b.c';
  place.attach();
  sockets[0]?.refuse({ code: 'forbidden', message: 'It is over.' });
  expect(sockets[0]?.sent[2]).toMatchObject({ t: 'attach', identity: 'new.b.c' });
  sockets[0]?.attached();
  expect(place.identity).toBe('new.b.c');
});

test('an error that answers something else takes no identity away', () => {
  openLine();
  place.identity = 'a.b.c';
  place.attach();
  sockets[0]?.hear({ t: 'error', code: 'too_many', message: 'Wait.' });
  sockets[0]?.hear({ t: 'error', id: 'a-message', code: 'not_found', message: 'Gone.' });
  expect(place.identity).toBe('a.b.c');
  expect(sockets[0]?.sent).toHaveLength(2);
});

test('an unasked word on who sits there answers no attach', () => {
  const heard = vi.fn();
  const line = new DeskLine({ as: 'visitor' }, { message: heard, down: vi.fn() });
  line.say({ t: 'tap' });
  line.open();
  sockets[0]?.onopen?.();
  sockets[0]?.hear({ ...ATTACHED, other: true });
  expect(line.isUp).toBe(false);
  expect(heard).not.toHaveBeenCalled();
  expect(sockets[0]?.sent).toHaveLength(1); /* what waits waits for its own answer */
  sockets[0]?.attached();
  expect(sockets[0]?.sent).toHaveLength(2);
  sockets[0]?.hear(ATTACHED);
  sockets[0]?.hear({ ...ATTACHED, other: true });
  expect(heard.mock.calls.map(([, other]) => other as boolean)).toEqual([false, false, true]);
});
