/** HTTP of those who make a stream: their streams, the way back to its console, an assistant's, an encoder's key. */
import { def, list, num, shape, str, wordOr, type Checked } from '../protocol/check.js';
import { callJson, postJson } from './http.js';

const way = shape({ token: str, url: str, expires_at: def(num, 0) });
/** Into a console, or for an encoder: `url` is its WHIP address then. */
export type Way = Checked<typeof way>;

/** `bearer`: a host's token of this room; '' = as whoever is signed in. */
const as = (bearer: string, init: RequestInit): RequestInit => ({
  ...init,
  headers: {
    ...(init.headers as Record<string, string> | undefined),
    ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
  },
});

const inRoom = (room: string, what: string): string =>
  `/v1/rooms/${encodeURIComponent(room)}/${what}`;

export function wayTo(
  room: string,
  who: 'host' | 'assistant' | 'encoder',
  bearer: string,
  name = '',
): Promise<Way> {
  const body = name ? { as: who, name } : { as: who };
  return callJson(inRoom(room, 'console'), as(bearer, postJson(body)), way);
}

const stream = shape({
  room: str,
  state: wordOr('ended', 'scheduled', 'live', 'paused', 'ended'),
  title: def(str, ''),
  scheduled_at: def(num, 0),
});
export type Stream = Checked<typeof stream>;

const AT_MOST = 20;
const open = shape({ rooms: list(shape({ id: str, kind: def(str, '') })) });

/** Streams of one's brand that are not over, those on air first. */
export async function ownStreams(): Promise<Stream[]> {
  const { rooms } = await callJson('/v1/rooms', {}, open);
  const live = rooms.filter((one) => one.kind === 'live').slice(-AT_MOST);
  const known = live.map((one) =>
    callJson(inRoom(one.id, 'live'), {}, stream).catch((): Stream | null => null),
  );
  const all = (await Promise.all(known)).flatMap((one) => (one ? [one] : []));
  const rank = (one: Stream): number => (one.state === 'scheduled' ? one.scheduled_at + 1 : 0);
  return all.filter((one) => one.state !== 'ended').sort((a, b) => rank(a) - rank(b));
}

/** What a stream is called, who answers its viewers, and, before it has, when it begins (0 = when the host likes). */
export async function editStream(
  room: string,
  bearer: string,
  change: { title?: string; summary?: string; scheduled_at?: number; group?: string },
): Promise<void> {
  const init = { ...postJson(change), method: 'PATCH' };
  await callJson(`/v1/rooms/${encodeURIComponent(room)}`, as(bearer, init), shape({}));
}

/** Whether the holder of this token may send a picture; one that cannot be read may. */
export function maySend(token: string): boolean {
  try {
    const part = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const said: unknown = JSON.parse(atob(part));
    const { publish } = shape({ publish: list(str) })(said, 'token');
    return publish.length > 0;
  } catch {
    return true;
  }
}
