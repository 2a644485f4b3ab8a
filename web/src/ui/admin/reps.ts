/** Settings → Advisers: the named people, one by one or out of a file. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { users, type UserInfo } from '../../client/account.js';
import { groups, putRep, reps, type GroupInfo, type RepInfo } from '../../client/directory.js';
import { face } from '../rep-face.js';
import { AdminSection } from './base.js';
import { dw } from './directory-words.js';
import './reps-import.js';
import { w } from './words.js';
import '../styles/directory.css';

const CHATS_MAX = 15;
const SEARCH_MS = 250;

@customElement('parlor-admin-reps')
export class AdminReps extends AdminSection {
  @state() private list: RepInfo[] | undefined;
  @state() private groups: GroupInfo[] = [];
  @state() private users: UserInfo[] = [];
  @state() private cursor = '';
  @state() private text = '';
  @state() private group = '';
  /** The one in the form; '' = a new one; NULL: no form. */
  @state() private edited: string | null = null;
  private typing = 0;
  /** Of searches only the last one's answer counts. */
  private asked = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(() => clearTimeout(this.typing));
    void this.run(async () => {
      [this.groups, this.users] = await Promise.all([groups(), users()]);
      await this.load();
    });
  }

  private async load(more = false): Promise<void> {
    const asked = ++this.asked;
    const page = await reps(this.text, this.group, more ? this.cursor : '');
    if (asked !== this.asked) return;
    this.list = more ? [...(this.list ?? []), ...page.reps] : page.reps;
    this.cursor = page.cursor;
  }

  private search(event: Event): void {
    this.text = (event.target as HTMLInputElement).value.trim();
    clearTimeout(this.typing);
    this.typing = window.setTimeout(() => void this.run(() => this.load()), SEARCH_MS);
  }

  private edit(id: string): void {
    this.edited = this.edited === id ? null : id;
    this.note = this.problem = '';
  }

  private save(event: Event, one?: RepInfo): void {
    event.preventDefault();
    const photo = this.value('rep-photo');
    const spec = {
      ref: one?.ref ?? this.value('rep-ref'),
      card: { name: this.value('rep-name'), title: this.value('rep-title'), photo },
      groups: this.checked('rep-group'),
      skills: this.value('rep-skills')
        .split(/[,，、;]/)
        .map((word) => word.trim())
        .filter(Boolean),
      capacity: { chat: Number(this.value('rep-chats')) },
      user: this.value('rep-user'),
    };
    void this.run(async () => {
      await putRep(spec);
      this.edited = null;
      await this.load();
    }, w('saved'));
  }

  private form(one?: RepInfo): TemplateResult {
    return html`<form class="sheet" @submit=${(event: Event) => this.save(event, one)}>
      <h2>${one ? one.name : dw('rep_add')}</h2>
      ${one ? nothing : this.input('rep-ref', dw('ref'), '', { required: true, hint: dw('ref_hint') })}
      ${this.input('rep-name', dw('name'), one?.name ?? '', { required: true })}
      ${this.input('rep-title', dw('title'), one?.title ?? '')}
      ${this.input('rep-photo', dw('photo'), one?.photo ?? '', { hint: 'https://' })}
      <fieldset>
        <legend>${dw('in_groups')}</legend>
        ${this.boxes(
          'rep-group',
          this.groups.map(({ id, name }) => [id, name]),
          one?.groups ?? this.groups.slice(0, 1).map(({ id }) => id),
        )}
      </fieldset>
      ${this.input('rep-skills', dw('skills'), one?.skills.join(', ') ?? '')}
      <label class="field"
        ><span>${dw('capacity')}</span
        ><input
          name="rep-chats"
          type="number"
          min="1"
          max=${CHATS_MAX}
          required
          .value=${String(one?.capacity.chat ?? 5)}
      /></label>
      ${this.choice('rep-user', dw('user'), one?.user ?? '', [
        ['', dw('no_user')],
        ...this.users
          .filter(({ roles, id }) => roles.includes('rep') || id === one?.user)
          .map(({ id, name, login }): [string, string] => [id, `${name} · ${login}`]),
      ])}
      ${this.ends('rep', () => (this.edited = null))}
    </form>`;
  }

  private row(one: RepInfo): TemplateResult {
    const names = one.groups.map((id) => this.groups.find((group) => group.id === id)?.name ?? id);
    const gone = one.state === 'departed';
    return html`<li class="rep-row" data-testid="rep-row" data-off=${gone}>
      <div class="who">
        ${face(one.name, one.photo, one.id)}<b>${one.name}</b><span>${one.title}</span
        ><span>${one.ref}</span>
        <span>${dw('customers', { n: one.customers })}</span>
        ${gone ? html`<em>${dw('departed')}</em>` : nothing}
      </div>
      <div class="tags">${names.map((name) => html`<i>${name}</i>`)}</div>
      ${
        gone
          ? nothing
          : html`<div class="acts">
              <a class="button quiet" href="/r/${one.id}" target="_blank" rel="noopener"
                >${dw('page')}</a
              >
              <button
                class="button quiet"
                data-testid="rep-edit"
                aria-expanded=${this.edited === one.id}
                @click=${() => this.edit(one.id)}
              >
                ${dw('group_change')}
              </button>
            </div>`
      }
      ${this.edited === one.id ? html`<div class="edit">${this.form(one)}</div>` : nothing}
    </li>`;
  }

  private filters(): TemplateResult {
    return html`<div class="find-line" role="search">
      <input
        type="search"
        aria-label=${dw('search')}
        placeholder=${dw('search')}
        @input=${(event: Event) => this.search(event)}
      />
      <select
        aria-label=${dw('in_groups')}
        @change=${(event: Event) => {
          this.group = (event.target as HTMLSelectElement).value;
          void this.run(() => this.load());
        }}
      >
        <option value="">${dw('any_group')}</option>
        ${this.groups.map(({ id, name }) => html`<option value=${id}>${name}</option>`)}
      </select>
    </div>`;
  }

  protected override render(): TemplateResult {
    const none = this.text || this.group ? dw('reps_none_found') : dw('reps_none');
    return html`<h1>${w('nav_reps')}</h1>
      <p class="muted">${dw('reps_lead')}</p>
      ${this.filters()} ${this.messages()}${this.list ? nothing : this.waiting()}
      ${this.list?.length === 0 ? html`<p class="muted">${none}</p>` : nothing}
      <ul class="rows">
        ${this.list?.map((one) => this.row(one))}
      </ul>
      ${
        this.cursor
          ? html`<button class="button" @click=${() => void this.run(() => this.load(true))}>
              ${dw('more')}
            </button>`
          : nothing
      }
      ${
        this.edited === ''
          ? this.form()
          : html`<button class="button primary" data-testid="rep-add" @click=${() => this.edit('')}>
              ${dw('rep_add')}
            </button>`
      }
      <parlor-admin-reps-import
        .groups=${this.groups}
        .users=${this.users}
        @parlor-imported=${() => void this.run(() => this.load())}
      ></parlor-admin-reps-import>`;
  }
}
