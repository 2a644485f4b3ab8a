/** The viewer's own name over everything he sees in a meeting. Drawn in his page alone, so that nobody else's
 *  picture has it. */
import { customElement } from 'lit/decorators.js';
import { InMeeting } from './base.js';
import { external } from './external.js';
import { writeOver } from './over-picture.js';

@customElement('parlor-watermark')
export class Watermark extends InMeeting {
  private drawn = '';

  protected override updated(): void {
    const me = this.room.participants[this.room.me ?? ''];
    const text = me ? `${me.name}${me.company ? ` · ${external(me.company)}` : ''}` : '';
    if (text === this.drawn) return;
    this.drawn = text;
    this.dataset['testid'] = 'watermark';
    this.setAttribute('aria-hidden', 'true');
    writeOver(this, text);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'parlor-watermark': Watermark;
  }
}
