/** The row of reactions in the menu of a small screen. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { REACTIONS } from '../protocol/messages.js';
import { may } from '../room/state.js';
import { InMeeting } from './base.js';
import { t } from './i18n/index.js';

@customElement('parlor-reactions')
export class Reactions extends InMeeting {
  private send(emoji: string): void {
    this.app.session.react(emoji);
    this.app.openDialog(null);
  }

  protected override render(): TemplateResult | typeof nothing {
    if (!may(this.room, 'chat')) return nothing;
    return html`<div class="reaction-row inline" role="group" aria-label=${t('react')}>
      ${REACTIONS.map(
        (one) =>
          html`<button data-testid="menu-reaction" aria-label=${one} @click=${() => this.send(one)}>
            ${one}
          </button>`,
      )}
    </div>`;
  }
}
