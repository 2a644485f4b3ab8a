/**
 * Holds what is seen and what is heard of one person together. Browsers do so only for one sound and
 * one picture of the same stream, and slots change hands. The server says for both slots when what
 * has which RTP timestamp was taken (`clock`, docs/protocol.md); the browser says what it plays; of
 * two that differ the earlier one is held back. decisions/0089.
 */
import type { ServerMessageOf, SourceKind } from '../protocol/messages.js';
import type { Slots } from '../room/slots.js';

/** What has this RTP timestamp was taken at that time of the room's clock. */
export interface Anchor {
  participant: string;
  rtp: number;
  roomMs: number;
}

/** What a receiver played last: when (any clock, the same for all), and its RTP timestamp. */
export interface Played {
  at: number;
  rtp: number;
}

const SOUND_HZ = 48_000;
const PICTURE_HZ = 90_000;
const LOOK_EVERY_MS = 200;
/** A picture that trembles by a frame or two says nothing alone. */
const LOOKS = 7;
/** Nobody sees less; ITU-R BT.1359 has 45 ms early and 125 ms late as what is noticed. */
const SEEN_MS = 20;
const MOST_MS = 500;
/** By so much a hold grows or shrinks a look: a picture held back by 200 ms at once stands still for as long. */
const STEP_MS = 30;
/** A slot that stands still says nothing. */
const FRESH_MS = 500;
const COMPANIONS: Partial<Record<SourceKind, SourceKind>> = {
  camera: 'microphone',
  screen: 'screen_audio',
};

/** How old what is played was when it was played, but for a constant that is the same for all slots. */
export function ageOf(played: Played, anchor: Anchor, hz: number): number {
  return played.at - anchor.roomMs - (((played.rtp - anchor.rtp) | 0) * 1000) / hz;
}

/** How much sound and picture of a pair are held back. */
export interface Hold {
  picture: number;
  sound: number;
}

/** `older`: by how many ms the sound was older than the picture when that was last looked at. */
export interface Together {
  participant: string;
  older: number | null;
  hold: Hold | null;
}

const within = (ms: number): number => Math.round(Math.min(Math.max(ms, 0), MOST_MS));

/** The next hold, when the sound is older than the picture by so much (< 0: younger). */
export function nextHold({ picture, sound }: Hold, older: number): Hold {
  if (Math.abs(older) < SEEN_MS) return { picture, sound };
  // First what was held back before is let go: nothing comes later than it must.
  if (older > 0)
    return sound > 0
      ? { picture, sound: within(sound - older) }
      : { picture: within(picture + older), sound };
  return picture > 0
    ? { picture: within(picture + older), sound }
    : { picture, sound: within(sound - older) };
}

const towards = (from: number, to: number): number =>
  from + Math.min(Math.max(to - from, -STEP_MS), STEP_MS);

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** What it needs of a peer connection. */
export interface LipsPeer {
  played: (mid: string) => Played | null;
  hold: (mid: string, ms: number) => void;
}

interface Pair {
  key: string;
  picture: string;
  sound: string;
}

/** For the life of one peer connection. */
export class Lips {
  private readonly anchors = new Map<string, Anchor>();
  private readonly seen = new Map<string, number[]>();
  /** What each pair is to be held back, and how much it is by now. */
  private readonly holds = new Map<string, Hold>();
  private readonly held = new Map<string, Hold>();
  private readonly apart = new Map<string, number>();
  /** What the last pair needed is what the next one begins with: most of it is this browser's own. */
  private usual: Hold = { picture: 0, sound: 0 };
  private readonly timer: number;

  constructor(
    private readonly peer: LipsPeer,
    private readonly slots: () => Slots,
  ) {
    this.timer = window.setInterval(
      () => this.look(performance.now() + performance.timeOrigin),
      LOOK_EVERY_MS,
    );
  }

  stop(): void {
    clearInterval(this.timer);
  }

  clock({ mid, participant, rtp, room_ms: roomMs }: ServerMessageOf<'clock'>): void {
    this.anchors.set(mid, { participant, rtp, roomMs });
  }

  /** Of whom is seen and heard now. */
  together(): Together[] {
    return this.pairs().map(({ key, picture }) => ({
      participant: this.slots()[picture]?.participant ?? '',
      older: this.apart.get(key) ?? null,
      hold: this.holds.get(key) ?? null,
    }));
  }

  /** Once every LOOK_EVERY_MS; `now` on the clock that `played` has. */
  look(now: number): void {
    const pairs = this.pairs();
    for (const key of this.seen.keys())
      if (!pairs.some((pair) => pair.key === key)) this.seen.delete(key);
    for (const pair of pairs) if (!this.step(pair)) this.weigh(pair, now);
  }

  private pairs(): Pair[] {
    const slots = Object.entries(this.slots());
    return slots.flatMap(([picture, use]) => {
      const companion = COMPANIONS[use.source];
      const sound = slots.find(
        ([, other]) => other.participant === use.participant && other.source === companion,
      )?.[0];
      return sound ? [{ key: `${picture} ${sound} ${use.participant}`, picture, sound }] : [];
    });
  }

  private age(mid: string, hz: number, now: number): number | null {
    const [played, anchor] = [this.peer.played(mid), this.anchors.get(mid)];
    if (!played || anchor?.participant !== this.slots()[mid]?.participant || !anchor) return null;
    return now - played.at > FRESH_MS ? null : ageOf(played, anchor, hz);
  }

  private weigh(pair: Pair, now: number): void {
    const picture = this.age(pair.picture, PICTURE_HZ, now);
    const sound = this.age(pair.sound, SOUND_HZ, now);
    if (picture === null || sound === null) return;
    let seen = this.seen.get(pair.key);
    if (!seen) {
      this.seen.set(pair.key, (seen = []));
      if (!this.holds.has(pair.key)) this.hold(pair, this.usual);
    }
    seen.push(sound - picture);
    if (seen.length < LOOKS) return;
    this.seen.set(pair.key, []);
    const older = median(seen);
    this.apart.set(pair.key, Math.round(older));
    this.usual = nextHold(this.holds.get(pair.key) ?? this.usual, older);
    this.holds.set(pair.key, this.usual);
    this.step(pair);
  }

  /** Goes on towards what was decided; until it is there nothing is measured. */
  private step(pair: Pair): boolean {
    const [held, wanted] = [this.held.get(pair.key), this.holds.get(pair.key)];
    if (!held || !wanted) return false;
    const { picture, sound } = held;
    if (picture === wanted.picture && sound === wanted.sound) return false;
    this.apply(pair, {
      picture: towards(picture, wanted.picture),
      sound: towards(sound, wanted.sound),
    });
    return true;
  }

  /** A pair that is new begins so: it has shown nothing yet that could stand still. */
  private hold(pair: Pair, hold: Hold): void {
    this.holds.set(pair.key, hold);
    this.apply(pair, hold);
  }

  private apply(pair: Pair, hold: Hold): void {
    this.held.set(pair.key, hold);
    this.peer.hold(pair.picture, hold.picture);
    this.peer.hold(pair.sound, hold.sound);
  }
}
