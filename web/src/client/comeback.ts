/**
 * Opening a WebSocket anew after it was lost. While its server is away the door is knocked at by a plain request, which costs nothing where a
 * WebSocket that fails does: Firefox lets the next one of that address wait, a half longer after each failure, in all windows together.
 */
import { backoffMs } from './backoff.js';
import { at } from './place.js';

const PATIENCE_MS = 3000;
/** Tries that knock; then a WebSocket is tried whatever came of it: not every page may ask. */
const KNOCKS = 10;

/** Whether somebody answers at the server's address. A proxy says 502 for a server that is away. */
async function answers(): Promise<boolean> {
  try {
    const reply = await fetch(at('/v1/config'), {
      cache: 'no-store',
      credentials: 'omit',
      mode: 'no-cors',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return reply.type === 'opaque' || reply.status < 500;
  } catch {
    return false;
  }
}

export class Comeback {
  private attempt = 0;
  private timer = 0;

  constructor(private readonly open: () => void) {}

  get isUnderWay(): boolean {
    return this.timer !== 0;
  }

  /** Tries since it was last settled. */
  get attempts(): number {
    return this.attempt;
  }

  /** The line is gone: opens it as soon as somebody is there. */
  begin(): void {
    clearTimeout(this.timer);
    const turn = window.setTimeout(
      () => void this.knock(turn),
      backoffMs(this.attempt++, Math.random()),
    );
    this.timer = turn;
  }

  private async knock(turn: number): Promise<void> {
    const there = this.attempt > KNOCKS || (await answers());
    if (this.timer !== turn) return;
    if (!there) {
      this.begin();
      return;
    }
    this.timer = 0;
    this.open();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = 0;
  }

  /** It stands well: the next loss starts counting anew. */
  settled(): void {
    this.attempt = 0;
  }
}
