/** A live room as this page knows it: plain data, changed by {@link reduceLive} alone. */
import type {
  Comment,
  Live,
  Pin,
  Poll,
  Product,
  Quiet,
  Staffing,
  StageGuest,
} from '../protocol/live.js';
import type { ServerMessage } from '../protocol/messages.js';

export interface LiveState {
  /** Null until the server has told. */
  live: Live | null;
  viewers: number;
  likes: number;
  pin: Pin | null;
  comments: Comment[];
  top: Comment | null;
  poll: Poll | null;
  /** In which poll this page voted, and for what. */
  voted: { poll: string; option: number } | null;
  shelf: Product[];
  linkHosts: string[];
  guests: StageGuest[];
  /** Hosts: who is made quiet. */
  quiet: Quiet[];
  blocked: string[];
  /** Hosts, where the brand has groups: who is there for the viewers. */
  staffing: Staffing | null;
  /** This viewer and the stage; `refused` until he has read it or asks again. */
  stage: 'off' | 'invited' | 'asked' | 'on' | 'refused';
}

export function initialLive(): LiveState {
  return {
    live: null,
    viewers: 0,
    likes: 0,
    pin: null,
    comments: [],
    top: null,
    poll: null,
    voted: null,
    shelf: [],
    linkHosts: [],
    guests: [],
    quiet: [],
    blocked: [],
    staffing: null,
    stage: 'off',
  };
}

/** What the page does to it. */
export type LiveLocal =
  | { t: 'local/stage'; stage: LiveState['stage'] }
  | { t: 'local/voted'; poll: string; option: number };

const MAX_COMMENTS = 200;

function withComments(state: LiveState, more: Comment[]): LiveState {
  const known = new Set(state.comments.map((one) => one.id));
  const fresh = more.filter((one) => !known.has(one.id));
  if (fresh.length === 0) return state;
  return { ...state, comments: [...state.comments, ...fresh].slice(-MAX_COMMENTS) };
}

/** The next state. Pure. */
export function reduceLive(state: LiveState, event: ServerMessage | LiveLocal): LiveState {
  switch (event.t) {
    case 'live': {
      const { live, viewers, likes, pin, comments, top, poll } = event;
      const { shelf, link_hosts: linkHosts, guests, quiet, blocked } = event;
      const all = { live, viewers, likes, pin, comments, top, poll, shelf, linkHosts };
      return { ...state, ...all, guests, quiet, blocked };
    }
    case 'live_state':
      return { ...state, live: event.live };
    case 'pinned':
      return { ...state, pin: event.pin };
    case 'comments':
      return withComments(state, event.comments);
    case 'comment':
      return withComments(state, [event.comment]);
    case 'comment_gone':
      return { ...state, comments: state.comments.filter((one) => one.id !== event.comment) };
    case 'comment_top':
      return { ...state, top: event.comment };
    case 'audience':
      return { ...state, viewers: event.viewers, likes: event.likes };
    case 'poll':
      return { ...state, poll: event.poll };
    case 'quiet':
      return { ...state, quiet: event.quiet };
    case 'staffing':
      return { ...state, staffing: event };
    case 'guests':
      return { ...state, guests: event.guests };
    case 'shelf':
      return { ...state, shelf: event.shelf };
    case 'stage':
      /* Who asked and was not taken reads so; who was on stage, or was asked, is off it. */
      return {
        ...state,
        stage: event.on
          ? 'on'
          : event.invited
            ? 'invited'
            : state.stage === 'asked'
              ? 'refused'
              : 'off',
      };
    case 'local/stage':
      return { ...state, stage: event.stage };
    case 'local/voted':
      return { ...state, voted: { poll: event.poll, option: event.option } };
    default:
      return state;
  }
}

/** The pieces of a comment: only addresses of these hosts become links. */
export function commentPieces(text: string, hosts: string[]): { text: string; link: boolean }[] {
  const out: { text: string; link: boolean }[] = [];
  let at = 0;
  for (const match of text.matchAll(
    /https?:\/\/([^\s/?#<>"']+)[^\s<>"'，。；！？、（）《》“”]*/g,
  )) {
    if (!hosts.includes(match[1] ?? '')) continue;
    if (match.index > at) out.push({ text: text.slice(at, match.index), link: false });
    out.push({ text: match[0], link: true });
    at = match.index + match[0].length;
  }
  if (at < text.length) out.push({ text: text.slice(at), link: false });
  return out;
}
