/** A replay's clock and what stands on it: plain functions. The film has one clock (its own seconds),
 *  the stream another (`room_ms`) with holes where something was dropped. */
import type { Comment, Product } from '../protocol/live.js';

/** What of the stream's clock lies where in the film. */
export interface Part {
  from_ms: number;
  to_ms: number;
  file_ms: number;
}

/** A product while it was shown: a chapter. `price` and `title` are of then, `product` is of now. */
export interface ReplayPin {
  id: string;
  sku: string;
  note: string;
  title: string;
  price: string;
  from_ms: number;
  to_ms: number | null;
  at_ms: number;
  product: Product | null;
}

const length = (part: Part): number => part.to_ms - part.from_ms;

/** The stream's instant at this one of the film; before and behind it, its ends. */
export function toRoom(parts: Part[], fileMs: number): number {
  const first = parts[0];
  if (!first) return 0;
  let best = first;
  for (const part of parts) if (part.file_ms <= fileMs) best = part;
  const into = Math.min(Math.max(fileMs - best.file_ms, 0), length(best));
  return best.from_ms + into;
}

/** What is shown over the film at that instant of the stream. */
export function pinAt(pins: ReplayPin[], roomMs: number): ReplayPin | null {
  return (
    pins.findLast((pin) => pin.from_ms <= roomMs && (pin.to_ms === null || roomMs < pin.to_ms)) ??
    null
  );
}

/** The last `most` that were said until then; `comments` by room_ms. */
export function saidUntil(comments: Comment[], roomMs: number, most = 200): Comment[] {
  let low = 0;
  let high = comments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((comments[middle]?.room_ms ?? 0) <= roomMs) low = middle + 1;
    else high = middle;
  }
  return comments.slice(Math.max(low - most, 0), low);
}

/** `?t=201`, `?t=3:21`, `?t=1h2m3s`; null = it is no time. */
export function parseTime(text: string | null): number | null {
  if (!text) return null;
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  if (/^\d+(:\d{1,2}){1,2}$/.test(text))
    return text.split(':').reduce((sum, one) => sum * 60 + Number(one), 0);
  const words = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(text);
  if (!words) return null;
  return Number(words[1] ?? 0) * 3600 + Number(words[2] ?? 0) * 60 + Number(words[3] ?? 0);
}

/** 201 → "3:21", 3723 → "1:02:03". */
export function clock(seconds: number): string {
  const whole = Math.max(Math.floor(seconds), 0);
  const two = (n: number): string => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(whole % 60)}`
    : `${minutes}:${two(whole % 60)}`;
}
