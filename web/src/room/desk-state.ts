/** What a desk knows: threads, what was said in them, offers, the card that is shown. Plain data. */
import {
  repThreads,
  visitorThreads,
  type AssistCard,
  type Binding,
  type Call,
  type DeskMessage,
  type DeskMessageOf,
  type Message,
  type Offer,
  type Rep,
  type Thread,
} from '../protocol/service.js';

/** A message that the server has not confirmed. */
export interface Outgoing {
  conversation: string;
  clientId: string;
  text: string;
  kind: string;
  /** Of what is not said in words. */
  data?: object | undefined;
  failed: boolean;
}

export interface DeskState {
  /** Goes up when another person sits there than before. */
  person: number;
  up: boolean;
  refused: boolean;
  brand: string;
  brandName: string;
  me: Rep | null;
  present: number;
  /** By group. */
  here: Record<string, number>;
  threads: Record<string, Thread>;
  bindings: Record<string, Binding>;
  messages: Record<string, Message[]>;
  more: Record<string, boolean>;
  outgoing: Outgoing[];
  typing: Record<string, number>;
  offers: Offer[];
  colleagues: Rep[];
  card: DeskMessageOf<'card'> | null;
  tapRefused: string | null;
  queue: Record<string, DeskMessageOf<'queue'>>;
  /** By conversation; a rep's console alone has any. */
  assist: Record<string, AssistCard[]>;
  call: Call | null;
  /** The token of *Keep this person*, while it is shown. */
  kept: { token: string; until: number } | null;
  /** The brand lets nobody ring now; null = it was not asked, or it rang. */
  callRefused: { conversation: string; message: string } | null;
  error: { code: string; at: number } | null;
}

export type DeskEvent =
  | DeskMessage
  | { t: 'local/down'; final: boolean }
  | { t: 'local/tapped' }
  | { t: 'local/other' }
  | { t: 'local/say'; message: Outgoing }
  | { t: 'local/call-seen' };

export function initialDesk(): DeskState {
  return {
    person: 0,
    up: false,
    refused: false,
    brand: '',
    brandName: '',
    me: null,
    present: 0,
    here: {},
    threads: {},
    bindings: {},
    messages: {},
    more: {},
    outgoing: [],
    typing: {},
    offers: [],
    colleagues: [],
    card: null,
    tapRefused: null,
    queue: {},
    assist: {},
    call: null,
    callRefused: null,
    kept: null,
    error: null,
  };
}

const BUSY = new Set(['ringing', 'connecting', 'active', 'held']);

/** Whether a call goes on (or rings). */
export function isBusy(call: Call | null): boolean {
  return call !== null && BUSY.has(call.state);
}

function mergeMessages(known: Message[], fresh: Message[]): Message[] {
  const all = new Map(known.map((one) => [one.seq, one]));
  for (const one of fresh) all.set(one.seq, one);
  return [...all.values()].sort((a, b) => a.seq - b.seq);
}

function withMessages(state: DeskState, conversation: string, fresh: Message[]): DeskState {
  const mine = new Set(fresh.map((one) => one.client_id));
  return {
    ...state,
    messages: {
      ...state.messages,
      [conversation]: mergeMessages(state.messages[conversation] ?? [], fresh),
    },
    outgoing: state.outgoing.filter((one) => !mine.has(one.clientId)),
  };
}

function withThread(state: DeskState, thread: Thread): DeskState {
  const call = thread.call;
  const next = { ...state, threads: { ...state.threads, [thread.id]: thread } };
  if (thread.state !== 'queued' && state.queue[thread.id]) {
    next.queue = { ...state.queue };
    Reflect.deleteProperty(next.queue, thread.id);
  }
  /* A page that was loaded anew finds its call; its token came by `call` alone. */
  if (call && !state.call) next.call = call;
  return next;
}

/** As it is told at an attachment: a call that ended while the line was down is over. */
function withToldThread(state: DeskState, thread: Thread): DeskState {
  const isOver = !thread.call && state.call?.conversation === thread.id;
  return withThread(isOver ? { ...state, call: null } : state, thread);
}

function byGroup(groups: { id: string; present: number }[]): Record<string, number> {
  return Object.fromEntries(groups.map((one) => [one.id, one.present]));
}

function attached(state: DeskState, message: DeskMessageOf<'attached'>): DeskState {
  let next: DeskState = {
    ...state,
    up: true,
    refused: false,
    brand: message.brand,
    brandName: message.brand_name,
    me: message.rep,
    present: message.groups.reduce((sum, one) => Math.max(sum, one.present), 0),
    here: byGroup(message.groups),
    offers: message.offers,
    colleagues: message.colleagues,
  };
  if (message.as === 'rep') {
    for (const one of repThreads(message.threads, 'threads')) next = withToldThread(next, one);
    return next;
  }
  next = { ...next, threads: {}, bindings: {} };
  for (const { binding, thread } of visitorThreads(message.threads, 'threads')) {
    next = withToldThread(next, thread);
    next.bindings = { ...next.bindings, [binding.id]: binding };
  }
  return onlyOwn(next);
}

/** Without what belongs to conversations that are not his (any more). */
function onlyOwn(state: DeskState): DeskState {
  const his = (id = ''): boolean => id in state.threads;
  const own = <T>(all: Record<string, T>): Record<string, T> =>
    Object.fromEntries(Object.entries(all).filter(([id]) => his(id)));
  return {
    ...state,
    messages: own(state.messages),
    more: own(state.more),
    queue: own(state.queue),
    outgoing: state.outgoing.filter((one) => his(one.conversation)),
    call: his(state.call?.conversation) ? state.call : null,
  };
}

