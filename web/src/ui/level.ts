/** The microphone's level as a row of lights. */
import { html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { InMeeting } from './base.js';
import { t } from './i18n/index.js';

const LIGHTS = 12;

@customElement('parlor-level')
export class LevelMeter extends InMeeting {
  private frame = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.tick();
    this.whileConnected(() => cancelAnimationFrame(this.frame));
  }

  private tick(): void {
    this.frame = requestAnimationFrame(() => this.tick());
    const on = this.app.local.state.microphone.on;
    const level = on ? (this.app.local.meter?.level() ?? 0) : 0;
    const lit = Math.round(Math.max(level - 0.15, 0) * 1.3 * LIGHTS);
    this.querySelectorAll('i').forEach((one, i) => one.toggleAttribute('data-lit', i < lit));
    this.querySelector('[role=meter]')?.setAttribute('aria-valuenow', level.toFixed(1));
  }

  protected override render(): TemplateResult {
    return html`<div
      class="level"
      role="meter"
      data-testid="level"
      aria-label=${t('level')}
      aria-valuemin="0"
      aria-valuemax="1"
    >
      ${Array.from({ length: LIGHTS }, () => html`<i></i>`)}
    </div>`;
  }
}
