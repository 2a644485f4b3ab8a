/** The card of a person that a visitor was shown: how long it stands, and what follows when the server no longer knows it. */
import type { DeskMessage } from '../protocol/service.js';

/** The server knows a card for 120 s; looked at again later, it is asked for anew. */
const STANDS_MS = 100_000;

export class ShownCard {
  private tap = '';
  private product = '';
  private since = -Infinity;
  private rep: string | null = null;
  /** Whom he said yes to, and is not bound to yet. */
  private wanted: string | null = null;

  /** A tap was sent. */
  asked(tap: string, product: string): void {
    this.tap = tap;
    this.product = product;
    this.since = -Infinity;
    this.rep = null;
  }

  /** The sheet is opened again: the same card is shown, and no tap is spent. */
  stands(product: string, now: number): boolean {
    return product === this.product && now - this.since < STANDS_MS;
  }

  /** "Not now" ends a card. */
  answered(yes: boolean): void {
    this.wanted = yes ? this.rep : null;
    if (!yes) this.since = -Infinity;
  }

  /**
   * What a message asks for: `tap` again where the server has forgotten what he said yes to (he read for minutes, it was restarted);
   * `bind` when the same person stands on the new card. Another face is shown, and he is asked again.
   */
  heard(message: DeskMessage, now: number): 'tap' | 'bind' | null {
    if (message.t === 'bound') this.wanted = null;
    if (message.t === 'error') return this.refused(message.code);
    if (message.t !== 'card' || message.tap !== this.tap) return null;
    this.since = now;
    this.rep = message.rep?.id ?? '';
    const same = this.wanted === this.rep;
    if (!same) this.wanted = null;
    return same ? 'bind' : null;
  }

  private refused(code: string): 'tap' | null {
    if (code === 'gone' && this.wanted !== null) return 'tap';
    this.wanted = null;
    return null;
  }
}
