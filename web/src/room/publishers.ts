/** Who of a room sends pictures, from what a host's line is told. */
import type { PersonQuality } from '../protocol/messages.js';

/** Who sends pictures and is not this page. */
export function others(people: PersonQuality[], own: string | null): PersonQuality[] {
  return people.filter((one) => one.participant !== own && one.height_up > 0);
}
