/** The room's keys. Single keys work outside text fields only, and can be switched off. */
import { loadChoices } from '../client/storage.js';

export interface KeyDeeds {
  keys: Record<string, () => void>;
  talk: (down: boolean) => void;
}

/** Whether a key belongs to the element that has the focus. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
}

/** Returns how to stop listening. */
export function listenToKeys(deeds: KeyDeeds): () => void {
  let held = false;
  let clicked: Element | null = null;
  /* Space presses a button that was reached by keyboard; one that was clicked may be talked over. */
  const presses = (target: EventTarget | null): boolean =>
    target instanceof Element && target.matches('button, a, summary') && target !== clicked;
  const pointed = (event: Event): void => {
    clicked = event.target instanceof Element ? event.target.closest('button, a') : null;
  };
  const down = (event: KeyboardEvent): void => {
    if (event.key === 'Tab') clicked = null;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const open = document.querySelector('dialog[open]') !== null;
    if (event.key !== 'Escape' && (open || isTyping(event.target) || !loadChoices().keys)) return;
    if (event.code === 'Space') {
      if (presses(event.target)) return;
      event.preventDefault();
      if (!event.repeat) deeds.talk(true);
      held = true;
      return;
    }
    const deed = deeds.keys[event.key.toLowerCase()];
    if (!deed || event.repeat || open) return;
    event.preventDefault();
    deed();
  };
  const up = (event: KeyboardEvent): void => {
    if (event.code !== 'Space' || !held) return;
    held = false;
    event.preventDefault();
    deeds.talk(false);
  };
  const away = (): void => {
    if (held) deeds.talk(false);
    held = false;
  };
  const stop = new AbortController();
  const { signal } = stop;
  window.addEventListener('pointerdown', pointed, { signal, capture: true });
  window.addEventListener('keydown', down, { signal });
  window.addEventListener('keyup', up, { signal });
  window.addEventListener('blur', away, { signal });
  return () => stop.abort();
}
