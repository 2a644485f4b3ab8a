/**
 * The messages of the WebSocket `/v1/rt`, as docs/protocol.md fixes them. What the server says is
 * parsed here, once, at the socket ({@link parseServerMessage}); behind it everything is typed.
 */
import {
  BadMessage,
  bool,
  def,
  list,
  mapOf,
  nullable,
  num,
  oneOf,
  opt,
  shape,
  str,
  wordOr,
  type Check,
  type Checked,
} from './check.js';
import { LIVE_SERVER, type LiveClientMessage } from './live.js';

export const SUBPROTOCOL = 'parlor.v1';
export const REACTIONS = ['👍', '👏', '❤️', '😂', '😮', '🎉'] as const;
export const CHAT_MAX_CHARS = 4000;
export const NAME_MAX_CHARS = 64;

export const SOURCES = ['microphone', 'camera', 'screen', 'screen_audio'] as const;
/** What a person can publish. */
export type SourceKind = (typeof SOURCES)[number];
/** What a receive slot carries. */
export type SlotKind = 'audio' | 'video' | 'screen' | 'screen_audio';

const role = wordOr('guest', 'host', 'member', 'partner', 'guest', 'viewer');
export type Role = Checked<typeof role>;

const source = shape({
  muted: def(bool, false),
  active: def(bool, true),
  width: def(num, 0),
  height: def(num, 0),
  codec: def(str, ''),
});

const participant = shape({
  id: str,
  identity: def(str, ''),
  name: str,
  role,
  joined_at: def(num, 0),
  hand: def(num, 0),
  sources: def(
    shape({
      microphone: opt(source),
      camera: opt(source),
      screen: opt(source),
      screen_audio: opt(source),
    }),
    { microphone: undefined, camera: undefined, screen: undefined, screen_audio: undefined },
  ),
  state: def(wordOr('connected', 'connecting', 'connected', 'reconnecting'), 'connected'),
  guest: def(bool, false),
  /** Of a partner: he is external. */
  company: def(str, ''),
  /** Of the recording that runs; absent while none does. */
  consent: def(wordOr('unknown', 'unknown', 'given', 'refused'), 'unknown'),
  recorded: def(bool, false),
});
/** A person in the room. */
export type Participant = Checked<typeof participant>;

const chatMessage = shape({
  id: str,
  client_id: def(str, ''),
  participant: def(str, ''),
  name: def(str, ''),
  company: def(str, ''),
  text: str,
  at: num,
  room_ms: def(num, 0),
});
export type ChatMessage = Checked<typeof chatMessage>;

/** What is recorded of the room, and how people are asked. */
const recording = shape({
  state: def(wordOr('off', 'off', 'on', 'paused'), 'off'),
  mode: def(wordOr('ask', 'ask', 'notice'), 'ask'),
  policy: def(wordOr('by_host', 'by_host', 'always', 'never'), 'by_host'),
  id: def(str, ''),
  since: def(num, 0),
  trouble: def(str, ''),
});
export type Recording = Checked<typeof recording>;
const NOT_RECORDED: Recording = {
  state: 'off',
  mode: 'ask',
  policy: 'never',
  id: '',
  since: 0,
  trouble: '',
};

export const MARKER_KINDS = ['conclusion', 'parameter', 'assignment', 'question'] as const;
export type MarkerKind = (typeof MARKER_KINDS)[number];
const marker = shape({
  id: str,
  version: def(num, 1),
  kind: wordOr('conclusion', ...MARKER_KINDS),
  text: str,
  owner: opt(str),
  room_ms: def(num, 0),
  /** While a recording ran, which keeps its own picture of it. */
  recorded: def(bool, true),
  /** A picture of it without a recording. */
  still: def(bool, false),
});
/** Something that was agreed or asked, at an instant of the room's clock. */
export type Marker = Checked<typeof marker>;

