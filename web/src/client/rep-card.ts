/** What anybody may know of a rep whose page is open. Errors are ApiError. */
import { nullable, shape, str } from '../protocol/check.js';
import { rep, type Rep } from '../protocol/service.js';
import { callJson } from './http.js';

/** `rep` is null when he has left; his brand is still there. */
export interface PublicCard {
  brand: string;
  rep: Rep | null;
}

export function publicCard(id: string): Promise<PublicCard> {
  const card = shape({ brand: str, rep: nullable(rep) });
  return callJson(`/v1/reps/${encodeURIComponent(id)}/card`, {}, card);
}
