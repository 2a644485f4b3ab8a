/** The meeting as this page knows it: plain data, changed by {@link reduce} alone. */
import type {
  ChatMessage,
  Marker,
  Participant,
  Role,
  Room,
  ServerMessage,
  ServerMessageOf,
  SourceKind,
  Waiting,
  YourQuality,
} from '../protocol/messages.js';
import { applySlots, without, type Slots } from './slots.js';

/** Why the meeting is over for this person, or why the door stayed shut. */
export type EndReason =
  | ServerMessageOf<'closed'>['reason']
  | ServerMessageOf<'denied'>['reason']
  | 'left'
  | 'no_such_room'
  | 'refused';

export type Layout = 'grid' | 'speaker';

/** A passing message to this person; `code` is translated by the page. */
export interface Notice {
  key: number;
  code: string;
  name?: string;
}

export interface FlyingReaction {
  key: number;
  participant: string;
  emoji: string;
}

export interface RoomState {
  phase: 'before' | 'joining' | 'waiting' | 'room' | 'ended';
  /** The WebSocket: `lost` shows the rejoin overlay. */
  line: 'up' | 'lost';
  ended: EndReason | null;
  me: string | null;
  role: Role;
  rights: string[];
  room: Room | null;
  /** Server's `room_ms` minus this page's clock, to show the meeting's age. */
  roomEpochMs: number;
  participants: Record<string, Participant>;
  hands: string[];
  chat: ChatMessage[];
  markers: Marker[];
  chatOpen: boolean;
  unread: number;
  speaker: string | null;
  speaking: string[];
  /** When each person was last heard, for the order of tiles (ms of this page's clock). */
  heard: Record<string, number>;
  lobby: Waiting[];
  waitingPosition: number;
  slots: Slots;
  you: YourQuality | null;
  levels: Record<string, number>;
  reactions: FlyingReaction[];
  notices: Notice[];
  /** Somebody asked this person to unmute. */
  askedBy: string | null;
  /** The last word about this person's wish to be out of a recording. */
  removal?: ServerMessageOf<'consent'>;
  pinned: string | null;
  layout: Layout;
  /** Whose screen is the stage: the last one who began. */
  screenOf: string | null;
  media: 'connecting' | 'connected' | 'failed';
  serverEpoch: string;
  nextKey: number;
}

/** What the page itself does to the state. */
export type LocalEvent =
  | { t: 'local/joining' }
  | { t: 'local/down'; again: boolean }
  | { t: 'local/end'; reason: EndReason }
  | { t: 'local/chat-open'; open: boolean }
  | { t: 'local/pin'; participant: string | null }
  | { t: 'local/layout'; layout: Layout }
  | { t: 'local/media'; state: RoomState['media'] }
  | { t: 'local/notice'; code: string; name?: string }
  | { t: 'local/notice-gone'; key: number }
  | { t: 'local/reaction-gone'; key: number }
  | { t: 'local/asked-done' };

export type RoomEvent = ServerMessage | LocalEvent;

export function initialState(): RoomState {
  return {
    phase: 'before',
    line: 'up',
    ended: null,
    me: null,
    role: 'guest',
    rights: [],
    room: null,
    roomEpochMs: 0,
    participants: {},
    hands: [],
    chat: [],
    markers: [],
    chatOpen: false,
    unread: 0,
    speaker: null,
    speaking: [],
    heard: {},
    lobby: [],
    waitingPosition: 0,
    slots: {},
    you: null,
    levels: {},
    reactions: [],
    notices: [],
    askedBy: null,
    pinned: null,
    layout: 'grid',
    screenOf: null,
    media: 'connecting',
    serverEpoch: '',
    nextKey: 1,
  };
}

const MAX_CHAT = 2000;
const MAX_NOTICES = 4;
const MAX_REACTIONS = 20;
/** In a larger room coming and going is not news. */
const ANNOUNCED = 30;

