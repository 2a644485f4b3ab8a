/** How long the meeting has gone on. */
import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { age } from './age.js';
import { InMeeting } from './base.js';

@customElement('parlor-clock')
export class Clock extends InMeeting {
  override connectedCallback(): void {
    super.connectedCallback();
    const timer = window.setInterval(() => this.requestUpdate(), 1000);
    this.whileConnected(() => clearInterval(timer));
  }

  protected override render(): TemplateResult {
    return html`<time class="clock">${age(Date.now() - this.room.roomEpochMs)}</time>`;
  }
}
