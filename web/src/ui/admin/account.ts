/** My account: the password. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { setPassword } from '../../client/account.js';
import { AdminSection } from './base.js';
import { roleWords } from './people.js';
import { w } from './words.js';

@customElement('parlor-admin-account')
export class AdminAccount extends AdminSection {
  private save(event: Event): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    void this.run(async () => {
      this.session = await setPassword(this.value('old'), this.value('new'));
      form.reset();
    }, w('saved'));
  }

  protected override render(): TemplateResult {
    const { user, roles, brand } = this.session;
    return html`<h1>${w('nav_account')}</h1>
      <p>${user.name === user.login ? '' : `${user.name} · `}${user.login} · ${brand.name}</p>
      <div class="tags">${roles.map((role) => html`<i>${roleWords(role)}</i>`)}</div>
      <form class="sheet" @submit=${(event: Event) => this.save(event)}>
        <h2>${w('account_password')}</h2>
        ${user.has_password ? nothing : html`<p class="muted">${w('account_hint')}</p>`}
        ${
          user.has_password
            ? this.input('old', w('account_old'), '', {
                type: 'password',
                complete: 'current-password',
              })
            : nothing
        }
        ${this.input('new', w('account_new'), '', {
          type: 'password',
          complete: 'new-password',
          required: true,
        })}
        ${this.messages()}
        <button class="button primary" data-testid="password-save" ?disabled=${this.busy}>
          ${w('account_set')}
        </button>
      </form>`;
  }
}
