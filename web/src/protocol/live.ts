/** The messages of live rooms: docs/protocol.md, "Live rooms". */
import { bool, def, list, nullable, num, opt, shape, str, wordOr, type Checked } from './check.js';

export const product = shape({
  sku: str,
  title: def(str, ''),
  image: def(str, ''),
  price: def(str, ''),
  stock: def(str, ''),
  can_buy: def(bool, false),
});
/** What a page may show of a product; its shop's address is never told. */
export type Product = Checked<typeof product>;

const pin = shape({
  id: str,
  sku: str,
  note: def(str, ''),
  from_ms: def(num, 0),
  product: nullable(product),
});
/** What is shown over the stream now. */
export type Pin = Checked<typeof pin>;

export const comment = shape({
  id: str,
  client_id: def(str, ''),
  participant: def(str, ''),
  name: def(str, ''),
  text: str,
  room_ms: def(num, 0),
  at: def(num, 0),
  host: def(bool, false),
  bot: def(bool, false),
});
export type Comment = Checked<typeof comment>;

const poll = shape({
  id: str,
  question: str,
  options: list(shape({ text: str, votes: def(num, 0) })),
  open: def(bool, false),
});
export type Poll = Checked<typeof poll>;

const guest = shape({
  participant: str,
  name: def(str, ''),
  on_stage: def(bool, false),
  invited: def(bool, false),
});
/** A viewer who is on stage, asks to be, or is asked to be. */
export type StageGuest = Checked<typeof guest>;

const quiet = shape({
  comment: str,
  name: def(str, ''),
  muted: def(bool, false),
  shadowed: def(bool, false),
});
/** Whom a host made quiet, and by which comment. */
export type Quiet = Checked<typeof quiet>;

const live = shape({
  room: str,
  brand: def(str, ''),
  /** Whose reps answer here; '' = the brand's first group. */
  group: def(str, ''),
  state: wordOr('ended', 'scheduled', 'live', 'paused', 'ended'),
  title: def(str, ''),
  summary: def(str, ''),
  image: def(str, ''),
  host: def(str, ''),
  scheduled_at: def(num, 0),
  live_at: def(num, 0),
  ended_at: def(num, 0),
  epoch: def(num, 0),
  slow_s: def(num, 0),
});
/** The live room itself. */
export type Live = Checked<typeof live>;

const staffing = shape({
  present: def(num, 0),
  free: def(num, 0),
  waiting: def(num, 0),
  from_here: def(num, 0),
  waiting_since: def(num, 0),
  open_at: def(num, 0),
});
/** Hosts: who of the brand is there for the viewers, and who waits. */
export type Staffing = Checked<typeof staffing>;

/** What stands in it is looked at by whoever shows it. */
const words = shape({ broadcast: (value) => value, shown: def(num, 0), confirmed: def(num, 0) });

/** One row for each message the server sends: its fields. */
export const LIVE_SERVER = {
  live: shape({
    live,
    room_ms: def(num, 0),
    viewers: def(num, 0),
    likes: def(num, 0),
    pin: nullable(pin),
    comments: def(list(comment), []),
    top: nullable(comment),
    poll: nullable(poll),
    shelf: def(list(product), []),
    link_hosts: def(list(str), []),
    guests: def(list(guest), []),
    quiet: def(list(quiet), []),
    blocked: def(list(str), []),
  }),
  live_state: shape({ live, room_ms: def(num, 0) }),
  clock: shape({ mid: str, participant: def(str, ''), rtp: num, room_ms: num }),
  fit: shape({ mid: str, state: str }),
  pinned: shape({ pin: nullable(pin), room_ms: def(num, 0) }),
  comments: shape({ comments: list(comment) }),
  comment: shape({ id: opt(num), comment }),
  comment_gone: shape({ comment: str }),
  comment_top: shape({ comment: nullable(comment) }),
  audience: shape({ viewers: def(num, 0), likes: def(num, 0) }),
  poll: shape({ poll: nullable(poll), room_ms: def(num, 0) }),
  guests: shape({ guests: list(guest) }),
  quiet: shape({ quiet: list(quiet) }),
  staffing,
  stage: shape({
    on: bool,
    invited: def(bool, false),
    token: def(str, ''),
    identity: def(str, ''),
  }),
  shelf: shape({ shelf: list(product) }),
  broadcast: words,
  broadcast_over: words,
  broadcast_count: words,
};

/** What viewers and hosts of live rooms may say. */
export type LiveClientMessage =
  | { t: 'comment'; id?: number; client_id: string; text: string }
  | { t: 'like'; n: number }
  | { t: 'vote'; poll: string; option: number }
  | { t: 'stage'; on: boolean; participant?: string; recorded?: boolean }
  | { t: 'live'; state?: 'live' | 'paused' | 'ended'; slow_s?: number }
  | { t: 'pin'; sku?: string; note?: string }
  | { t: 'moderate'; comment: string; action: string }
  | { t: 'blocked'; words: string[] }
  | { t: 'poll'; question?: string; options?: string[] }
  | { t: 'ack'; broadcast: string; what: 'shown' | 'confirmed' }
  | { t: 'broadcasts' }
  | { t: 'broadcast'; text: string; confirm: boolean; client_id: string }
  | { t: 'broadcast_end'; broadcast: string };
