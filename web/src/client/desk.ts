/**
 * The line of a desk: a visitor's or a rep's own WebSocket beside any room's, so that nothing of
 * the stream's connection is touched. Comes back by itself; what was not answered is sent again
 * (each request is idempotent by its own id).
 */
import { parseDesk, type DeskMessage, type DeskMessageOf } from '../protocol/service.js';
import { Comeback } from './comeback.js';
import { place } from './place.js';
import { socketUrl } from './socket.js';

const FINAL = new Set([4401, 4403]);

export interface DeskEvents {
  /** `other`: by what the page said, another person may sit there than at the last `attached`. */
  message: (message: DeskMessage, other: boolean) => void;
  /** `final`: it does not come back by itself. */
  down: (final: boolean) => void;
}

/** Where the device key lies when no cookie of ours can be had. */
export function deviceKey(): string {
  const known = (() => {
    try {
      return localStorage.getItem('parlor.visitor');
    } catch {
      return null;
    }
  })();
  if (known && known.length >= 22) return known;
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  const made = Array.from(bytes, (one) => one.toString(16).padStart(2, '0')).join('');
  try {
    localStorage.setItem('parlor.visitor', made);
  } catch {
    /* It lives as long as the page. */
  }
  return made;
}

export interface Attach {
  as: 'visitor' | 'rep';
  rep?: string;
  brand?: string;
  /** Of *Keep this person*: shown once, and only after he agreed. */
  keep?: string;
}

export class DeskLine {
  private ws: WebSocket | null = null;
  private readonly comeback = new Comeback(() => this.open());
  private attached = false;
  private waiting: Record<string, unknown>[] = [];
  /** The id of the last attach, and the identity that it said. */
  private asked = 0;
  private said: string | null = '';
  /** Who sat there by then; '' = nobody said. */
  private who = place.identity;
  private other = false;

  constructor(
    private readonly attach: Attach,
    private readonly events: DeskEvents,
  ) {}

  get isUp(): boolean {
    return this.attached;
  }

  open(): void {
    if (this.ws) return;
    this.comeback.stop();
    const ws = new WebSocket(socketUrl(), 'parlor.v1');
    this.ws = ws;
    place.attach = () => {
      if (!this.attached) return;
      this.attached = false;
      this.sayAttach();
    };
    ws.onopen = () => this.sayAttach();
    ws.onmessage = (event) => this.receive(String(event.data));
    ws.onclose = (event) => this.lost(ws, event.code);
  }

  close(): void {
    this.comeback.stop();
    const ws = this.ws;
    this.ws = null;
    this.attached = false;
    ws?.close(1000);
  }

  private sayAttach(): void {
    const device = place.visitor
      ? { visitor: place.visitor }
      : this.attach.as === 'visitor'
        ? { device: deviceKey() }
        : {};
    const agreed = !!this.attach.keep;
    this.said = place.identity;
    const who = this.said
      ? { identity: this.said }
      : this.said === null
        ? { signed_out: true }
        : {};
    const id = ++this.asked;
    this.ws?.send(JSON.stringify({ t: 'attach', id, ...this.attach, ...device, ...who, agreed }));
  }

  /** The answer to an attach. Who signed in or out meanwhile says so now, before anything is shown. */
  private answered(well: boolean): void {
    const late = place.identity !== this.said;
    const kept = this.attach.keep;
    delete this.attach.keep;
    if (well) {
      const { said, who } = this;
      this.other ||= said !== who && (said === null || !!(said && who));
      this.who = said === null ? '' : said || who;
    }
    if (well && !late) {
      place.identity ??= '';
      this.attached = true;
      this.comeback.settled();
    } else if (late || kept || place.identity) {
      /* An old link: he is who he was. A token that holds no more: the device knows him, or does not. */
      if (!late && !kept) place.identity = '';
      this.sayAttach();
    }
  }

  /** Attaches anew as the one of whom *Keep this person* made this token; he has agreed to it. */
  redeem(keep: string): void {
    this.close();
    this.attach.keep = keep;
    this.open();
  }

  /** Sends now, or as soon as the line stands. */
  say(message: Record<string, unknown>): void {
    if (this.attached) this.ws?.send(JSON.stringify(message));
    else this.waiting.push(message);
  }

  /** What waits was said by somebody who sits there no more. */
  forget(): void {
    this.waiting = [];
  }

  /** Sends when the line stands, and is forgotten otherwise: typing, seen. */
  mention(message: Record<string, unknown>): void {
    if (this.attached) this.ws?.send(JSON.stringify(message));
  }

  private receive(text: string): void {
    let message: DeskMessage | null = null;
    try {
      message = parseDesk(text);
    } catch {
      return;
    }
    if (!message) return;
    const well = message.t === 'attached';
    if (message.t === 'attached' && message.id !== this.asked) {
      this.unasked(message);
      return;
    }
    if (well || (message.t === 'error' && message.id === this.asked)) this.answered(well);
    if (well && !this.attached) return;
    this.events.message(message, this.other);
    if (well) this.other = false;
    if (well) for (const one of this.waiting.splice(0)) this.say(one);
  }

  /** Who sits at this device changed elsewhere. While an attach is under way its answer says so. */
  private unasked(message: DeskMessageOf<'attached'>): void {
    if (this.attached) this.events.message(message, message.other);
  }

  private lost(ws: WebSocket, code: number): void {
    if (ws !== this.ws) return;
    this.ws = null;
    this.attached = false;
    const final = FINAL.has(code);
    if (!final) this.comeback.begin();
    this.events.down(final);
  }
}