const room = shape({
  id: str,
  code: def(str, ''),
  title: def(str, ''),
  kind: def(str, 'meeting'),
  locked: def(bool, false),
  lobby: def(bool, false),
  created_at: def(num, 0),
  room_ms: def(num, 0),
  join_url: def(str, ''),
  recording: def(recording, NOT_RECORDED),
  watermark: def(bool, false),
  end_to_end: def(bool, false),
  doc_url: def(str, ''),
  panel_url: def(str, ''),
});
export type Room = Checked<typeof room>;

const iceServer = shape({
  urls: ((v, p) => (typeof v === 'string' ? [v] : list(str)(v, p))) as Check<string[]>,
  username: opt(str),
  credential: opt(str),
});
export type IceServer = Checked<typeof iceServer>;
export const iceServers = list(iceServer);

const slotAssignment = shape({
  mid: str,
  participant: nullable(str),
  source: opt(oneOf(...SOURCES)),
  rtp: opt(num),
});
/** Who is in a receive slot; `rtp` is the first RTP timestamp of the new source. */
export type SlotAssignment = Checked<typeof slotAssignment>;

const waiting = shape({
  participant: str,
  name: def(str, ''),
  company: def(str, ''),
  since: def(num, 0),
});
export type Waiting = Checked<typeof waiting>;

const yourQuality = shape({
  level: def(num, 3),
  loss_up: def(num, 0),
  loss_down: def(num, 0),
  rtt_ms: def(num, 0),
  down_bps: def(num, 0),
  up_bps: def(num, 0),
  estimate_bps: def(num, -1),
  reduced: def(num, 0),
  paused: def(num, 0),
  why: def(wordOr('ok', 'ok', 'uplink', 'downlink', 'server', 'peer'), 'ok'),
});
export type YourQuality = Checked<typeof yourQuality>;

const personQuality = shape({
  participant: str,
  level: def(num, 3),
  loss_up: def(num, 0),
  loss_down: def(num, 0),
  rtt_ms: def(num, -1),
  jitter_up_ms: def(num, -1),
  jitter_down_ms: def(num, -1),
  up_bps: def(num, 0),
  fps_up: def(num, 0),
  b_frames: def(bool, false),
  height_up: def(num, 0),
  height_down: def(num, 0),
  freezes: def(num, 0),
  freeze_ms: def(num, 0),
});
/** How it is for one person, as a host sees it; -1 = unknown. */
export type PersonQuality = Checked<typeof personQuality>;

/** One row for each message the server sends: its fields. */
const SERVER = {
  welcome: shape({
    id: opt(num),
    participant: str,
    resume_token: def(str, ''),
    resumed: def(bool, false),
    transport: def(wordOr('gone', 'gone', 'alive'), 'gone'),
    room,
    role,
    rights: def(list(str), []),
    participants: list(participant),
    hands: def(list(str), []),
    chat: def(list(chatMessage), []),
    markers: def(list(marker), []),
    slots: def(
      shape({
        audio: def(num, 3),
        video: def(num, 25),
        screen: def(num, 1),
        screen_audio: def(num, 1),
      }),
      { audio: 3, video: 25, screen: 1, screen_audio: 1 },
    ),
    ice_servers: def(iceServers, []),
    server: def(shape({ version: def(str, ''), epoch: def(str, '') }), { version: '', epoch: '' }),
  }),
  waiting: shape({ id: opt(num), position: def(num, 0) }),
  denied: shape({
    reason: wordOr('host', 'host', 'locked', 'banned', 'room_closed', 'room_full'),
  }),
  answer: shape({ id: opt(num), sdp: str }),
  transport: shape({ state: wordOr('connected', 'connected', 'failed') }),
  slots: shape({ slots: list(slotAssignment) }),
  speaker: shape({ participant: nullable(str) }),
  speaking: shape({ participants: list(str) }),
  participant: shape({ participant }),
  left: shape({
    participant: str,
    reason: def(wordOr('left', 'left', 'lost', 'removed', 'banned', 'replaced'), 'left'),
  }),
  hands: shape({ hands: list(str) }),
  reaction: shape({ participant: str, emoji: str }),
  chat: shape({ id: opt(num), message: chatMessage }),
  marker: shape({ marker }),
  room_quality: shape({ id: opt(num), people: list(personQuality) }),
  consent: shape({ id: opt(num), removal: str }),
  panel: shape({ id: opt(num), kind: str, origin: str, token: str, expires_at: def(num, 0) }),
  quality: shape({ you: opt(yourQuality), participants: def(mapOf(num), {}) }),
  layers: shape({ source: def(oneOf(...SOURCES), 'camera'), rids: list(str) }),
  lobby: shape({ waiting: list(waiting) }),
  room: shape({ room }),
  muted: shape({ source: def(oneOf(...SOURCES), 'microphone'), by: def(str, '') }),
  ask_unmute: shape({ by: def(str, '') }),
  closed: shape({
    reason: wordOr(
      'ended',
      'ended',
      'removed',
      'banned',
      'replaced',
      'server_shutdown',
      'token_expired',
    ),
  }),
  error: shape({ id: opt(num), code: str, message: def(str, '') }),
  ...LIVE_SERVER,
};

