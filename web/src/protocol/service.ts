/** The messages of service reps, as docs/protocol.md has them ("Service reps"). Parsed once, here. */
import {
  bool,
  def,
  list,
  nullable,
  num,
  opt,
  shape,
  str,
  wordOr,
  type Check,
  type Checked,
} from './check.js';

export const rep = shape({
  id: str,
  name: str,
  title: def(str, ''),
  photo: def(str, ''),
  card: def(str, ''),
  presence: def(str, 'offline'),
  suspended: def(bool, false),
  chats: def(num, 0),
});
/** A person who serves. The card is signed; the tick is drawn only after it was checked. */
export type Rep = Checked<typeof rep>;

const anything: Check<unknown> = (value) => value;

const message = shape({
  id: str,
  client_id: def(str, ''),
  seq: num,
  by: wordOr('system', 'customer', 'rep', 'system', 'bot'),
  author: def(str, ''),
  name: def(str, ''),
  kind: def(str, 'text'),
  text: def(str, ''),
  at: num,
  stream_ms: nullable(num),
  data: anything,
});
export type Message = Checked<typeof message>;

const customer = shape({
  id: str,
  display: def(str, ''),
  tags: def(str, ''),
  here: def(bool, false),
});

const call = shape({
  id: str,
  conversation: str,
  state: wordOr(
    'ended',
    'ringing',
    'connecting',
    'active',
    'held',
    'ended',
    'declined',
    'missed',
    'cancelled',
  ),
  by_rep: bool,
  media: wordOr('audio', 'audio', 'video'),
  room: def(str, ''),
  token: def(str, ''),
  rep: nullable(rep),
  /** A colleague whom the rep asked in. */
  expert: nullable(rep),
  expert_here: def(bool, false),
  may_record: def(bool, false),
  reason: def(str, ''),
  rescues: def(num, 0),
});
export type Call = Checked<typeof call>;

const upgrade = shape({ rep, until: num });

const rating = shape({
  of: str,
  id: str,
  rep: nullable(rep),
  score: nullable(num),
  text: def(str, ''),
  until: num,
});
/** What a customer is asked at the end of a talk, and what he said. */
export type Rating = Checked<typeof rating>;

const assistCard = shape({
  id: str,
  title: def(str, ''),
  text: def(str, ''),
  url: def(str, ''),
  sku: def(str, ''),
  material: def(str, ''),
});
/** A help of the brand's system that only the rep who answers sees. */
export type AssistCard = Checked<typeof assistCard>;

const thread = shape({
  id: str,
  state: wordOr('new', 'new', 'bot', 'queued', 'human', 'ended'),
  binding: def(str, ''),
  rep: nullable(rep),
  assignee: nullable(rep),
  seq: num,
  last_at: def(num, 0),
  read_by_rep: def(num, 0),
  read_by_customer: def(num, 0),
  position: def(num, 0),
  estimate_s: def(num, 0),
  call: opt(call),
  rating: nullable(rating),
  customer: nullable(customer),
  last_text: def(str, ''),
  last_by: def(str, ''),
  waiting_since: nullable(num),
  note: def(str, ''),
  product: def(str, ''),
  room: def(str, ''),
  room_ms: nullable(num),
  /** An upload: what the stream showed at the tap. */
  still: def(str, ''),
  personal_since: nullable(num),
  upgrade: nullable(upgrade),
});
/** A conversation; the last fields come only to a rep. */
export type Thread = Checked<typeof thread>;

const binding = shape({
  id: str,
  state: str,
  rep: nullable(rep),
  conversation: def(str, ''),
  previous: nullable(rep),
  undo_until: nullable(num),
  ended_by: def(str, ''),
  personal_since: nullable(num),
  upgrade: nullable(upgrade),
});
export type Binding = Checked<typeof binding>;

const offer = shape({ id: str, state: str, until: num, conversation: thread });
export type Offer = Checked<typeof offer>;

/** Of each group: how many are there. */
const groups = def(list(shape({ id: str, present: num })), []);

const CHECKS = {
  attached: shape({
    /** Of the attach that it answers; 0 = unasked: who sits there changed elsewhere. */
    id: def(num, 0),
    /** Unasked: another known person sat there before. */
    other: def(bool, false),
    as: str,
    brand: str,
    brand_name: def(str, ''),
    rep: nullable(rep),
    groups,
    threads: list(anything),
    offers: def(list(offer), []),
    colleagues: def(list(rep), []),
  }),
  card: shape({
    tap: str,
    rep: nullable(rep),
    known: bool,
    confirm: def(bool, true),
    reps_present: def(num, 0),
    open_at: nullable(num),
    faces: def(list(shape({ name: str, photo: def(str, '') })), []),
  }),
  bound: shape({
    tap: str,
    binding: str,
    conversation: str,
    state: str,
    rep: nullable(rep),
    welcome: nullable(message),
    thread,
  }),
  tap_refused: shape({ tap: str, message: def(str, '') }),
  binding: shape({ binding, thread: nullable(thread) }),
  said: shape({ conversation: str, message }),
  message: shape({ conversation: str, message }),
  history: shape({ conversation: str, messages: list(message), more: bool }),
  typing: shape({ conversation: str, by: str }),
  seen: shape({ conversation: str, by: str, seq: num }),
  conversation: shape({ conversation: thread }),
  queue: shape({
    conversation: str,
    position: num,
    estimate_s: num,
    reps_present: num,
    open_at: nullable(num),
  }),
  offered: shape({ offer }),
  presence: shape({ rep }),
  /** `groups`: those alone that changed. */
  present: shape({ n: num, groups }),
  call: shape({ call }),
  kept: shape({ binding: str, token: str, until: num }),
  assist: shape({ conversation: str, cards: list(assistCard) }),
  call_refused: shape({ conversation: str, message: def(str, '') }),
  error: shape({ code: str, message: def(str, '') }),
} satisfies Record<string, Check<unknown>>;

type Type = keyof typeof CHECKS;
/** Every type that is read here. */
export const DESK_TYPES = Object.keys(CHECKS);
export type DeskMessage = {
  [T in Type]: { t: T; id?: number | string } & Checked<(typeof CHECKS)[T]>;
}[Type];
export type DeskMessageOf<T extends Type> = Extract<DeskMessage, { t: T }>;

/** The message, or null for a type that is of no interest here. Throws on a wrong shape. */
export function parseDesk(text: string): DeskMessage | null {
  const value = JSON.parse(text) as { t?: unknown; id?: unknown };
  if (typeof value?.t !== 'string' || !Object.hasOwn(CHECKS, value.t)) return null;
  const body = CHECKS[value.t as Type](value, value.t);
  return { ...body, t: value.t, id: value.id } as DeskMessage;
}

/** The threads of `attached` to a rep. */
export const repThreads = list(thread);
/** Those that a search of HTTP found. */
export const foundThreads = list(thread);
/** The threads of `attached` to a visitor. */
export const visitorThreads = list(shape({ binding, thread }));
