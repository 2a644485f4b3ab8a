/** Signing in, and what an admin changes: brand, people, keys. Errors are {@link ApiError}. */
import {
  bool,
  def,
  list,
  nullable,
  num,
  shape,
  str,
  type Check,
  type Checked,
} from '../protocol/check.js';
import { ApiError } from './http.js';
import { loadChoices, loadCsrf, saveChoices, saveCsrf } from './storage.js';

const session = shape({
  user: shape({ id: str, login: str, name: str, has_password: def(bool, true) }),
  roles: list(str),
  brand: shape({ id: str, slug: str, name: str }),
  csrf: def(str, ''),
  demo: def(bool, false),
});
const ways = shape({ needs_brand: bool, brand: nullable(str), oidc: bool, ready: bool });
const brand = shape({
  id: str,
  slug: str,
  name: str,
  origins: list(str),
  domains: list(str),
  hours: str,
  confirm: str,
  may_start: str,
  consent: str,
  retention_days: num,
  silence_h: num,
  oidc_issuer: nullable(str),
  oidc_client: nullable(str),
  has_oidc_secret: bool,
});
const user = shape({
  id: str,
  login: str,
  name: str,
  roles: list(str),
  groups: def(list(str), []),
  disabled: bool,
  has_password: bool,
  has_oidc: bool,
  last_signin_at: num,
});
const key = shape({
  id: str,
  name: str,
  scopes: list(str),
  state: str,
  created_at: num,
  last_used_at: num,
  expires_at: num,
});

export type SessionInfo = Checked<typeof session>;
export type SigninWays = Checked<typeof ways>;
export type BrandInfo = Checked<typeof brand>;
export type UserInfo = Checked<typeof user>;
export type KeyInfo = Checked<typeof key>;
export type NewKey = KeyInfo & { secret: string };

async function codeOf(answer: Response): Promise<string> {
  const body: unknown = await answer.json().catch(() => null);
  try {
    return shape({ code: str })(body, '$').code;
  } catch {
    return `http_${answer.status}`;
  }
}

/** One request of a signed-in page; NULL when there is no body. */
export async function ask<T>(
  method: string,
  path: string,
  check: Check<T>,
  body?: unknown,
): Promise<T> {
  const headers: Record<string, string> = method === 'GET' ? {} : { 'x-parlor-csrf': loadCsrf() };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const answer = await fetch(path, {
    method,
    headers,
    cache: 'no-store',
    body: body === undefined ? null : JSON.stringify(body),
  }).catch(() => {
    throw new ApiError('offline');
  });
  if (!answer.ok) throw new ApiError(await codeOf(answer), answer.status);
  const value: unknown = answer.status === 204 ? null : await answer.json().catch(() => null);
  try {
    return check(value, path);
  } catch {
    throw new ApiError('bad_answer', answer.status);
  }
}

const nothing: Check<null> = () => null;

/** As he is called in the account of this page. */
let called = '';

/** His name; of who has none but his login that, without the address it is of. */
function nameOf({ name, login }: SessionInfo['user']): string {
  return name && name !== login ? name : login.replace(/@.*/, '') || login;
}

/** In meetings and on stage he is called as in his account, until he says otherwise. */
function keep(info: SessionInfo): SessionInfo {
  saveCsrf(info.csrf);
  called = nameOf(info.user);
  if (!info.demo && !loadChoices().name) saveChoices({ name: called });
  return info;
}

export async function currentSession(): Promise<SessionInfo> {
  return keep(await ask('GET', '/v1/session', session));
}

export function signinWays(brandName: string): Promise<SigninWays> {
  return ask('GET', `/v1/signin?brand=${encodeURIComponent(brandName)}`, ways);
}

export async function signin(
  by: { link: string } | { brand: string; login: string; password: string },
): Promise<SessionInfo> {
  return keep(await ask('POST', '/v1/signin', session, by));
}

export async function signOut(): Promise<void> {
  await ask('DELETE', '/v1/session', nothing);
  saveCsrf('');
  if (loadChoices().name === called) saveChoices({ name: '' });
}

export async function setPassword(old: string, next: string): Promise<SessionInfo> {
  return keep(await ask('POST', '/v1/session/password', session, { old, new: next }));
}

export async function ownBrand(): Promise<BrandInfo | undefined> {
  const { brands } = await ask('GET', '/v1/brands', shape({ brands: list(brand) }));
  return brands[0];
}

export function changeBrand(id: string, change: Record<string, unknown>): Promise<BrandInfo> {
  return ask('PATCH', `/v1/brands/${encodeURIComponent(id)}`, brand, change);
}

export async function users(): Promise<UserInfo[]> {
  return (await ask('GET', '/v1/users', shape({ users: list(user) }))).users;
}

const withLink = shape({ link: str });

/** The link that lets him in the first time. `groups`: what a supervisor sees. */
export async function addUser(spec: {
  login: string;
  name: string;
  roles: string[];
  groups: string[];
}): Promise<string> {
  return (await ask('POST', '/v1/users', withLink, spec)).link;
}

export function changeUser(id: string, change: Record<string, unknown>): Promise<UserInfo> {
  return ask('PATCH', `/v1/users/${encodeURIComponent(id)}`, user, change);
}

export async function userLink(id: string): Promise<string> {
  return (await ask('POST', `/v1/users/${encodeURIComponent(id)}/link`, withLink)).link;
}

/** Groups of advisers, as a supervisor is given them. */
export async function groupNames(): Promise<{ id: string; name: string }[]> {
  const one = shape({ id: str, name: def(str, '') });
  return (await ask('GET', '/v1/groups', shape({ groups: list(one) }))).groups;
}

export async function keys(): Promise<KeyInfo[]> {
  return (await ask('GET', '/v1/keys', shape({ keys: list(key) }))).keys;
}

const newKey: Check<NewKey> = (value, path) => ({
  ...key(value, path),
  ...shape({ secret: str })(value, path),
});

export function addKey(name: string, scopes: string[]): Promise<NewKey> {
  return ask('POST', '/v1/keys', newKey, { name, scopes });
}

export function rotateKey(id: string, overlapSec: number): Promise<NewKey> {
  return ask('POST', `/v1/keys/${encodeURIComponent(id)}/rotate`, newKey, {
    overlap_sec: overlapSec,
  });
}

export function revokeKey(id: string): Promise<null> {
  return ask('DELETE', `/v1/keys/${encodeURIComponent(id)}`, nothing);
}