type Table = typeof SERVER;
/** Anything the server may say. */
export type ServerMessage = { [T in keyof Table]: { t: T } & Checked<Table[T]> }[keyof Table];
/** The server's message of one type. */
export type ServerMessageOf<T extends keyof Table> = Extract<ServerMessage, { t: T }>;
/** Names of all messages the server may send. */
export const SERVER_TYPES = Object.keys(SERVER) as (keyof Table)[];

/** Parses one text frame. Throws {@link BadMessage} on anything docs/protocol.md does not allow. */
export function parseServerMessage(text: string): ServerMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new BadMessage('not JSON');
  }
  const { t } = shape({ t: str })(value, '$');
  if (!Object.hasOwn(SERVER, t)) throw new BadMessage(`$.t: unknown type ${t}`);
  const fields = SERVER[t as keyof Table](value, '$');
  return { t, ...fields } as ServerMessage;
}

/** One tile of a `view`; sizes in device pixels. */
export interface ViewTile {
  participant: string;
  width: number;
  height: number;
}

/** What the page shows, which drives slots and layers. */
export interface View {
  tiles: ViewTile[];
  pinned: string | null;
  screen: string | null;
  visible: boolean;
  layout: 'grid' | 'speaker';
}

/** Anything the page may say. */
export type ClientMessage =
  | LiveClientMessage
  | {
      t: 'join';
      id?: number;
      token?: string;
      room?: string;
      name: string;
      resume?: string;
      device?: string;
      visitor?: string;
      lang?: string;
    }
  | {
      t: 'offer';
      id?: number;
      sdp: string;
      senders: { mid: string; source: SourceKind }[];
      slots: { mid: string; kind: SlotKind }[];
    }
  | ({ t: 'view' } & View)
  | {
      t: 'source';
      source: SourceKind;
      on: boolean;
      muted?: boolean;
      width?: number;
      height?: number;
    }
  | { t: 'name'; name: string }
  | { t: 'hand'; raised: boolean; participant?: string }
  | { t: 'reaction'; emoji: string }
  | { t: 'chat'; id?: number; client_id: string; text: string }
  | { t: 'panel'; id?: number; kind: 'doc' | 'panel' }
  | { t: 'leave' }
  | { t: 'stats'; frames: number; freezes: number; freeze_ms: number; concealed: number }
  | { t: 'admit' | 'deny' | 'ask_unmute'; participant: string }
  | { t: 'room'; locked?: boolean; lobby?: boolean; title?: string }
  | { t: 'room_quality' }
  | { t: 'stage_pin'; participant?: string }
  | { t: 'mute_all' }
  | { t: 'mute'; participant: string; source: SourceKind }
  | { t: 'remove'; participant: string; ban: boolean }
  | { t: 'role'; participant: string; role: 'host' | 'member' }
  | { t: 'record'; action: 'start' | 'pause' | 'resume' | 'stop' }
  | { t: 'consent'; id?: number; answer: boolean; remove?: boolean; recording?: string }
  | {
      t: 'marker';
      kind: MarkerKind;
      text: string;
      owner?: string;
      marker?: string;
      ago_ms?: number;
    }
  | { t: 'end' };
