/** How long the meeting has gone on. */
import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { InMeeting } from './base.js';

/** `m:ss`, or `h:mm:ss` from an hour on. */
export function age(ms: number): string {
  const s = Math.max(Math.floor(ms / 1000), 0);
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(s / 60) % 60;
  const hours = Math.floor(s / 3600);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

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
