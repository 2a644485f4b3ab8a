/** A note of the system's while nobody looks at the page, where that was allowed. */
export function notify(title: string, body: string, tag: string): void {
  if (!document.hidden || !('Notification' in window)) return;
  if (Notification.permission !== 'granted') return;
  try {
    new Notification(title, { body, tag }).onclick = () => window.focus();
  } catch {
    /* A phone's browser lets no page make one. */
  }
}
