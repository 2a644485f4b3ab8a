/** A part of a recording, chosen by two keys at the instants that the player shows. */
import { html, nothing, type TemplateResult } from 'lit';
import { clockWords } from '../../media/timeline.js';
import { r } from './recording-words.js';

/** Where it begins and ends on the room's clock; null: not chosen. */
export interface Part {
  from: number | null;
  to: number | null;
}

export const WHOLE: Part = { from: null, to: null };

interface Span {
  from_ms: number;
  to_ms: number;
}

/** What is asked of the server; null: the whole recording; 'backwards': it would end before it begins. */
export function spanOf(part: Part, row: Span): Span | null | 'backwards' {
  if (part.from === null && part.to === null) return null;
  const from = Math.round(part.from ?? row.from_ms);
  const to = Math.round(part.to ?? row.to_ms);
  return to > from ? { from_ms: from, to_ms: to } : 'backwards';
}

interface Words {
  /** Of the tests' ids: `ID-from`, `ID-to`, `ID-part`. */
  id: string;
  from: string;
  to: string;
  whole: string;
  only: (from: string, to: string) => string;
}

/** The two keys, what they chose, and the way back to the whole. */
export function partKeys(
  part: Part,
  row: Span,
  words: Words,
  position: () => number,
  change: (part: Part) => void,
): TemplateResult {
  const span = spanOf(part, row);
  const at = (ms: number | null): string => (ms === null ? '' : clockWords(ms - row.from_ms));
  const key = (end: 'from' | 'to'): TemplateResult =>
    html`<button
      type="button"
      class="button"
      data-testid="${words.id}-${end}"
      @click=${() => change({ ...part, [end]: position() })}
    >
      ${words[end]} ${at(part[end])}
    </button>`;
  const said =
    span === null
      ? words.whole
      : span === 'backwards'
        ? r('part_backwards')
        : words.only(at(span.from_ms), at(span.to_ms));
  return html`<div class="choices clip">
    ${key('from')} ${key('to')}
    <span
      class=${span === 'backwards' ? 'error' : 'muted'}
      role="status"
      data-testid="${words.id}-part"
      >${said}</span
    >
    ${
      span === null
        ? nothing
        : html`<button
            type="button"
            class="button quiet"
            data-testid="${words.id}-whole"
            @click=${() => change(WHOLE)}
          >
            ${words.whole}
          </button>`
    }
  </div>`;
}
