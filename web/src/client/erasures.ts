/** A person is taken out of recordings: what would go, then going. Errors are ApiError. */
import { bool, def, list, nullable, num, shape, str, type Checked } from '../protocol/check.js';
import { ask } from './account.js';

const part = shape({
  recording: str,
  title: def(str, ''),
  started_at: def(num, 0),
  state: str,
  hold: nullable(str),
  known: def(bool, true),
  files: def(num, 0),
  stills: def(num, 0),
  chat: def(num, 0),
  markers: def(num, 0),
  bytes: def(num, 0),
  renders: def(list(shape({ id: str, layout: str, state: str })), []),
});
/** What is his in one recording. */
export type ErasurePart = Checked<typeof part>;

const erasure = shape({
  id: str,
  state: str,
  reason: nullable(str),
  recording: def(nullable(str), null),
  /** He asked for it himself. */
  own: def(bool, false),
  recordings: def(num, 0),
  recordings_done: def(num, 0),
  files: def(num, 0),
  stills: def(num, 0),
  chat: def(num, 0),
  markers: def(num, 0),
  renders: def(num, 0),
  bytes: def(num, 0),
  parts: def(list(part), []),
});
/** One erasure; docs/openapi.yaml. */
export type Erasure = Checked<typeof erasure>;

/** Whom: who a participant of a recording was, there alone; or an identity, wherever it is. */
export type ErasureWish = ({ recording: string; participant: string } | { identity: string }) & {
  renders: 'withdraw' | 'again';
};

const path = (id: string): string => `/v1/erasures/${encodeURIComponent(id)}`;

/** Nothing goes before startErasure (). */
export function planErasure(wish: ErasureWish): Promise<Erasure> {
  return ask('POST', '/v1/erasures', erasure, wish);
}

/** The newest first, without their parts. */
export async function loadErasures(): Promise<Erasure[]> {
  return (await ask('GET', '/v1/erasures', shape({ erasures: list(erasure) }))).erasures;
}

export function loadErasure(id: string): Promise<Erasure> {
  return ask('GET', path(id), erasure);
}

export function startErasure(id: string): Promise<Erasure> {
  return ask('POST', `${path(id)}/start`, erasure);
}

export async function forgetErasure(id: string): Promise<void> {
  await ask('DELETE', path(id), () => null);
}
