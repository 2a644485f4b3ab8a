/** HTTP of replays: what whoever has the link sees, and what a host does. */
import { comment, product } from '../protocol/live.js';
import { def, list, nullable, num, shape, str, wordOr, type Checked } from '../protocol/check.js';
import { ApiError, callJson, postJson } from './http.js';

const card = {
  id: str,
  brand: def(str, ''),
  title: def(str, ''),
  summary: def(str, ''),
  host: def(str, ''),
  image: def(str, ''),
  duration_ms: def(num, 0),
  live_at: def(num, 0),
};
const part = shape({ from_ms: num, to_ms: num, file_ms: num });
const pin = shape({
  id: str,
  sku: str,
  note: def(str, ''),
  title: def(str, ''),
  price: def(str, ''),
  from_ms: num,
  to_ms: nullable(num),
  at_ms: num,
  product: nullable(product),
});
const replay = shape({
  ...card,
  room: str,
  entry: def(str, ''),
  media: str,
  width: def(num, 1280),
  height: def(num, 720),
  parts: list(part),
  pins: list(pin),
});
/** A published replay. */
export type Replay = Checked<typeof replay>;
const listed = shape(card);
/** One of a brand's list. */
export type ReplayCard = Checked<typeof listed>;

const own = shape({
  id: str,
  recording: def(str, ''),
  state: wordOr('failed', 'preparing', 'published', 'failed', 'withdrawn'),
  reason: def(str, ''),
  title: def(str, ''),
  url: def(str, ''),
  progress: def(num, 0),
  before: def(num, 0),
  duration_ms: def(num, 0),
});
/** One of the host's own. */
export type OwnReplay = Checked<typeof own>;
const recorded = shape({
  id: str,
  state: str,
  from_ms: num,
  to_ms: num,
  aired_from_ms: nullable(num),
  aired_to_ms: nullable(num),
});
export type Recorded = Checked<typeof recorded>;
const ownList = shape({ replays: list(own), recordings: list(recorded) });

const of = (id: string): string => `/v1/replays/${encodeURIComponent(id)}`;
const inRoom = (room: string): string => `/v1/rooms/${encodeURIComponent(room)}/replays`;

export const openReplay = (id: string): Promise<Replay> => callJson(of(id), {}, replay);

export async function commentsOf(id: string): Promise<Checked<typeof comment>[]> {
  return (await callJson(`${of(id)}/comments`, {}, shape({ comments: list(comment) }))).comments;
}

export async function replaysOf(brand: string): Promise<ReplayCard[]> {
  const path = `/v1/live/${encodeURIComponent(brand)}/replays`;
  return (await callJson(path, {}, shape({ replays: list(listed) }))).replays;
}

/** The shop, with the instant of the click. */
export function shopUrl(id: string, sku: string, roomMs: number): string {
  return `${of(id)}/go/${encodeURIComponent(sku)}?room_ms=${Math.round(roomMs)}`;
}

export interface Wish {
  title: string;
  recording?: string;
  from_ms: number;
  to_ms: number;
  drop: { from_ms: number; to_ms: number }[];
  portrait: boolean;
}

/** `token`: the host's; '' = whoever is signed in. */
const as = (token: string, init: RequestInit = {}): RequestInit => ({
  ...init,
  headers: {
    ...(init.headers as Record<string, string> | undefined),
    ...(token ? { authorization: `Bearer ${token}` } : {}),
  },
});

export const ownReplays = (room: string, token: string): Promise<Checked<typeof ownList>> =>
  callJson(inRoom(room), as(token), ownList);

export const publishReplay = (room: string, token: string, wish: Wish): Promise<OwnReplay> =>
  callJson(inRoom(room), as(token, postJson(wish)), own);

/** For everybody, at once and for good. */
export async function withdrawReplay(room: string, token: string, id: string): Promise<void> {
  const path = `${inRoom(room)}/${encodeURIComponent(id)}`;
  const init = as(token, { ...postJson({}), method: 'DELETE', body: null });
  const answer = await fetch(path, init).catch(() => null);
  if (!answer?.ok) throw new ApiError(answer ? `http_${answer.status}` : 'offline', answer?.status);
}
