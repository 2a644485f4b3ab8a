/**
 * The offer that goes right behind `join`, in the same flight, so that its answer comes with the
 * welcome. Who must wait in the hall is refused it, and offers when he is in.
 */
import type { Offer } from './peer.js';

export class Ahead {
  private sent: { offer: Offer; answer: Promise<string | null> } | null = null;

  constructor(private readonly say: (offer: Offer) => Promise<string>) {}

  send(offer: Offer): void {
    this.sent = { offer, answer: this.say(offer).catch(() => null) };
  }

  /** What was answered to this very offer; null: it was not sent, or refused. Once. */
  async answerTo(offer: Offer): Promise<string | null> {
    const { sent } = this;
    this.sent = null;
    return sent?.offer === offer ? sent.answer : null;
  }
}
