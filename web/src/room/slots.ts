/** Which source is in which receive slot. Plain data, as the `slots` messages tell it. */
import type { SlotAssignment, SourceKind } from '../protocol/messages.js';

/** What a slot carries now. */
export interface SlotUse {
  participant: string;
  source: SourceKind;
  /** First RTP timestamp of this source in the slot; absent until its first packet left. */
  rtp: number | undefined;
  /** When the server put it there (ms of this page's clock). */
  since: number;
}

/** Used slots by MID. */
export type Slots = Record<string, SlotUse>;

/** The table after a `slots` message, which names only what changed. */
export function applySlots(slots: Slots, changes: SlotAssignment[], now: number): Slots {
  let next = { ...slots };
  for (const change of changes) {
    if (change.participant === null || !change.source) {
      next = without(next, change.mid);
      continue;
    }
    const old = next[change.mid];
    const same = old?.participant === change.participant && old.source === change.source;
    next[change.mid] = {
      participant: change.participant,
      source: change.source,
      rtp: change.rtp ?? (same ? old.rtp : undefined),
      since: same ? old.since : now,
    };
  }
  return next;
}

/** A copy of a record without one key. */
export function without<T>(record: Record<string, T>, key: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([one]) => one !== key));
}

/** The slot that shows this source of this person, or undefined. */
export function slotOf(slots: Slots, participant: string, source: SourceKind): string | undefined {
  return Object.entries(slots).find(
    ([, use]) => use.participant === participant && use.source === source,
  )?.[0];
}

/**
 * Whether a frame with RTP timestamp `frame` belongs to the source that began at `first`.
 * Timestamps wrap at 2^32 (RFC 3550, section 5.1), so the difference decides.
 */
export function rtpReached(frame: number, first: number): boolean {
  return (frame - first) >>> 0 < 0x8000_0000;
}
