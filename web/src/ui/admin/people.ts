/** Settings → People: who they are, what they may, letting in and out. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import {
  addUser,
  changeUser,
  groupNames,
  userLink,
  users,
  type UserInfo,
} from '../../client/account.js';
import { AdminSection } from './base.js';
import './partners.js';
import { deeds, pw } from './people-words.js';
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
  @state() private groups: { id: string; name: string }[] = [];
  /** The roles that stand in the form now. */
  @state() private chosen: string[] = ['host'];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(() => this.load());
  }

  private async load(): Promise<void> {
    [this.people, this.groups] = await Promise.all([users(), groupNames().catch(() => [])]);
  }

  private options(): [string, string][] {
    const own = this.session.roles.includes('owner');
    return ROLES.filter((role) => own || role !== 'owner').map((role) => [role, roleWords(role)]);
  }

  private add(event: Event): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const login = this.value('login');
    const roles = this.checked('new-role');
    if (!this.named(roles)) return;
    void this.run(
      async () => {
        const name = this.value('shown');
        const url = await addUser({ login, name, roles, groups: this.checked('new-group') });
        this.link = { name: name || login, url };
        form.reset();
        this.chosen = ['host'];
        await this.load();
        void this.reveal();
      },
      '',
      { conflict: pw('login_taken') },
    );
  }

  /** Nobody is without a role. */
  private named(roles: string[]): boolean {
    this.problem = roles.length ? '' : pw('role_needed');
    return roles.length > 0;
  }

  private roles(one: UserInfo): void {
    const roles = this.checked(`role-${one.id}`);
    if (!this.named(roles)) return;
    void this.run(
      async () => {
        const groups = this.checked(`group-${one.id}`);
        await changeUser(one.id, { roles, ...(this.groups.length ? { groups } : {}) });
        this.editing = '';
        await this.load();
      },
      w('saved'),
      { conflict: pw('last_owner') },
    );
  }

  private lock(one: UserInfo): void {
    void this.run(
      async () => {
        await changeUser(one.id, { disabled: !one.disabled });
        await this.load();
      },
      '',
      { conflict: pw('last_owner') },
    );
  }

  private invite(one: UserInfo): void {
    void this.run(async () => {
      this.link = { name: one.name, url: await userLink(one.id) };
      void this.reveal();
    });
  }

  /** What goes with the roles that are chosen: a supervisor's groups, an adviser's card. */
  private beside(roles: string[], name: string, on: string[]): TemplateResult | typeof nothing {
    const groups = this.groups.map((one): [string, string] => [one.id, one.name]);
    const lines = [
      html`<ul class="muted">
        ${ROLES.filter((role) => roles.includes(role)).map((role) => {
          return html`<li>${roleWords(role)}: ${deeds(role)}</li>`;
        })}
      </ul>`,
      roles.includes('supervisor') && groups.length
        ? html`<fieldset>
            <legend>${pw('groups_of')}</legend>
            ${this.boxes(name, groups, on)}
          </fieldset>`
        : nothing,
      roles.includes('rep') || (roles.includes('supervisor') && !groups.length)
        ? html`<p class="muted">
            ${pw(roles.includes('rep') ? 'adviser_hint' : 'groups_hint')}
            <a href="#/settings/${roles.includes('rep') ? 'reps' : 'groups'}">${w('settings')}</a>
          </p>`
        : nothing,
    ];
    return html`${lines}`;
  }

  private editor(one: UserInfo): TemplateResult {
    const name = `role-${one.id}`;
    const chosen = (): void => void (this.chosen = this.checked(name));
    return html`<div
      class="edit"
      role="group"
      aria-label=${w('roles_of', { name: one.name })}
      @change=${chosen}
    >
      ${this.boxes(name, this.options(), one.roles)}
      ${this.beside(this.chosen, `group-${one.id}`, one.groups)}
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
          @click=${() => {
            this.editing = this.editing === one.id ? '' : one.id;
            this.chosen = this.editing ? one.roles : ['host'];
          }}
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
        <fieldset @change=${() => this.editing || (this.chosen = this.checked('new-role'))}>
          <legend>${w('col_roles')}</legend>
          ${this.boxes('new-role', this.options(), ['host'])}
        </fieldset>
        ${this.editing ? nothing : this.beside(this.chosen, 'new-group', [])}
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
