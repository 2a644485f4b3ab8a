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

/** Space presses a button that was reached by keyboard; one that was clicked may be talked over. */
function isPressing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.matches('button:focus-visible, a:focus-visible, summary')
  );
}

/** Returns how to stop listening. */
export function listenToKeys(deeds: KeyDeeds): () => void {
  let held = false;
  const down = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key !== 'Escape' && (document.querySelector('dialog[open]') || !loadChoices().keys))
      return;
    if (event.code === 'Space') {
      if (isPressing(event.target)) return;
      event.preventDefault();
      if (!event.repeat) deeds.talk(true);
      held = true;
      return;
    }
    const deed = deeds.keys[event.key.toLowerCase()];
    if (!deed || event.repeat) return;
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
  window.addEventListener('keydown', down);
  window.addEventListener('keyup', up);
  window.addEventListener('blur', away);
  return () => {
    window.removeEventListener('keydown', down);
    window.removeEventListener('keyup', up);
    window.removeEventListener('blur', away);
  };
}
