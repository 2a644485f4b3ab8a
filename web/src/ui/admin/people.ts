/** Settings → People: who they are, what they may, letting in and out. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { addUser, changeUser, userLink, users, type UserInfo } from '../../client/account.js';
import { AdminSection } from './base.js';
import './partners.js';
import { isWord, w } from './words.js';

const ROLES = ['owner', 'admin', 'supervisor', 'host', 'assistant', 'rep', 'auditor'];

export function roleWords(role: string): string {
  const word = `role_${role}`;
  return isWord(word) ? w(word) : role;
}

@customElement('parlor-admin-people')
export class AdminPeople extends AdminSection {
  @state() private people: UserInfo[] | undefined;
  @state() private link = { name: '', url: '' };
  @state() private editing = '';

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(() => this.load());
  }

  private async load(): Promise<void> {
    this.people = await users();
  }

  private options(): [string, string][] {
    const own = this.session.roles.includes('owner');
    return ROLES.filter((role) => own || role !== 'owner').map((role) => [role, roleWords(role)]);
  }

  private add(event: Event): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const login = this.value('login');
    void this.run(async () => {
      const url = await addUser(login, this.value('shown'), this.checked('new-role'));
      this.link = { name: login, url };
      form.reset();
      await this.load();
    });
  }

  private roles(one: UserInfo): void {
    void this.run(async () => {
      await changeUser(one.id, { roles: this.checked(`role-${one.id}`) });
      this.editing = '';
      await this.load();
    }, w('saved'));
  }

  private lock(one: UserInfo): void {
    void this.run(async () => {
      await changeUser(one.id, { disabled: !one.disabled });
      await this.load();
    });
  }

  private invite(one: UserInfo): void {
    void this.run(async () => {
      this.link = { name: one.name, url: await userLink(one.id) };
    });
  }

  private editor(one: UserInfo): TemplateResult {
    return html`<div class="edit" role="group" aria-label=${w('roles_of', { name: one.name })}>
      ${this.boxes(`role-${one.id}`, this.options(), one.roles)}
      <button class="button primary" data-testid="roles-save" @click=${() => this.roles(one)}>
        ${w('save')}
      </button>
    </div>`;
  }

  private row(one: UserInfo): TemplateResult {
    return html`<li data-testid="person-row" data-off=${one.disabled}>
      <div class="who">
        <b>${one.name}</b><span>${one.login}</span>
        ${one.disabled ? html`<em>${w('disabled')}</em>` : nothing}
      </div>
      <div class="tags">${one.roles.map((role) => html`<i>${roleWords(role)}</i>`)}</div>
      <span class="muted">${w('col_seen')}: ${this.when(one.last_signin_at)}</span>
      <div class="acts">
        <button
          class="button quiet"
          aria-expanded=${this.editing === one.id}
          @click=${() => (this.editing = this.editing === one.id ? '' : one.id)}
        >
          ${w('col_roles')}
        </button>
        <button class="button quiet" ?disabled=${one.disabled} @click=${() => this.invite(one)}>
          ${w('new_link')}
        </button>
        <button class="button quiet" @click=${() => this.lock(one)}>
          ${w(one.disabled ? 'enable' : 'disable')}
        </button>
      </div>
      ${this.editing === one.id ? this.editor(one) : nothing}
    </li>`;
  }

  protected override render(): TemplateResult {
    return html`<h1>${w('nav_people')}</h1>
      ${this.messages()}
      ${
        this.link.url
          ? html`<section class="shown" role="status">
              <p>${w('link_once', { name: this.link.name })}</p>
              ${this.copyable(w('new_link'), this.link.url)}
            </section>`
          : nothing
      }
      ${this.people ? nothing : this.waiting()}
      <ul class="rows">
        ${this.people?.map((one) => this.row(one))}
      </ul>
      <form class="sheet" @submit=${(event: Event) => this.add(event)}>
        <h2>${w('people_add')}</h2>
        ${this.input('login', w('signin_login'), '', { required: true })}
        ${this.input('shown', w('brand_name'))}
        <fieldset>
          <legend>${w('col_roles')}</legend>
          ${this.boxes('new-role', this.options(), ['host'])}
        </fieldset>
        <button class="button primary" data-testid="person-add" ?disabled=${this.busy}>
          ${w('people_add')}
        </button>
      </form>
      ${
        this.session.roles.some((role) => role === 'owner' || role === 'admin')
          ? html`<parlor-admin-partners .session=${this.session}></parlor-admin-partners>`
          : nothing
      }`;
  }
}