/**
 * Whether `attached` is another person's: none of the threads that were known is his. Where there was
 * none to tell by, what the page said tells (`said`).
 */
export function isOther(
  state: DeskState,
  message: DeskMessageOf<'attached'>,
  said: boolean,
): boolean {
  const known = Object.keys(state.threads);
  if (message.as === 'rep' || !(said || known.length)) return false;
  const his = visitorThreads(message.threads, 'threads');
  return !his.some((one) => known.includes(one.thread.id));
}

function offered(state: DeskState, offer: Offer): DeskState {
  const others = state.offers.filter((one) => one.id !== offer.id);
  const next = withThread(state, offer.conversation);
  return { ...next, offers: offer.state === 'pending' ? [...others, offer] : others };
}

/** Whether a rep's call went to another: he neither has it nor was asked in. */
function isAnothers(me: Rep | null, call: Call): boolean {
  return me !== null && isBusy(call) && call.rep?.id !== me.id && call.expert?.id !== me.id;
}

function called(state: DeskState, call: Call): DeskState {
  if (isAnothers(state.me, call))
    return state.call?.id === call.id ? { ...state, call: null } : state;
  if (state.call && state.call.id !== call.id && isBusy(state.call) && !isBusy(call)) return state;
  return { ...state, call };
}

function typed(state: DeskState, conversation: string, now: number): DeskState {
  return { ...state, typing: { ...state.typing, [conversation]: now } };
}

function seen(state: DeskState, message: DeskMessageOf<'seen'>): DeskState {
  const thread = state.threads[message.conversation];
  if (!thread) return state;
  const field = message.by === 'customer' ? 'read_by_customer' : 'read_by_rep';
  return withThread(state, { ...thread, [field]: message.seq });
}

function bound(state: DeskState, message: DeskMessageOf<'bound'>): DeskState {
  const next = withThread(state, message.thread);
  return message.welcome ? withMessages(next, message.conversation, [message.welcome]) : next;
}

function failed(state: DeskState, message: DeskMessageOf<'error'>, now: number): DeskState {
  const clientId = typeof message.id === 'string' ? message.id : '';
  const outgoing = state.outgoing.map((one) =>
    one.clientId === clientId ? { ...one, failed: true } : one,
  );
  return { ...state, outgoing, error: { code: message.code, at: now } };
}

export function reduceDesk(state: DeskState, event: DeskEvent, now: number): DeskState {
  switch (event.t) {
    case 'attached':
      return attached(state, event);
    case 'card':
      return { ...state, card: event, tapRefused: null };
    case 'tap_refused':
      return { ...state, card: null, tapRefused: event.message };
    case 'bound':
      return bound(state, event);
    case 'binding': {
      const next = event.thread ? withThread(state, event.thread) : state;
      return { ...next, bindings: { ...state.bindings, [event.binding.id]: event.binding } };
    }
    case 'said':
    case 'message': {
      const next = withMessages(state, event.conversation, [event.message]);
      return typed(next, event.conversation, 0);
    }
    case 'history':
      return {
        ...withMessages(state, event.conversation, event.messages),
        more: { ...state.more, [event.conversation]: event.more },
      };
    case 'typing':
      return typed(state, event.conversation, now);
    case 'seen':
      return seen(state, event);
    case 'conversation':
      return withThread(state, event.conversation);
    case 'queue':
      return { ...state, queue: { ...state.queue, [event.conversation]: event } };
    case 'assist':
      return { ...state, assist: { ...state.assist, [event.conversation]: event.cards } };
    case 'offered':
      return offered(state, event.offer);
    case 'presence':
      return { ...state, me: event.rep };
    case 'present':
      return { ...state, present: event.n, here: { ...state.here, ...byGroup(event.groups) } };
    case 'kept':
      return { ...state, kept: event };
    case 'call_refused':
      return { ...state, callRefused: event };
    case 'call':
      return { ...called(state, event.call), callRefused: null };
    case 'error':
      return failed(state, event, now);
    case 'local/down':
      return { ...state, up: false, refused: event.final };
    case 'local/tapped':
      return { ...state, card: null, tapRefused: null, error: null };
    case 'local/other':
      return { ...initialDesk(), person: state.person + 1 };
    case 'local/say':
      return {
        ...state,
        outgoing: [
          ...state.outgoing.filter((one) => one.clientId !== event.message.clientId),
          event.message,
        ],
      };
    case 'local/call-seen':
      return { ...state, call: null };
  }
}

/** The visitor's thread with a living binding, the newest; null = he has nobody. */
export function ownThread(state: DeskState): Thread | null {
  const dead = new Set(
    Object.values(state.bindings)
      .filter((one) => ['ended', 'refused', 'limit', 'declined'].includes(one.state))
      .map((one) => one.id),
  );
  const alive = Object.values(state.threads).filter((one) => !dead.has(one.binding));
  return alive.sort((a, b) => b.last_at - a.last_at)[0] ?? null;
}

/** Messages of the other side that were not seen. */
export function unread(state: DeskState, thread: Thread, as: 'customer' | 'rep'): number {
  const read = as === 'customer' ? thread.read_by_customer : thread.read_by_rep;
  const loaded = state.messages[thread.id];
  if (!loaded?.length)
    return as === 'rep' && thread.last_by === 'customer' ? +(thread.seq > read) : 0;
  return loaded.filter((one) => one.seq > read && one.by !== as && one.kind !== 'call').length;
}
