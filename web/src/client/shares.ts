/** Links to recordings: an admin's list of them, and what their holder gets. Errors are ApiError. */
import {
  bool,
  def,
  list,
  nullable,
  num,
  opt,
  shape,
  str,
  type Checked,
} from '../protocol/check.js';
import { ask } from './account.js';
import { manifest } from './recordings.js';

const share = shape({
  id: str,
  audience: str,
  note: def(str, ''),
  from_ms: def(num, 0),
  to_ms: def(num, 0),
  expires_at: num,
  views: def(num, 0),
  watermark: def(bool, false),
  state: str,
  url: nullable(str),
});
export type Share = Checked<typeof share>;
export type Audience = 'organisation' | 'attendees' | 'anyone';

export interface NewShare {
  audience: string;
  expires_at: number;
  from_ms?: number;
  to_ms?: number;
  note?: string;
  watermark?: boolean;
}

const path = (recording: string): string =>
  `/v1/recordings/${encodeURIComponent(recording)}/shares`;

export async function loadShares(recording: string): Promise<Share[]> {
  return (await ask('GET', path(recording), shape({ shares: list(share) }))).shares;
}

export function addShare(recording: string, wanted: NewShare): Promise<Share> {
  return ask('POST', path(recording), share, wanted);
}

export async function revokeShare(recording: string, id: string): Promise<void> {
  await ask('DELETE', `${path(recording)}/${encodeURIComponent(id)}`, () => null);
}

/* ---- the holder's side ---- */

const shared = shape({
  id: str,
  audience: def(str, ''),
  expires_at: num,
  renew_sec: def(num, 20),
  recording: shape({ id: str, title: def(str, ''), started_at: def(num, 0) }),
  watermark: opt(shape({ name: nullable(str), view: str })),
  manifest,
});
export type Shared = Checked<typeof shared>;

/** `roomCodes`: of meetings that this browser was in, for a link that is for who was there. */
export function openShared(code: string, roomCodes: string[]): Promise<Shared> {
  return ask('POST', '/v1/shared/open', shared, { code, room_codes: roomCodes });
}

/** Renews the view; an ApiError of status 401, 403, 404 or 410: it does not hold any more. */
export async function renewShared(id: string): Promise<void> {
  await ask('GET', `/v1/shared/${encodeURIComponent(id)}`, () => null);
}

export function sharedFileUrl(id: string, n: number): string {
  return `/v1/shared/${encodeURIComponent(id)}/files/${n}`;
}

export function sharedStillUrl(id: string, marker: string): string {
  return `/v1/shared/${encodeURIComponent(id)}/stills/${encodeURIComponent(marker)}`;
}
