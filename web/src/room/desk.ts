/** One desk: the line, the state, and everything that a visitor or a rep can do at it. */
import { DeskLine, type Attach } from '../client/desk.js';
import { randomName } from '../client/storage.js';
import type { DeskMessage, Thread } from '../protocol/service.js';
import { ShownCard } from './card.js';
import {
  initialDesk,
  isOther,
  reduceDesk,
  type DeskEvent,
  type DeskState,
  type Outgoing,
} from './desk-state.js';
import { Store } from './store.js';

/** Where a tap came from. */
export interface TapContext {
  entry?: string;
  inviter?: string;
  room?: string;
  room_ms?: number;
  product?: string;
}

const TYPING_EVERY_MS = 3000;

/** What a visitor does with his person; `upgrade` and `stay` answer who would be his own adviser. */
export type BindingAct = 'end' | 'remove' | 'undo' | 'accept' | 'refuse' | 'upgrade' | 'stay';

export class Desk {
  readonly store = new Store<DeskState>(initialDesk());
  private readonly line: DeskLine;
  private card = new ShownCard();
  private lastTap = '';
  private context: TapContext = {};
  private typedAt = 0;

  constructor(attach: Attach) {
    this.line = new DeskLine(attach, {
      message: (message, other) => this.heard(message, other),
      down: (final) => this.dispatch({ t: 'local/down', final }),
    });
  }

  get state(): DeskState {
    return this.store.get();
  }

  open(): void {
    this.line.open();
  }

  close(): void {
    this.line.close();
  }

  private dispatch(event: DeskEvent): void {
    this.store.set(reduceDesk(this.state, event, Date.now()));
  }

  /* ---- a visitor ---- */

  /** The card that he has seen is shown again while it stands; else it is asked for. */
  tap(context: TapContext): void {
    this.line.open();
    if (this.state.card && this.card.stands(context.product ?? '', Date.now())) return;
    this.context = context;
    this.lastTap = `tap_${randomName()}`;
    this.card.asked(this.lastTap, context.product ?? '');
    this.dispatch({ t: 'local/tapped' });
    const given = Object.entries(context).filter(
      ([, value]) => value !== undefined && value !== '',
    );
    this.line.say({ t: 'tap', id: this.lastTap, ...Object.fromEntries(given) });
  }

  bind(yes: boolean): void {
    this.card.answered(yes);
    this.line.say(
      yes ? { t: 'bind', tap: this.lastTap } : { t: 'bind', tap: this.lastTap, no: true },
    );
  }

  /** What the one before saw, chose and wrote is never shown to, or said as, somebody else. */
  private forget(): void {
    this.card = new ShownCard();
    this.lastTap = '';
    this.context = {};
    this.line.forget();
    this.dispatch({ t: 'local/other' });
  }

  private heard(message: DeskMessage, other: boolean): void {
    if (message.t === 'attached' && isOther(this.state, message, other)) this.forget();
    this.dispatch(message);
    const next = this.card.heard(message, Date.now());
    if (next === 'tap') this.tap(this.context);
    else if (next === 'bind') this.bind(true);
  }

  binding(binding: string, act: BindingAct): void {
    this.line.say({ t: 'binding', binding, act });
  }

  about(conversation: string, product: string): void {
    this.line.say({ t: 'about', conversation, product });
  }

  /** A picture of what the stream showed when he tapped: for the rep, and no part of what is said. */
  async still(conversation: string, file: File): Promise<void> {
    const { sendPicture } = await import('../client/pictures.js');
    const still = await sendPicture(conversation, this.state.brand, file);
    this.line.mention({ t: 'about', conversation, still });
  }

  /** Asks for a link that brings this person to another device. */
  keep(binding: string): void {
    this.line.say({ t: 'keep', binding });
  }

  /** He pressed the key that says what the link does: this device is that person from now on. */
  redeem(keep: string): void {
    this.line.redeem(keep);
  }

  /** 「转人工」 */
  human(conversation: string): void {
    this.line.say({ t: 'human', conversation });
  }

  /** What he thinks of an answer of the bot; a thumb down brings a human. */
  feedback(conversation: string, message: string, good: boolean): void {
    this.line.say({ t: 'feedback', conversation, message, good });
  }

  /* ---- both ---- */

  /** The same client id twice is one message, so sending again is safe. */
  say(
    conversation: string,
    text: string,
    clientId = randomName(),
    kind = 'text',
    data?: object,
  ): void {
    this.dispatch({
      t: 'local/say',
      message: { conversation, clientId, text, kind, data, failed: false },
    });
    this.line.say({
      t: 'say',
      id: clientId,
      conversation,
      client_id: clientId,
      kind,
      text,
      ...(data ? { data } : {}),
    });
  }

  /** What the server refused, as it was. */
  again({ conversation, text, clientId, kind, data }: Outgoing): void {
    this.say(conversation, text, clientId, kind, data);
  }

  /** A picture: drawn anew (so that it tells no place), sent, and shown. Throws where it cannot. */
  async picture(conversation: string, file: File, sharp = false): Promise<void> {
    const { sendPicture } = await import('../client/pictures.js');
    const upload = await sendPicture(conversation, this.state.brand, file, sharp);
    this.say(conversation, '', randomName(), 'image', { upload });
  }

  typing(conversation: string): void {
    if (Date.now() - this.typedAt < TYPING_EVERY_MS) return;
    this.typedAt = Date.now();
    this.line.mention({ t: 'typing', conversation });
  }

  seen(conversation: string, seq: number): void {
    this.line.mention({ t: 'seen', conversation, seq });
  }

  history(conversation: string): void {
    const first = this.state.messages[conversation]?.[0]?.seq;
    this.line.say({ t: 'history', conversation, ...(first && first > 1 ? { before: first } : {}) });
  }

  call(conversation: string, video: boolean): void {
    this.line.say({ t: 'call', conversation, video });
  }

  callAct(
    call: string,
    act: 'answer' | 'decline' | 'end' | 'take' | 'invite' | 'dismiss' | 'hand_over',
    rep?: string,
  ): void {
    this.line.say({ t: 'call_act', call, act, ...(rep ? { rep } : {}) });
  }

  callSeen(): void {
    this.dispatch({ t: 'local/call-seen' });
  }

  /* ---- a rep ---- */

  reply(offer: string, yes: boolean): void {
    this.line.say({ t: 'offer_reply', offer, yes });
  }

  /** Whatever has no word of its own here: parts of a page that are loaded later say it. */
  tell(message: Record<string, unknown>): void {
    this.line.say(message);
  }

  /** A conversation that was looked for and found stands among the others from now on. */
  found(thread: Thread): void {
    if (!this.state.threads[thread.id]) this.dispatch({ t: 'conversation', conversation: thread });
  }

  suspend(on: boolean): void {
    this.line.say({ t: 'suspend', on });
  }

  thread(
    conversation: string,
    change: { note?: string; tags?: string; assign?: string; close?: boolean },
  ): void {
    this.line.say({ t: 'thread', conversation, ...change });
  }
}
