/** What the browser remembers for us. Storage may be refused (private mode): then nothing is kept. */
import {
  bool,
  def,
  list,
  num,
  opt,
  shape,
  str,
  type Check,
  type Checked,
} from '../protocol/check.js';

function read<T>(area: () => Storage, key: string, check: Check<T>): T | null {
  try {
    const text = area().getItem(`parlor.${key}`);
    return text === null ? null : check(JSON.parse(text), key);
  } catch {
    return null;
  }
}

function write(area: () => Storage, key: string, value: unknown): void {
  try {
    if (value === null) area().removeItem(`parlor.${key}`);
    else area().setItem(`parlor.${key}`, JSON.stringify(value));
  } catch {
    /* Nothing depends on it being kept. */
  }
}

const local = (): Storage => localStorage;
const session = (): Storage => sessionStorage;

const recent = list(shape({ code: str, title: def(str, ''), at: num }));
/** Meetings this browser was in, newest first. */
export type Recent = Checked<typeof recent>;

const choices = shape({
  name: def(str, ''),
  microphone: def(bool, true),
  camera: def(bool, true),
  microphoneId: def(str, ''),
  cameraId: def(str, ''),
  speakerId: def(str, ''),
  motion: def(bool, false),
  rawSound: def(bool, false),
  keys: def(bool, true),
  lang: opt(str),
  theme: opt(str),
});
/** Choices that are remembered from meeting to meeting. */
export type Choices = Checked<typeof choices>;

const seat = shape({ resume: str, token: str, name: str, microphone: bool, camera: bool });
/** The seat this tab holds in a room: with it, and with the token that names the same identity, a
 *  reloaded page comes back as the same person. */
export type Seat = Checked<typeof seat>;

const MAX_RECENT = 8;

/** 96 random bits in hex. */
export function randomName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (one) => one.toString(16).padStart(2, '0')).join('');
}

export function loadRecent(): Recent {
  return read(local, 'recent', recent) ?? [];
}

export function rememberMeeting(code: string, title: string, at: number): void {
  const others = loadRecent().filter((one) => one.code !== code);
  write(local, 'recent', [{ code, title, at }, ...others].slice(0, MAX_RECENT));
}

export function forgetMeeting(code: string): void {
  const others = loadRecent().filter((one) => one.code !== code);
  write(local, 'recent', others);
}

export function loadChoices(): Choices {
  return read(local, 'choices', choices) ?? choices({}, 'choices');
}

export function saveChoices(change: Partial<Choices>): void {
  write(local, 'choices', { ...loadChoices(), ...change });
}

/** A random name of this browser, so that a ban outlives a new guest token. */
export function deviceName(): string {
  const known = read(local, 'device', str);
  if (known) return known;
  const made = randomName();
  write(local, 'device', made);
  return made;
}

export function loadSeat(code: string): Seat | null {
  return read(session, `seat.${code}`, seat);
}

export function saveSeat(code: string, value: Seat | null): void {
  write(session, `seat.${code}`, value);
}

const start = shape({ token: str, clicked: num });
/** Left by the home page for the meeting page: the host's token and when *New meeting* was clicked. */
export type Start = Checked<typeof start>;

export function loadStart(code: string): Start | null {
  return read(session, `host.${code}`, start);
}

export function saveStart(code: string, value: Start): void {
  write(session, `host.${code}`, value);
}

/** What a signed-in browser shows with each change (the cookie itself is out of reach); '' = none. */
export function loadCsrf(): string {
  return read(local, 'csrf', str) ?? '';
}

export function saveCsrf(token: string): void {
  write(local, 'csrf', token || null);
}

const vote = shape({ poll: str, option: num });

/** What this tab voted in that poll; -1 = nothing, or in another. */
export function keptVote(poll: string): number {
  const kept = read(session, 'vote', vote);
  return kept?.poll === poll ? kept.option : -1;
}

/** A reloaded page knows its vote. */
export function keepVote(poll: string, option: number): void {
  write(session, 'vote', { poll, option });
}
