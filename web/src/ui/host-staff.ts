/** Who of the brand is there for the viewers, and how many wait. Fetched when the server tells of it. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { LiveState } from '../room/live.js';
import { staffWords } from '../room/staffing.js';
import type { Store } from '../room/store.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';

@customElement('parlor-host-staff')
export class HostStaff extends Plain {
  @property({ attribute: false }) live!: Store<LiveState>;

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(this.live.watch(() => this.requestUpdate()));
    /* How long the first one waits is counted here. */
    const second = window.setInterval(() => {
      if (this.live.get().staffing?.waiting) this.requestUpdate();
    }, 1000);
    this.whileConnected(() => clearInterval(second));
  }

  protected override render(): TemplateResult | typeof nothing {
    const { staffing } = this.live.get();
    if (!staffing) return nothing;
    const { level, head, rest } = staffWords(staffing, lang(), Date.now());
    return html`<p
      class="health"
      data-level=${level}
      data-testid="staff"
      data-present=${staffing.present}
      data-waiting=${staffing.waiting}
    >
      <strong role="status">${head}</strong>
      ${rest.map((one) => html`<span>${one}</span>`)}
    </p>`;
  }
}
