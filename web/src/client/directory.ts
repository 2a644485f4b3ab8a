/** Who serves a brand's customers: groups, reps, and the links that lead to them. Errors are ApiError. */
import { def, list, num, shape, str, type Checked } from '../protocol/check.js';
import { ask } from './account.js';

const group = shape({
  id: str,
  name: def(str, ''),
  routing: str,
  skills: def(list(str), []),
  hours: def(str, ''),
  utc_offset_min: num,
  overflow: def(str, ''),
  welcome: def(str, ''),
  offer_timeout_s: num,
  max_customers: num,
  present: num,
  queued: num,
});
const rep = shape({
  id: str,
  ref: str,
  name: str,
  title: def(str, ''),
  photo: def(str, ''),
  presence: str,
  state: str,
  user: def(str, ''),
  groups: list(str),
  skills: list(str),
  capacity: shape({ chat: num }),
  customers: num,
});
const entry = shape({
  id: str,
  channel: str,
  state: def(str, ''),
  group: def(str, ''),
  room: def(str, ''),
  /** Of the replay or the stream that it leads to. */
  title: def(str, ''),
  product: def(str, ''),
  rep: def(str, ''),
  url: str,
  qr_svg: str,
  embed: str,
});
export type GroupInfo = Checked<typeof group>;
export type RepInfo = Checked<typeof rep>;
export type EntryInfo = Checked<typeof entry>;
export interface RepPage {
  reps: RepInfo[];
  /** Where the next page begins; '' = there is none. */
  cursor: string;
}
/** What is not said stays as it is; the same `ref` is the same rep. */
export interface RepSpec {
  ref: string;
  card?: { name?: string; title?: string; photo?: string };
  groups?: string[];
  skills?: string[];
  capacity?: { chat: number };
  user?: string;
}

export async function groups(): Promise<GroupInfo[]> {
  return (await ask('GET', '/v1/groups', shape({ groups: list(group) }))).groups;
}

export function putGroup(spec: Partial<GroupInfo>): Promise<GroupInfo> {
  return ask('POST', '/v1/groups', group, spec);
}

export function reps(text: string, of: string, cursor: string, limit = 50): Promise<RepPage> {
  const query = new URLSearchParams({ limit: String(limit) });
  if (text) query.set('text', text);
  if (of) query.set('group', of);
  if (cursor) query.set('cursor', cursor);
  return ask(
    'GET',
    `/v1/reps?${query.toString()}`,
    shape({ reps: list(rep), cursor: def(str, '') }),
  );
}

export function putRep(spec: RepSpec): Promise<RepInfo> {
  return ask('POST', '/v1/reps', rep, spec);
}

export function entries(cursor: string): Promise<{ entries: EntryInfo[]; cursor: string }> {
  return ask(
    'GET',
    `/v1/entries${cursor ? `?cursor=${encodeURIComponent(cursor)}` : ''}`,
    shape({ entries: list(entry), cursor: def(str, '') }),
  );
}

export function makeEntry(spec: Partial<EntryInfo>): Promise<EntryInfo> {
  return ask('POST', '/v1/entries', entry, spec);
}
