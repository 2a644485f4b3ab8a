/** Coming to a meeting's door as whom a pass of this browser names: an invitation's, a partner's. */
import { bool, def, list, num, opt, shape, str, type Checked } from '../protocol/check.js';
import { entryFromHash, hashOf } from '../protocol/code.js';
import { ApiError, callJson, postJson } from './http.js';
import { deviceName } from './storage.js';

const guest = shape({
  token: str,
  room: shape({
    id: def(str, ''),
    title: def(str, ''),
    kind: def(str, 'meeting'),
    locked: def(bool, false),
    lobby: def(bool, false),
    participants: def(num, 0),
    schedule: opt(shape({ next: list(shape({ start: num, end: num })) })),
  }),
  pass: opt(shape({ name: str, company: str, role: str })),
});
export type GuestPass = Checked<typeof guest>;

function ask(code: string, name: string, pass: string): Promise<GuestPass> {
  const body = {
    code,
    ...(name ? { name } : {}),
    ...(pass ? { pass, device: deviceName() } : {}),
  };
  return callJson('/v1/guest', postJson(body), guest);
}

/** A code for a token. A partner's pass is for his hosts' rooms; elsewhere he is a guest. */
export function comeBy(code: string, name: string): Promise<GuestPass> {
  const partner = loadPass('');
  const own = loadPass(code);
  if (own || !partner) return ask(code, name, own);
  return ask(code, name, partner).catch((error: unknown) => {
    if (error instanceof ApiError && error.code === 'pass_wrong') return ask(code, name, '');
    throw error;
  });
}

/** The key of an encrypted meeting, as keys.ts keeps it; '' = none. */
function loadKey(code: string): string {
  try {
    return localStorage.getItem(`parlor.key.${code}`) ?? '';
  } catch {
    return '';
  }
}

/** Invitations and partners' passes of this browser: by the meeting's code, '' = for all. */
export function loadPass(code: string): string {
  try {
    return localStorage.getItem(`parlor.pass.${code}`) ?? '';
  } catch {
    return '';
  }
}

export function savePass(code: string, pass: string): void {
  try {
    localStorage.setItem(`parlor.pass.${code}`, pass);
  } catch {
    /* Refused storage: then the link is opened again. */
  }
}

/** Of this page's link; a pass in it is kept by the browser and leaves the address. */
export function takeEntry(): { code: string; key: string } {
  const { code, pass, key } = entryFromHash(location.hash);
  if (code && pass) {
    savePass(code, pass);
    history.replaceState(null, '', `#${hashOf(code, key)}`);
  }
  return { code, key: key || loadKey(code) };
}
