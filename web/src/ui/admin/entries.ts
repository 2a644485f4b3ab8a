/** Settings → Links: addresses, QR codes and snippets whose visitors are counted. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import {
  entries,
  groups,
  makeEntry,
  reps,
  type EntryInfo,
  type GroupInfo,
  type RepInfo,
} from '../../client/directory.js';
import { AdminSection } from './base.js';
import { dw, type DirectoryWord } from './directory-words.js';
import { w } from './words.js';
import '../styles/directory.css';

const CHANNELS = [
  'live',
  'home',
  'replay',
  'card',
  'qr',
  'site',
] as const satisfies DirectoryWord[];
/** As many advisers as a list to choose from bears. */
const REPS_SHOWN = 200;

@customElement('parlor-admin-entries')
export class AdminEntries extends AdminSection {
  @state() private list: EntryInfo[] | undefined;
  @state() private cursor = '';
  @state() private groups: GroupInfo[] = [];
  @state() private reps: RepInfo[] = [];
  @state() private shown = '';

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(async () => {
      await this.load();
      this.groups = await groups();
      this.reps = (await reps('', '', '', REPS_SHOWN)).reps.filter((one) => one.state === 'active');
    });
  }

  private async load(): Promise<void> {
    const page = await entries(this.cursor);
    this.list = [...(this.list ?? []), ...page.entries];
    this.cursor = page.cursor;
  }

  private add(event: Event): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const spec = {
      channel: this.value('entry-channel'),
      state: this.value('entry-state'),
      room: this.value('entry-room'),
      group: this.value('entry-group'),
      rep: this.value('entry-rep'),
      product: this.value('entry-product'),
    };
    void this.run(async () => {
      const made = await makeEntry(spec);
      this.list = [made, ...(this.list ?? [])];
      this.shown = made.id;
      form.reset();
    }, w('saved'));
  }

  private led(one: EntryInfo): string {
    const group = this.groups.find(({ id }) => id === one.group)?.name ?? one.group;
    const rep = this.reps.find(({ id }) => id === one.rep)?.name ?? one.rep;
    /* Of a replay `state` is its id; it is named by its title where that is known. */
    const state = one.title && one.channel === 'replay' ? '' : one.state;
    return [rep, group, one.title || one.room, one.product, state].filter(Boolean).join(' · ');
  }

  private code(one: EntryInfo): TemplateResult {
    const file = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(one.qr_svg)}`;
    return html`<div class="edit qr-shown">
      <img src=${file} alt=${dw('qr_show')} width="200" height="200" />
      <a class="button" href=${file} download="${one.id}.svg">${dw('qr_save')}</a>
    </div>`;
  }

  private row(one: EntryInfo): TemplateResult {
    const channel = CHANNELS.find((known) => known === one.channel);
    return html`<li data-testid="entry-row">
      <div class="who">
        <b>${channel ? dw(channel) : one.channel}</b><span>${this.led(one)}</span
        ><span>${one.url}</span>
      </div>
      <div class="acts">
        <button class="button quiet" @click=${() => this.copy(one.url)}>${dw('copy_link')}</button>
        <button class="button quiet" @click=${() => this.copy(one.embed)}>
          ${dw('copy_code')}
        </button>
        <button
          class="button quiet"
          aria-expanded=${this.shown === one.id}
          @click=${() => (this.shown = this.shown === one.id ? '' : one.id)}
        >
          ${dw('qr_show')}
        </button>
      </div>
      ${this.shown === one.id ? this.code(one) : nothing}
    </li>`;
  }

  private form(): TemplateResult {
    return html`<form class="sheet" @submit=${(event: Event) => this.add(event)}>
      <h2>${dw('entry_add')}</h2>
      ${this.choice(
        'entry-channel',
        dw('channel'),
        'qr',
        CHANNELS.map((name) => [name, dw(name)]),
      )}
      ${this.input('entry-room', dw('room'))}
      ${this.choice('entry-rep', dw('rep'), '', [
        ['', dw('any')],
        ...this.reps.map(({ id, name, ref }): [string, string] => [id, `${name} · ${ref}`]),
      ])}
      ${this.choice('entry-group', dw('group'), '', [
        ['', dw('any')],
        ...this.groups.map(({ id, name }): [string, string] => [id, name]),
      ])}
      ${this.input('entry-product', dw('product'))} ${this.input('entry-state', dw('state'))}
      <button class="button primary" data-testid="entry-add" ?disabled=${this.busy}>
        ${dw('entry_add')}
      </button>
    </form>`;
  }

  protected override render(): TemplateResult {
    return html`<h1>${w('nav_entries')}</h1>
      <p class="muted">${dw('entries_lead')}</p>
      ${this.messages()}${this.list ? nothing : this.waiting()}
      ${this.list?.length === 0 ? html`<p class="muted">${dw('entries_none')}</p>` : nothing}
      <ul class="rows">
        ${this.list?.map((one) => this.row(one))}
      </ul>
      ${
        this.cursor
          ? html`<button class="button" @click=${() => void this.run(() => this.load())}>
              ${dw('more')}
            </button>`
          : nothing
      }
      ${this.form()}`;
  }
}
