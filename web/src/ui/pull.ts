/** A sheet that is put away by pulling its handle down. */
const FAR_PX = 60;

/** Follows the finger from this `pointerdown` on the handle; far enough, it calls `away`. */
export function pull(event: PointerEvent, sheet: HTMLElement | null, away: () => void): void {
  const handle = event.currentTarget;
  if (!sheet || !(handle instanceof HTMLElement)) return;
  let by = 0;
  const move = (now: PointerEvent): void => {
    by = Math.max(0, now.clientY - event.clientY);
    sheet.style.translate = `0 ${by}px`;
  };
  const end = (): void => {
    handle.removeEventListener('pointermove', move);
    sheet.style.translate = '';
    if (by > FAR_PX) away();
  };
  handle.setPointerCapture(event.pointerId);
  handle.addEventListener('pointermove', move);
  handle.addEventListener('lostpointercapture', end, { once: true });
}
