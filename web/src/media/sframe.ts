/**
 * SFrame (RFC 9605), suite AES_128_GCM_SHA256_128: what keeps a frame readable for people alone.
 * Every sender takes a KID at random and counts its own frames; keys come from the meeting's key and
 * the KID, so nothing of them is ever sent. A server between can leave frames out or repeat them; it
 * cannot read, alter or make one.
 */

const SUITE = 4;
const KEY_BYTES = 16;
const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
/** A KID costs a derivation; more senders than this at a time a meeting does not have. */
const MAX_KIDS = 256;

export interface FrameKey {
  kid: bigint;
  key: CryptoKey;
  salt: Uint8Array<ArrayBuffer>;
}

export type Bytes = Uint8Array<ArrayBuffer>;

/** Big-endian, no longer than it must be; 0 has one byte. */
function shortest(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; rest > 0n || bytes.length === 0; rest >>= 8n)
    bytes.unshift(Number(rest & 255n));
  return bytes;
}

/** Three bits of the config byte, and what they do not hold (section 4.3). */
function field(value: bigint): { bits: number; more: number[] } {
  if (value < 8n) return { bits: Number(value), more: [] };
  const more = shortest(value);
  return { bits: 8 | (more.length - 1), more };
}

export function header(kid: bigint, counter: bigint): Bytes {
  const k = field(kid);
  const c = field(counter);
  return Uint8Array.from([(k.bits << 4) | c.bits, ...k.more, ...c.more]);
}

/** KID, counter and length of the header at the beginning of `data`; null: there is none. */
export function readHeader(data: Bytes): { kid: bigint; counter: bigint; length: number } | null {
  const config = data[0];
  let at = 1;
  const value = (bits: number): bigint | null => {
    if (!(bits & 8)) return BigInt(bits);
    const end = at + (bits & 7) + 1;
    if (end > data.length) return null;
    let sum = 0n;
    for (; at < end; at++) sum = (sum << 8n) | BigInt(data[at] ?? 0);
    return sum;
  };
  if (config === undefined) return null;
  const kid = value(config >> 4);
  const counter = value(config & 15);
  return kid === null || counter === null ? null : { kid, counter, length: at };
}

async function derived(
  base: CryptoKey,
  label: string,
  kid: bigint,
  length: number,
): Promise<Bytes> {
  const words = new TextEncoder().encode(label);
  const info = new Uint8Array(words.length + 10);
  const view = new DataView(info.buffer);
  info.set(words);
  view.setBigUint64(words.length, kid);
  view.setUint16(words.length + 8, SUITE);
  const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info };
  return new Uint8Array(await crypto.subtle.deriveBits(how, base, length * 8));
}

/** The meeting's key as links hold it; what it is in memory nobody can read out again. */
export function importKey(bytes: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, 'HKDF', false, ['deriveBits']);
}

/** Section 4.4.2. */
export async function frameKey(base: CryptoKey, kid: bigint): Promise<FrameKey> {
  const raw = await derived(base, 'SFrame 1.0 Secret key ', kid, KEY_BYTES);
  const salt = await derived(base, 'SFrame 1.0 Secret salt ', kid, NONCE_BYTES);
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
  return { kid, key, salt };
}

function nonce(salt: Uint8Array, counter: bigint): Bytes {
  const made = Uint8Array.from(salt);
  for (let at = NONCE_BYTES - 1, rest = counter; rest > 0n; at--, rest >>= 8n)
    made[at] = (made[at] ?? 0) ^ Number(rest & 255n);
  return made;
}

export function joined(...parts: Bytes[]): Bytes {
  const all = new Uint8Array(parts.reduce((sum, one) => sum + one.length, 0));
  let at = 0;
  for (const one of parts) {
    all.set(one, at);
    at += one.length;
  }
  return all;
}

/** `beside` is what travels in clear and is vouched for too. */
export async function seal(
  one: FrameKey,
  counter: bigint,
  plain: Bytes,
  beside: Bytes,
): Promise<Bytes> {
  const head = header(one.kid, counter);
  const how = {
    name: 'AES-GCM',
    iv: nonce(one.salt, counter),
    additionalData: joined(head, beside),
    tagLength: TAG_BYTES * 8,
  };
  return joined(head, new Uint8Array(await crypto.subtle.encrypt(how, one.key, plain)));
}

/** Keys of the senders one hears, made as they come; the one not heard for longest goes first. */
export class Opener {
  private readonly keys = new Map<bigint, Promise<FrameKey>>();

  constructor(private readonly base: CryptoKey) {}

  private keyOf(kid: bigint): Promise<FrameKey> {
    const known = this.keys.get(kid) ?? frameKey(this.base, kid);
    this.keys.delete(kid);
    this.keys.set(kid, known);
    const [oldest] = this.keys.keys();
    if (this.keys.size > MAX_KIDS && oldest !== undefined) this.keys.delete(oldest);
    return known;
  }

  /** Null: not sealed with this meeting's key, or altered on its way. */
  async open(sealed: Bytes, beside: Bytes): Promise<Bytes | null> {
    const head = readHeader(sealed);
    if (!head || sealed.length < head.length + TAG_BYTES) return null;
    const one = await this.keyOf(head.kid);
    const how = {
      name: 'AES-GCM',
      iv: nonce(one.salt, head.counter),
      additionalData: joined(sealed.slice(0, head.length), beside),
      tagLength: TAG_BYTES * 8,
    };
    try {
      const plain = await crypto.subtle.decrypt(how, one.key, sealed.subarray(head.length));
      return new Uint8Array(plain);
    } catch {
      return null;
    }
  }
}

/** A KID that no other sender has: 63 bits at random. */
export function randomKid(): bigint {
  const [kid = 0n] = crypto.getRandomValues(new BigUint64Array(1));
  return kid >> 1n;
}
