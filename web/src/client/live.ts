/** HTTP of live rooms: making one, and what anybody may know of them. */
import { def, list, num, shape, str, wordOr, type Checked } from '../protocol/check.js';
import { callJson, postJson } from './http.js';

const made = shape({ id: str, host_token: def(str, '') });

const card = shape({
  room: str,
  state: wordOr('ended', 'scheduled', 'live', 'paused', 'ended'),
  title: def(str, ''),
  summary: def(str, ''),
  host: def(str, ''),
  image: def(str, ''),
  scheduled_at: def(num, 0),
  viewers: def(num, 0),
});
/** A live room as a brand's page lists it. */
export type LiveCard = Checked<typeof card>;

export interface NewLive {
  title: string;
  host: string;
  summary: string;
  scheduled_at: number;
  /** Whose reps answer its viewers. */
  group?: string;
}

export function createLive(wanted: NewLive): Promise<Checked<typeof made>> {
  return callJson('/v1/rooms', postJson({ kind: 'live', ...wanted }), made);
}

export async function liveOf(brand: string): Promise<LiveCard[]> {
  const path = `/v1/live/${encodeURIComponent(brand)}`;
  return (await callJson(path, {}, shape({ rooms: list(card) }))).rooms;
}
