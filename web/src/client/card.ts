/**
 * Checks a rep's signed card (JWS, ES256) against the brand's key. The tick depends on this alone:
 * no text can draw it. Where the browser has no WebCrypto (a page that is not secure) nothing is
 * ticked.
 */
import { def, num, shape, str } from '../protocol/check.js';
import type { Rep } from '../protocol/service.js';
import { at } from './place.js';

export type CardTruth = 'verified' | 'expired' | 'none';

const payload = shape({ brand: str, rep: str, name: str, title: def(str, ''), exp: num });
const keys = new Map<string, Promise<CryptoKey | null>>();

function bytes(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(binary, (one) => one.charCodeAt(0));
}

async function fetchKey(brand: string): Promise<CryptoKey | null> {
  const reply = await fetch(at(`/v1/card-keys/${encodeURIComponent(brand)}`));
  const { key } = (await reply.json()) as { key: JsonWebKey | null };
  if (!key) return null;
  return crypto.subtle.importKey('jwk', key, { name: 'ECDSA', namedCurve: 'P-256' }, false, [
    'verify',
  ]);
}

/** What a good signature says, judged against what is shown. */
export function judge(claims: unknown, rep: Rep, brand: string, now: number): CardTruth {
  const said = payload(claims, 'card');
  const same =
    said.brand === brand &&
    said.rep === rep.id &&
    said.name === rep.name &&
    said.title === rep.title;
  if (!same) return 'none';
  return said.exp * 1000 > now ? 'verified' : 'expired';
}

export async function checkCard(rep: Rep, brand: string): Promise<CardTruth> {
  const [head, body, tail] = rep.card.split('.');
  if (!head || !body || !tail || !globalThis.crypto?.subtle) return 'none';
  try {
    let key = keys.get(brand);
    if (!key) keys.set(brand, (key = fetchKey(brand)));
    const known = await key;
    if (!known) return 'none';
    const good = await crypto.subtle.verify(
      { name: 'ECDSA', hash: 'SHA-256' },
      known,
      bytes(tail),
      new TextEncoder().encode(`${head}.${body}`),
    );
    if (!good) return 'none';
    return judge(JSON.parse(new TextDecoder().decode(bytes(body))), rep, brand, Date.now());
  } catch {
    keys.delete(brand);
    return 'none';
  }
}
