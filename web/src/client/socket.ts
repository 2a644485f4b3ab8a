/**
 * The WebSocket to the server: typed messages in and out, requests with an id, and coming back by
 * itself. Opened early it costs nothing: the server waits 5 s for the first message.
 */
import {
  parseServerMessage,
  SUBPROTOCOL,
  type ClientMessage,
  type ServerMessage,
} from '../protocol/messages.js';
import { Comeback } from './comeback.js';
import { place } from './place.js';

/** Close codes after which coming back is useless. */
const FINAL_CLOSE = new Set([4401, 4403, 4404]);
/** The server speaks every 2 s (`quality`); after this silence the line is taken for dead. */
const SILENCE_MS = 7000;

export interface SocketEvents {
  /** The line stands. */
  up: () => void;
  message: (message: ServerMessage) => void;
  /** A frame that is no message of the protocol. */
  bad: (why: string) => void;
  /** The line is gone. `again` tells whether it comes back by itself. */
  down: (code: number, again: boolean) => void;
}

/** The rejection of {@link Socket.request}. */
export class RequestError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

interface Pending {
  resolve: (message: ServerMessage) => void;
  reject: (error: RequestError) => void;
}

export class Socket {
  private ws: WebSocket | null = null;
  private wanted = false;
  private readonly comeback = new Comeback(() => this.open());
  private silence = 0;
  private nextId = 1;
  private readonly pending = new Map<number, Pending>();

  constructor(
    private readonly url: string,
    private readonly events: SocketEvents,
  ) {}

  get isUp(): boolean {
    return this.ws?.readyState === WebSocket.OPEN;
  }

  /** Opens without promise to stay: a line closed for not joining in time is not reopened. */
  warm(): void {
    if (!this.ws) this.open();
  }

  /** Opens and stays: reconnects until {@link close}. */
  keep(): void {
    this.wanted = true;
    if (!this.ws && !this.comeback.isUnderWay) this.open();
    else if (this.isUp) this.events.up();
  }

  /** Tries at once instead of waiting, for instance when the network came back. */
  hurry(): void {
    if (!this.wanted || this.ws) return;
    this.comeback.stop();
    this.open();
  }

  /** The room took us in: the next loss starts counting anew. */
  settled(): void {
    this.comeback.settled();
  }

  /** Sends, or drops when the line is down (state is told anew after each welcome). */
  send(message: ClientMessage): boolean {
    if (!this.isUp) return false;
    this.ws?.send(JSON.stringify(message));
    return true;
  }

  /** Sends with an id; resolves with the reply of that id, rejects with its error. */
  request(message: ClientMessage): Promise<ServerMessage> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      if (!this.send({ ...message, id } as ClientMessage)) {
        reject(new RequestError('offline', 'not connected'));
        return;
      }
      this.pending.set(id, { resolve, reject });
    });
  }

  close(): void {
    this.wanted = false;
    this.comeback.stop();
    clearTimeout(this.silence);
    this.ws?.close(1000);
  }

  private open(): void {
    const ws = new WebSocket(this.url, SUBPROTOCOL);
    this.ws = ws;
    ws.onopen = () => {
      if (this.wanted) this.events.up();
    };
    ws.onmessage = (event) => this.receive(event.data);
    ws.onclose = (event) => this.lost(ws, event.code);
  }

  private receive(data: unknown): void {
    let message: ServerMessage;
    try {
      message = parseServerMessage(typeof data === 'string' ? data : '');
    } catch (error) {
      this.events.bad(String(error));
      return;
    }
    this.heard(message);
    const id = 'id' in message ? message.id : undefined;
    const waiting = id === undefined ? undefined : this.pending.get(id);
    if (id !== undefined && waiting) this.pending.delete(id);
    this.events.message(message);
    if (message.t === 'error') waiting?.reject(new RequestError(message.code, message.message));
    else waiting?.resolve(message);
  }

  /** Silence means something only once the server has begun its regular reports. */
  private heard(message: ServerMessage): void {
    if (!this.silence && message.t !== 'quality') return;
    clearTimeout(this.silence);
    const ws = this.ws;
    this.silence = window.setTimeout(() => {
      if (!ws) return;
      ws.onclose = null;
      ws.close();
      this.lost(ws, 4408);
    }, SILENCE_MS);
  }

  private lost(ws: WebSocket, code: number): void {
    if (this.ws !== ws) return;
    this.ws = null;
    clearTimeout(this.silence);
    this.silence = 0;
    for (const one of this.pending.values()) one.reject(new RequestError('offline', 'line lost'));
    this.pending.clear();
    const wasWanted = this.wanted;
    const again = wasWanted && !FINAL_CLOSE.has(code);
    if (again) this.comeback.begin();
    else this.wanted = false;
    if (wasWanted) this.events.down(code, again);
  }
}

/** The address of the server's socket. */
export function socketUrl(): string {
  return `${(place.server || location.origin).replace(/^http/, 'ws')}/v1/rt`;
}
