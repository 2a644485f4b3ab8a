/**
 * A meeting whose pages encrypt end to end: with the key that stands in its link behind `#`, which
 * browsers send to nobody. Media by SFrame in a worker, chat by AES-GCM; docs/decisions/0132.
 */
import { importKey, type Bytes } from './sframe.js';
import { canSeal, textOf } from './sealable.js';
import type { SealOptions } from './seal-worker.js';

const CHAT_IV_BYTES = 12;
/** Before it in the text that the server gets: nobody should take it for words. */
const CHAT_SIGN = '🔒';

declare const RTCRtpScriptTransform: new (worker: Worker, options: SealOptions) => unknown;

export interface Seal {
  /** Puts a new transceiver of the meeting under seal, before anything passes. */
  transceiver: (one: RTCRtpTransceiver, kind: 'audio' | 'video') => void;
  sealText: (text: string) => Promise<string>;
  /** Null: it is not of this meeting's key. */
  openText: (text: string) => Promise<string | null>;
  /** Somebody's frames do not open: he came with another key. */
  failing: boolean;
}

/** Without a frame that does not open for so long, all are of one key again. */
const FORGIVEN_MS = 3000;

/** What the packetizers of both sides leave alone when a frame is not what it was. */
function sealable({ mimeType }: { mimeType: string }): boolean {
  return ['audio/opus', 'video/vp8', 'video/rtx'].includes(mimeType.toLowerCase());
}

export function bytesOf(text: string): Bytes {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(plain, (one) => one.charCodeAt(0));
}

async function chatKey(base: CryptoKey): Promise<CryptoKey> {
  const info = new TextEncoder().encode('parlor chat');
  const how = { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(0), info };
  const raw = await crypto.subtle.deriveBits(how, base, 128);
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

async function sealText(key: CryptoKey, text: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(CHAT_IV_BYTES));
  const plain = new TextEncoder().encode(text);
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, plain);
  return CHAT_SIGN + textOf(iv) + textOf(new Uint8Array(sealed));
}

async function openText(key: CryptoKey, text: string): Promise<string | null> {
  const ivChars = (CHAT_IV_BYTES / 3) * 4;
  const body = text.slice(CHAT_SIGN.length);
  if (!text.startsWith(CHAT_SIGN)) return null;
  try {
    const how = { name: 'AES-GCM', iv: bytesOf(body.slice(0, ivChars)) };
    const plain = await crypto.subtle.decrypt(how, key, bytesOf(body.slice(ivChars)));
    return new TextDecoder().decode(plain);
  } catch {
    return null;
  }
}

function watch(worker: Worker, seal: Seal, changed: () => void): void {
  let timer = 0;
  const become = (failing: boolean): void => {
    if (seal.failing === failing) return;
    seal.failing = failing;
    changed();
  };
  worker.onmessage = () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => become(false), FORGIVEN_MS);
    become(true);
  };
}

/** With the key of a link. Rejects where the browser cannot, or the key is none. */
export async function sealWith(text: string, changed: () => void): Promise<Seal> {
  if (!canSeal()) throw new Error('this browser cannot seal');
  const base = await importKey(bytesOf(text));
  const words = await chatKey(base);
  const worker = new Worker(new URL('./seal-worker.js', import.meta.url), { type: 'module' });
  const seal: Seal = {
    failing: false,
    transceiver(one, kind) {
      const sends = one.direction === 'sendonly';
      const side = sends ? RTCRtpSender : RTCRtpReceiver;
      const deed = sends ? 'seal' : 'open';
      one.setCodecPreferences((side.getCapabilities(kind)?.codecs ?? []).filter(sealable));
      const end = (sends ? one.sender : one.receiver) as { transform?: unknown };
      end.transform = new RTCRtpScriptTransform(worker, { deed, kind, base });
    },
    sealText: (plain) => sealText(words, plain),
    openText: (sealed) => openText(words, sealed),
  };
  watch(worker, seal, changed);
  return seal;
}
