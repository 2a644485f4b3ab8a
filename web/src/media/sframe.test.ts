import { describe, expect, it } from 'vitest';
import { frameKey, header, importKey, Opener, randomKid, readHeader, seal } from './sframe.js';

const bytes = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));
const hex = (data: Uint8Array): string =>
  [...data].map((one) => one.toString(16).padStart(2, '0')).join('');

/* RFC 9605, appendix C.3, suite 4. */
const BASE = bytes('000102030405060708090a0b0c0d0e0f');
const BESIDE = bytes('4945544620534672616d65205747');
const PLAIN = bytes('64726166742d696574662d736672616d652d656e63');
const SEALED =
  '9901234567b7412c2513a1b66dbb48841bbaf17f598751176ad847681a69c6d0b091c07018ce4adb34eb';

describe('SFrame', () => {
  it('makes what the RFC makes', async () => {
    const key = await frameKey(await importKey(BASE), 0x123n);
    expect(hex(key.salt)).toBe('75234edefe07819026751816');
    expect(hex(await seal(key, 0x4567n, PLAIN, BESIDE))).toBe(SEALED);
  });

  it('opens what the RFC made, and nothing that was altered', async () => {
    const opener = new Opener(await importKey(BASE));
    const sealed = bytes(SEALED);
    expect(hex((await opener.open(sealed, BESIDE)) ?? bytes(''))).toBe(hex(PLAIN));
    for (let at = 0; at < sealed.length; at++) {
      const altered = sealed.slice();
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(await opener.open(altered, BESIDE)).toBeNull();
      expect(await opener.open(sealed.slice(0, at), BESIDE)).toBeNull();
    }
    expect(await opener.open(sealed, bytes('00'))).toBeNull();
    expect(await new Opener(await importKey(PLAIN)).open(sealed, BESIDE)).toBeNull();
  });

  it('reads every header that it writes', () => {
    const edges = [0n, 7n, 8n, 255n, 256n, 65535n, 65536n, (1n << 63n) - 1n, (1n << 64n) - 1n];
    for (const kid of edges)
      for (const counter of edges) {
        const head = header(kid, counter);
        expect(readHeader(head)).toEqual({ kid, counter, length: head.length });
        expect(head.length > 1 ? readHeader(head.slice(0, -1)) : null).toBeNull();
      }
    expect(hex(header(7n, 7n))).toBe('77');
    expect(hex(header(8n, 255n))).toBe('8808ff');
  });

  it('keeps the keys of so many senders, and makes the others anew', async () => {
    const base = await importKey(BASE);
    const opener = new Opener(base);
    const made = [];
    for (let i = 0; i < 300; i++)
      made.push(await seal(await frameKey(base, BigInt(i)), 1n, PLAIN, BESIDE));
    for (const one of [...made, ...made])
      expect(hex((await opener.open(one, BESIDE)) ?? bytes(''))).toBe(hex(PLAIN));
    expect(randomKid()).not.toBe(randomKid());
  });
});
