/** Who gets a tile, and in which order. Order is calm: people move only when they must. */
import type { Participant } from '../protocol/messages.js';

export interface OrderInput {
  participants: Record<string, Participant>;
  me: string | null;
  pinned: string | null;
  speaker: string | null;
  heard: Record<string, number>;
}

/** By camera, then by arrival: the order before anybody speaks. */
function natural(a: Participant, b: Participant): number {
  const cameras = Number(Boolean(b.sources.camera)) - Number(Boolean(a.sources.camera));
  return cameras || a.joined_at - b.joined_at || (a.id < b.id ? -1 : 1);
}

/**
 * The ids to show, at most `room` of them, given the ids shown before. Who was shown keeps the
 * place; who is pinned or speaks and has none takes that of the one not heard for longest.
 */
export function arrange(before: string[], input: OrderInput, room: number): string[] {
  const others = Object.values(input.participants).filter((one) => one.id !== input.me);
  const known = new Set(others.map((one) => one.id));
  const shown = before.filter((id) => known.has(id));
  for (const one of others.sort(natural)) if (!shown.includes(one.id)) shown.push(one.id);
  for (const wanted of [input.speaker, input.pinned]) {
    if (wanted && known.has(wanted)) bringIn(shown, wanted, room, input);
  }
  return shown;
}

function bringIn(shown: string[], wanted: string, room: number, input: OrderInput): void {
  const at = shown.indexOf(wanted);
  if (at < room) return;
  const kept = new Set([input.pinned, input.speaker]);
  let quietest = -1;
  for (let i = 0; i < Math.min(room, shown.length); i++) {
    const id = shown[i] ?? '';
    if (kept.has(id)) continue;
    const best = shown[quietest];
    if (best === undefined || (input.heard[id] ?? 0) < (input.heard[best] ?? 0)) quietest = i;
  }
  const loser = shown[quietest];
  if (loser === undefined) return;
  shown[quietest] = wanted;
  shown[at] = loser;
}

/** Whether two orders are the same. */
export function sameOrder(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