/** The next state. Pure: `now` is the page's clock in ms. */
export function reduce(state: RoomState, event: RoomEvent, now: number): RoomState {
  switch (event.t) {
    case 'welcome':
      return welcome(state, event, now);
    case 'waiting':
      return { ...state, phase: 'waiting', line: 'up', waitingPosition: event.position };
    case 'denied':
    case 'closed':
      return closed(state, event.reason);
    case 'transport':
      return { ...state, media: event.state };
    case 'slots':
      return { ...state, slots: applySlots(state.slots, event.slots, now) };
    case 'participant':
      return seen(state, event.participant);
    case 'left':
      return left(state, event.participant, event.reason);
    case 'hands':
      return handsRaised(state, event.hands);
    case 'chat':
      return chatted(state, event.message);
    case 'speaker':
      return { ...state, speaker: event.participant };
    case 'speaking':
      return spoke(state, event.participants, now);
    default:
      return reduceSmall(state, event);
  }
}

function reduceSmall(state: RoomState, event: RoomEvent): RoomState {
  switch (event.t) {
    case 'room':
      return { ...state, room: event.room };
    case 'lobby':
      return { ...state, lobby: event.waiting };
    case 'quality':
      return { ...state, you: event.you ?? state.you, levels: event.participants };
    case 'marker':
      return marked(state, event.marker);
    case 'reaction':
      return react(state, event.participant, event.emoji);
    case 'muted':
      return notice(state, `muted_${event.source}`, state.participants[event.by]?.name);
    case 'ask_unmute':
      return { ...state, askedBy: event.by };
    case 'consent':
      return { ...state, removal: event };
    case 'answer':
    case 'error':
      return state;
    default:
      /* What live rooms say beside is in live.ts. */
      return event.t.startsWith('local/') ? reduceLocal(state, event as LocalEvent) : state;
  }
}

function reduceLocal(state: RoomState, event: LocalEvent): RoomState {
  switch (event.t) {
    case 'local/joining':
      return { ...state, phase: state.phase === 'room' ? 'room' : 'joining', ended: null };
    case 'local/down':
      return event.again ? { ...state, line: 'lost' } : state;
    case 'local/end':
      return closed(state, event.reason);
    case 'local/chat-open':
      return { ...state, chatOpen: event.open, unread: event.open ? 0 : state.unread };
    case 'local/pin':
      return { ...state, pinned: event.participant };
    case 'local/layout':
      return { ...state, layout: event.layout };
    case 'local/media':
      return { ...state, media: event.state };
    case 'local/notice':
      return notice(state, event.code, event.name);
    case 'local/notice-gone':
      return { ...state, notices: state.notices.filter((one) => one.key !== event.key) };
    case 'local/reaction-gone':
      return { ...state, reactions: state.reactions.filter((one) => one.key !== event.key) };
    case 'local/asked-done':
      return { ...state, askedBy: null };
  }
}

function welcome(state: RoomState, w: ServerMessageOf<'welcome'>, now: number): RoomState {
  const participants = Object.fromEntries(w.participants.map((one) => [one.id, one]));
  const kept = state.chat.filter((old) => !w.chat.some((one) => one.id === old.id));
  const back = state.me === w.participant && w.transport === 'alive';
  return {
    ...state,
    phase: 'room',
    line: 'up',
    ended: null,
    me: w.participant,
    role: w.role,
    rights: w.rights,
    room: w.room,
    roomEpochMs: now - w.room.room_ms,
    participants,
    hands: w.hands,
    chat: [...kept, ...w.chat].sort((a, b) => a.at - b.at).slice(-MAX_CHAT),
    markers: w.markers,
    speaking: [],
    lobby: [],
    slots: back ? state.slots : {},
    pinned: state.pinned && participants[state.pinned] ? state.pinned : null,
    screenOf: screenAfter(state.screenOf, participants),
    media: back ? state.media : 'connecting',
    serverEpoch: w.server.epoch,
  };
}

/** A new version takes the place of the old one. */
function marked(state: RoomState, marker: Marker): RoomState {
  const others = state.markers.filter((one) => one.id !== marker.id);
  const markers = [...others, marker].sort((a, b) => a.room_ms - b.room_ms);
  const noted = notice({ ...state, markers }, `marker_${marker.kind}`, marker.text);
  return others.length === state.markers.length ? noted : { ...state, markers };
}

