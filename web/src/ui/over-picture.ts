/** Words over everything that is seen, for the eyes of one viewer. They deter from taking pictures of the
 *  screen and are no protection: who changes the page is rid of them. */
const STEP_X = 320;
const STEP_Y = 170;

/** A tile of the pattern: the text, slanted, light with a dark edge so that it is seen on any picture. */
function pattern(text: string): string {
  const scale = Math.min(window.devicePixelRatio || 1, 2);
  const canvas = document.createElement('canvas');
  canvas.width = STEP_X * scale;
  canvas.height = STEP_Y * scale;
  const pen = canvas.getContext('2d');
  if (!pen) return '';
  pen.scale(scale, scale);
  pen.translate(STEP_X / 2, STEP_Y / 2);
  pen.rotate(-Math.PI / 9);
  pen.font = '600 17px system-ui, sans-serif';
  pen.textAlign = 'center';
  pen.lineWidth = 2;
  pen.strokeStyle = 'rgba(0, 0, 0, 0.22)';
  pen.fillStyle = 'rgba(255, 255, 255, 0.26)';
  pen.strokeText(text, 0, 0, STEP_X - 20);
  pen.fillText(text, 0, 0, STEP_X - 20);
  return canvas.toDataURL();
}

/** Lays the text over what the element's box has; '' = nothing. */
export function writeOver(element: HTMLElement, text: string): void {
  element.dataset['testid'] = 'watermark';
  element.dataset['name'] = text;
  element.setAttribute('aria-hidden', 'true');
  Object.assign(element.style, {
    position: 'absolute',
    inset: '0',
    zIndex: '4',
    pointerEvents: 'none',
    backgroundImage: text ? `url(${pattern(text)})` : '',
    backgroundSize: `${STEP_X}px ${STEP_Y}px`,
  });
}
