/** The viewer's own name over everything he sees. Drawn in his page alone, so that nobody else's picture
 *  has it; it deters from taking pictures of the screen and is no protection: who changes the page is rid of it. */
import { customElement } from 'lit/decorators.js';
import { InMeeting } from './base.js';
import { external } from './external.js';

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

@customElement('parlor-watermark')
export class Watermark extends InMeeting {
  private drawn = '';

  protected override updated(): void {
    const me = this.room.participants[this.room.me ?? ''];
    const text = me ? `${me.name}${me.company ? ` · ${external(me.company)}` : ''}` : '';
    if (text === this.drawn) return;
    this.drawn = text;
    this.dataset['testid'] = 'watermark';
    this.dataset['name'] = text;
    this.setAttribute('aria-hidden', 'true');
    Object.assign(this.style, {
      position: 'absolute',
      inset: '0',
      zIndex: '4',
      pointerEvents: 'none',
      backgroundImage: text ? `url(${pattern(text)})` : '',
      backgroundSize: `${STEP_X}px ${STEP_Y}px`,
    });
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'parlor-watermark': Watermark;
  }
}
