/** Somebody waits in the hall: who it is, and the door, until a host has answered. Fetched with the first knock. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { InMeeting } from './base.js';
import { externalSign } from './external.js';
import { lang, t } from './i18n/index.js';
import { icon } from './icons.js';

const WORDS = {
  one: ['is waiting in the hall', '在门厅等候'],
  more: ['and {n} more wait in the hall', '等 {n} 人在门厅等候'],
  look: ['See who', '查看'],
} as const;

function k(key: keyof typeof WORDS, n = 0): string {
  return WORDS[key][lang() === 'en' ? 0 : 1].replace('{n}', String(n));
}

@customElement('parlor-knock')
export class Knock extends InMeeting {
  protected override render(): TemplateResult | typeof nothing {
    const { lobby } = this.room;
    const [first] = lobby;
    if (!first) return nothing;
    const several = lobby.length > 1;
    const many = lang() === 'en' ? lobby.length - 1 : lobby.length;
    return html`<div class="ask" role="alert" data-testid="knock">
      ${icon('people')}
      <p>
        <b>${first.name}</b> ${externalSign(first.company)} ${several ? k('more', many) : k('one')}
      </p>
      ${several ? this.see() : this.answer(first.participant)}
    </div>`;
  }

  private see(): TemplateResult {
    return html`<button
      class="button primary"
      data-testid="knock-see"
      @click=${() => this.app.openPanel('people')}
    >
      ${k('look')}
    </button>`;
  }

  private answer(participant: string): TemplateResult {
    const { session } = this.app;
    return html`<button
        class="button primary"
        data-testid="knock-admit"
        @click=${() => session.moderate({ t: 'admit', participant })}
      >
        ${t('admit')}
      </button>
      <button
        class="button quiet"
        data-testid="knock-deny"
        @click=${() => session.moderate({ t: 'deny', participant })}
      >
        ${t('deny')}
      </button>`;
  }
}
