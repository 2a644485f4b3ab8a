/** The meeting's link with a button that copies it. */
import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { hashOf } from '../protocol/code.js';
import { InMeeting } from './base.js';
import { t } from './i18n/index.js';
import { icon } from './icons.js';

const SAY_COPIED_MS = 2000;

/** The link as this browser reached the server; the server may know itself by another name. */
export function joinUrl({ code, key }: { code: string; key: string }): string {
  return `${location.origin}/m#${hashOf(code, key)}`;
}

@customElement('parlor-link')
export class LinkBox extends InMeeting {
  @state() private copied = false;

  private async copy(): Promise<void> {
    const input = this.querySelector('input');
    try {
      await navigator.clipboard.writeText(joinUrl(this.app.session));
    } catch {
      input?.select();
      // It stays marked: one key more copies it.
      if (!document.execCommand('copy')) return;
    }
    this.copied = true;
    window.setTimeout(() => (this.copied = false), SAY_COPIED_MS);
  }

  protected override render(): TemplateResult {
    return html`<div class="link-box">
      <input
        readonly
        data-testid="join-url"
        aria-label=${t('invite')}
        .value=${joinUrl(this.app.session)}
        @focus=${(event: FocusEvent) => (event.target as HTMLInputElement).select()}
      />
      <button class="button primary" data-testid="copy-link" @click=${() => this.copy()}>
        ${icon(this.copied ? 'check' : 'copy')}
        <span aria-live="polite">${t(this.copied ? 'copied' : 'copy_link')}</span>
      </button>
    </div>`;
  }
}
