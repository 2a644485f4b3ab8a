/** The messages of a page that waits to be invited, as docs/protocol.md has them. */
import { shape, str, type Checked } from './check.js';

export const RING_TYPES = ['listening', 'ring'];

const ring = shape({ t: str, invitation: str, title: str, url: str });
export type Ring = Checked<typeof ring>;

/** A ring; null: something else. */
export function parseRing(text: string): Ring | null {
  try {
    const read = ring(JSON.parse(text), '$');
    return read.t === 'ring' ? read : null;
  } catch {
    return null;
  }
}
