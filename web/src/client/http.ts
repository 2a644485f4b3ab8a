/** The few HTTP calls of the pages. Every failure is an {@link ApiError} with a stable code. */
import {
  bool,
  def,
  nullable,
  opt,
  shape,
  str,
  type Check,
  type Checked,
} from '../protocol/check.js';
import { iceServers } from '../protocol/messages.js';
import { at, embedded, place } from './place.js';
import { loadCsrf } from './storage.js';

/** `code` is the server's, or `offline` (no answer), `bad_answer` (not what we understand). */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    readonly status = 0,
  ) {
    super(code);
  }
}

async function call(path: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(at(path), { ...init, cache: 'no-store' }).catch(() => {
    throw new ApiError('offline');
  });
  if (answer.ok) return answer;
  throw new ApiError(await errorCode(answer), answer.status);
}

/** Errors are `{error: {code}}` or `{code}`; else the status stands for itself. */
export async function errorCode(answer: Response): Promise<string> {
  const body: unknown = await answer.json().catch(() => null);
  const flat = shape({ code: opt(str), error: nullable((v) => v) });
  try {
    const { code, error } = flat(body, '$');
    if (code) return code;
    if (typeof error === 'string') return error;
    return shape({ code: str })(error, '$').code;
  } catch {
    return `http_${answer.status}`;
  }
}

/** One call whose answer has this shape. */
export async function callJson<T>(path: string, init: RequestInit, check: Check<T>): Promise<T> {
  const answer = await call(path, init);
  try {
    return check(await answer.json(), path);
  } catch {
    throw new ApiError('bad_answer', answer.status);
  }
}

/** A POST of JSON. */
export function postJson(body: unknown): RequestInit {
  const csrf = embedded ? '' : loadCsrf();
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(csrf ? { 'x-parlor-csrf': csrf } : {}) },
    body: JSON.stringify(body),
  };
}

const created = shape({ id: str, code: str, join_url: def(str, ''), host_token: def(str, '') });
const guest = shape({
  token: str,
  room: shape({
    id: def(str, ''),
    title: def(str, ''),
    kind: def(str, 'meeting'),
    locked: def(bool, false),
    lobby: def(bool, false),
  }),
});
const config = shape({
  demo: def(bool, false),
  version: def(str, ''),
  ice_servers: def(iceServers, []),
  anyone_may_start: def(bool, true),
});

export type CreatedRoom = Checked<typeof created>;
export type GuestPass = Checked<typeof guest>;
export type ServerConfig = Checked<typeof config>;

export function createRoom(title: string, sealed = false): Promise<CreatedRoom> {
  const policy = sealed ? { lobby: false, end_to_end: true } : { lobby: false };
  return callJson('/v1/rooms', postJson({ kind: 'meeting', title, policy }), created);
}

/** Exchanges a code for a token that is good for this room only. */
export function guestPass(code: string, name: string): Promise<GuestPass> {
  return callJson('/v1/guest', postJson(name ? { code, name } : { code }), guest);
}

export function serverConfig(): Promise<ServerConfig> {
  return callJson('/v1/config', {}, config);
}

/** Tells the server that this tab is closing; lives on after the page. */
export function leaveByBeacon(resumeToken: string): void {
  const body = new Blob([JSON.stringify({ resume_token: resumeToken })], {
    type: 'application/json',
  });
  /* A beacon brings cookies, which another origin's answer does not allow. */
  if (embedded)
    void fetch(at('/v1/leave'), { method: 'POST', body, keepalive: true }).catch(() => undefined);
  else navigator.sendBeacon('/v1/leave', body);
}

const siteSession = shape({ token: str });

/** A visitor's session in a brand's own site; `token` is the one that this site has, '' = none. */
export async function openSession(room: string, token: string): Promise<string> {
  const body = { role: 'visitor', room, ...(token ? { token } : {}) };
  return (await callJson('/v1/sessions', postJson(body), siteSession)).token;
}

/** The click on a product, told to a script: the shop's address with a code of this moment. */
export async function goTo(room: string, sku: string): Promise<string> {
  const path = `/v1/rooms/${encodeURIComponent(room)}/go/${encodeURIComponent(sku)}`;
  const headers: Record<string, string> = place.visitor
    ? { authorization: `Bearer ${place.visitor}` }
    : {};
  return (await callJson(path, { method: 'POST', headers }, shape({ url: str }))).url;
}
