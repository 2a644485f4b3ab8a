import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ServerMessage } from '../protocol/messages.js';
import { Socket } from './socket.js';

class FakeWebSocket {
  static readonly OPEN = 1;
  static all: FakeWebSocket[] = [];
  readyState = 0;
  sent: string[] = [];
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  constructor(readonly url: string) {
    FakeWebSocket.all.push(this);
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.readyState = 3;
  }
  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }
  say(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  drop(code: number): void {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

function last(): FakeWebSocket {
  const ws = FakeWebSocket.all.at(-1);
  if (!ws) throw new Error('no socket was opened');
  return ws;
}

describe('the socket', () => {
  const heard: ServerMessage[] = [];
  const downs: [number, boolean][] = [];
  const up = vi.fn();
  const bad = vi.fn();
  let socket: Socket;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('WebSocket', FakeWebSocket);
    vi.stubGlobal('window', globalThis);
    vi.stubGlobal('fetch', () => Promise.resolve({ status: 200 }));
    FakeWebSocket.all = [];
    heard.length = downs.length = 0;
    up.mockReset();
    bad.mockReset();
    socket = new Socket('ws://x/v1/rt', {
      up,
      bad,
      message: (message) => heard.push(message),
      down: (code, again) => downs.push([code, again]),
    });
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('opened early says nothing until it is wanted, then uses the same line', () => {
    socket.warm();
    last().open();
    expect(up).not.toHaveBeenCalled();
    socket.keep();
    expect(up).toHaveBeenCalledOnce();
    expect(FakeWebSocket.all).toHaveLength(1);
  });

  it('opened early and closed by the server is not opened again before it is wanted', () => {
    socket.warm();
    last().open();
    last().drop(4408);
    vi.advanceTimersByTime(10_000);
    expect(FakeWebSocket.all).toHaveLength(1);
    expect(downs).toEqual([]);
    socket.keep();
    expect(FakeWebSocket.all).toHaveLength(2);
  });

  it('comes back by itself after a loss, and gives up what was asked', async () => {
    socket.keep();
    last().open();
    const asked = socket.request({ t: 'leave' });
    last().drop(1006);
    await expect(asked).rejects.toMatchObject({ code: 'offline' });
    expect(downs).toEqual([[1006, true]]);
    await vi.advanceTimersByTimeAsync(100);
    expect(FakeWebSocket.all).toHaveLength(2);
    last().open();
    expect(up).toHaveBeenCalledTimes(2);
  });

  it('stays away when the door is shut for good', () => {
    for (const code of [4401, 4403, 4404]) {
      socket.keep();
      const before = FakeWebSocket.all.length;
      last().open();
      last().drop(code);
      vi.advanceTimersByTime(10_000);
      expect(FakeWebSocket.all, String(code)).toHaveLength(before);
    }
    expect(downs.every(([, again]) => !again)).toBe(true);
  });

  it('answers a request by its id, with a reply or an error', async () => {
    socket.keep();
    last().open();
    const one = socket.request({ t: 'chat', client_id: 'a', text: 'x' });
    const two = socket.request({ t: 'chat', client_id: 'b', text: 'y' });
    last().say({ t: 'error', id: 2, code: 'forbidden', message: 'no' });
    last().say({ t: 'answer', id: 1, sdp: 'v=0' });
    await expect(one).resolves.toMatchObject({ sdp: 'v=0' });
    await expect(two).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('counts a frame that is no message, and goes on', () => {
    socket.keep();
    last().open();
    last().onmessage?.({ data: '{' });
    last().onmessage?.({ data: new ArrayBuffer(3) });
    last().say({ t: 'speaker', participant: null });
    expect(bad).toHaveBeenCalledTimes(2);
    expect(heard).toHaveLength(1);
  });

  it('takes a line that fell silent for lost, but only if the server used to report', () => {
    socket.keep();
    last().open();
    vi.advanceTimersByTime(60_000);
    expect(downs).toEqual([]);
    last().say({ t: 'quality', participants: {} });
    vi.advanceTimersByTime(8000);
    expect(downs).toEqual([[4408, true]]);
  });
});