function closed(state: RoomState, reason: EndReason): RoomState {
  if (reason === 'server_shutdown') return { ...state, line: 'lost' };
  return { ...state, phase: 'ended', ended: reason, line: 'up' };
}

/** Keeps the screen on stage while it lasts, else takes any that is there. */
function screenAfter(current: string | null, all: Record<string, Participant>): string | null {
  if (current && all[current]?.sources.screen) return current;
  return Object.values(all).find((one) => one.sources.screen)?.id ?? null;
}

function seen(state: RoomState, p: Participant): RoomState {
  const before = state.participants[p.id];
  const participants = { ...state.participants, [p.id]: p };
  const beganScreen = p.sources.screen && !before?.sources.screen;
  const next: RoomState = {
    ...state,
    participants,
    screenOf: beganScreen ? p.id : screenAfter(state.screenOf, participants),
  };
  if (p.id === state.me) return { ...next, ...myRights(state, p) };
  if (before) return next;
  const crowd = Object.keys(participants).length > ANNOUNCED;
  return crowd ? next : notice(next, 'joined', p.name);
}

/** A change of one's own role changes what one may do at once; the server checks anyway. */
function myRights(state: RoomState, p: Participant): Partial<RoomState> {
  if (p.role === state.role) return {};
  const rest = state.rights.filter((one) => one !== 'moderate');
  return { role: p.role, rights: p.role === 'host' ? [...rest, 'moderate'] : rest };
}

function left(state: RoomState, id: string, reason: string): RoomState {
  const gone = state.participants[id];
  if (!gone) return state;
  const participants = without(state.participants, id);
  const next: RoomState = {
    ...state,
    participants,
    hands: state.hands.filter((one) => one !== id),
    speaking: state.speaking.filter((one) => one !== id),
    speaker: state.speaker === id ? null : state.speaker,
    pinned: state.pinned === id ? null : state.pinned,
    screenOf: screenAfter(state.screenOf === id ? null : state.screenOf, participants),
  };
  const removed = reason === 'removed' || reason === 'banned';
  if (Object.keys(participants).length > ANNOUNCED) return next;
  return notice(next, removed ? 'was_removed' : 'left', gone.name);
}

function handsRaised(state: RoomState, hands: string[]): RoomState {
  const fresh = hands.find((one) => !state.hands.includes(one) && one !== state.me);
  const next = { ...state, hands };
  return fresh ? notice(next, 'hand_up', state.participants[fresh]?.name) : next;
}

function chatted(state: RoomState, message: ChatMessage): RoomState {
  if (state.chat.some((one) => one.id === message.id)) return state;
  const news = !state.chatOpen && message.participant !== state.me;
  return {
    ...state,
    chat: [...state.chat, message].slice(-MAX_CHAT),
    unread: state.unread + (news ? 1 : 0),
  };
}

function spoke(state: RoomState, speaking: string[], now: number): RoomState {
  const heard = { ...state.heard };
  for (const id of speaking) heard[id] = now;
  return { ...state, speaking, heard };
}

function react(state: RoomState, participant: string, emoji: string): RoomState {
  return {
    ...state,
    reactions: [...state.reactions, { key: state.nextKey, participant, emoji }].slice(
      -MAX_REACTIONS,
    ),
    nextKey: state.nextKey + 1,
  };
}

function notice(state: RoomState, code: string, name?: string): RoomState {
  const one: Notice = { key: state.nextKey, code, ...(name !== undefined && { name }) };
  return {
    ...state,
    notices: [...state.notices, one].slice(-MAX_NOTICES),
    nextKey: state.nextKey + 1,
  };
}

/** Whether this person may do what the right names. */
export function may(state: RoomState, right: string): boolean {
  return state.rights.includes(right);
}

/** Whether this person may publish the source. */
export function mayPublish(state: RoomState, source: SourceKind): boolean {
  return may(state, `publish.${source === 'screen_audio' ? 'screen' : source}`);
}
