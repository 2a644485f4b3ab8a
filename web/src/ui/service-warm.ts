/**
 * What the first tap does for the first time in a page is done before it, in turns in which the page has nothing else to do: templates are
 * read, the clock of messages is made, the faces that names are written in are opened. Nothing is asked of the server and nothing can be seen,
 * focused or read aloud.
 */
import { place } from '../client/place.js';
import type { Rep, Thread } from '../protocol/service.js';
import { timeOfDay } from './service-chat.js';
import type { ServiceSheet } from './service-sheet.js';

/** Names have both, whatever the page's language is; a face with so many characters takes up to a tenth of a second to open. */
const LETTERS = 'A 顾';
/** Whom, and what, a rehearsal shows. */
const NOBODY: Rep = {
  id: '',
  name: '',
  title: '',
  photo: '',
  card: '',
  presence: 'available',
  suspended: false,
  chats: 0,
};
const NOTHING = { id: '', binding: '', rep: NOBODY, state: 'new' } as Thread;
const TURN_MS = 50;
const IDLE_MS = 2000;

interface Line {
  readonly saveData?: boolean;
}

/** Who pays for each byte, or has little memory, has it at the tap. */
export function mayWarm(): boolean {
  const { connection, deviceMemory } = navigator as { connection?: Line; deviceMemory?: number };
  return !connection?.saveData && (deviceMemory ?? 8) > 1;
}

/** A step a turn, each when the page is idle. Returns how to end it. */
export function idly(steps: readonly (() => void)[]): () => void {
  const rest = [...steps];
  let [timer, idle] = [0, 0];
  const turn = (): void => {
    rest.shift()?.();
    if (rest.length) timer = window.setTimeout(next, TURN_MS);
  };
  const next = (): void => {
    if ('requestIdleCallback' in window)
      idle = window.requestIdleCallback(turn, { timeout: IDLE_MS });
    else turn();
  };
  next();
  return () => {
    rest.length = 0;
    clearTimeout(timer);
    if ('cancelIdleCallback' in window) window.cancelIdleCallback(idle);
  };
}

/** The letters in the faces of a card, where nobody sees them. */
export function specimens(): (() => void)[] {
  const made: HTMLElement[] = [];
  const show = (name: string) => (): void => {
    const one = document.createElement(name);
    one.className = 'service-specimen';
    one.ariaHidden = 'true';
    one.textContent = LETTERS;
    place.ground().append(one);
    made.push(one);
  };
  const away = (): void => made.splice(0).forEach((one) => one.remove());
  return [show('small'), show('b'), show('i'), away];
}

/** All of it. Returns how to end it. */
export function warm(sheet: ServiceSheet): () => void {
  if (!mayWarm()) return () => undefined;
  const shown = specimens();
  const stop = idly([...shown, () => timeOfDay(new Date()), ...sheet.rehearsal(NOBODY, NOTHING)]);
  return () => {
    stop();
    shown.at(-1)?.();
  };
}
