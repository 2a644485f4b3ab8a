/** Settings → Groups: who answers what, when, and in which order they are asked. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { groups, putGroup, type GroupInfo } from '../../client/directory.js';
import {
  HOURS_MAX,
  hoursHold,
  readHours,
  writeHours,
  type HoursLine,
} from '../../room/hours-text.js';
import { lang } from '../i18n/index.js';
import { AdminSection } from './base.js';
import { dw, type DirectoryWord } from './directory-words.js';
import { w } from './words.js';
import '../styles/directory.css';

const ROUTINGS = [
  'least_active',
  'longest_idle',
  'round_robin',
  'sticky',
  'inviter',
  'manual',
] as const satisfies DirectoryWord[];
const WORKDAYS: HoursLine = { first: 1, last: 5, from: '09:00', until: '18:00' };
const OFFER_S = 30;

/** A Monday, for the names of days. */
const day = (n: number): string =>
  new Date(Date.UTC(2024, 0, n)).toLocaleDateString(lang(), { weekday: 'short', timeZone: 'UTC' });

/** "+08:00", as people write it. */
function offsetWords(minutes: number): string {
  const clock = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? '−' : '+'}${clock(size / 60)}:${clock(size % 60)}`;
}

const OFFSETS = [
  ...new Set([
    ...Array.from({ length: 27 }, (_, n) => (n - 12) * 60),
    ...[-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765],
    -new Date().getTimezoneOffset(),
  ]),
].sort((a, b) => a - b);

@customElement('parlor-admin-groups')
export class AdminGroups extends AdminSection {
  @state() private list: GroupInfo[] | undefined;
  /** The one in the form; '' = a new one; NULL: no form. */
  @state() private edited: string | null = null;
  @state() private hours: HoursLine[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(() => this.load());
  }

  private async load(): Promise<void> {
    this.list = await groups();
  }

  private edit(one?: GroupInfo): void {
    this.edited = one?.id ?? '';
    this.hours = readHours(one?.hours ?? '');
    this.note = this.problem = '';
    void this.updateComplete.then(() =>
      this.querySelector<HTMLInputElement>('[name=group-name]')?.focus(),
    );
  }

  private save(event: Event): void {
    event.preventDefault();
    if (!hoursHold(this.hours)) {
      this.problem = dw('hours_bad');
      return;
    }
    const spec = {
      ...(this.edited ? { id: this.edited } : {}),
      name: this.value('group-name'),
      routing: this.value('group-routing'),
      hours: writeHours(this.hours),
      utc_offset_min: Number(this.value('group-zone')),
      skills: this.value('group-skills')
        .split(/[,，、;]/)
        .map((one) => one.trim())
        .filter(Boolean),
      overflow: this.value('group-overflow'),
      welcome: this.value('group-welcome'),
      offer_timeout_s: Number(this.value('group-offer')),
      max_customers: Number(this.value('group-most')),
    };
    void this.run(async () => {
      await putGroup(spec);
      this.edited = null;
      await this.load();
    }, w('saved'));
  }

  private change(at: number, change: Partial<HoursLine>): void {
    this.hours = this.hours.map((line, n) => (n === at ? { ...line, ...change } : line));
  }

  private days(label: string, at: number, key: 'first' | 'last'): TemplateResult {
    const line = this.hours[at] ?? WORKDAYS;
    return html`<select
      aria-label=${label}
      @change=${(event: Event) => this.change(at, { [key]: Number((event.target as HTMLSelectElement).value) })}
    >
      ${[1, 2, 3, 4, 5, 6, 7].map((n) => html`<option value=${n} ?selected=${line[key] === n}>${day(n)}</option>`)}
    </select>`;
  }

  private time(label: string, at: number, key: 'from' | 'until'): TemplateResult {
    const said = (this.hours[at] ?? WORKDAYS)[key];
    return html`<input
      type="time"
      required
      aria-label=${label}
      .value=${said === '24:00' ? '00:00' : said}
      @change=${(event: Event) => this.change(at, { [key]: (event.target as HTMLInputElement).value })}
    />`;
  }

  private opening(): TemplateResult {
    return html`<fieldset class="hours">
      <legend>${dw('hours')}</legend>
      ${this.hours.length ? nothing : html`<p class="muted">${dw('always')}</p>`}
      ${this.hours.map(
        (_, at) =>
          html`<div class="hours-line" data-testid="hours-line">
            ${this.days(dw('first_day'), at, 'first')}–${this.days(dw('last_day'), at, 'last')}
            ${this.time(dw('from'), at, 'from')}–${this.time(dw('until'), at, 'until')}
            <button
              type="button"
              class="button quiet"
              @click=${() => (this.hours = this.hours.filter((_line, n) => n !== at))}
            >
              ${dw('hours_drop')}
            </button>
          </div>`,
      )}
      <button
        type="button"
        class="button quiet"
        data-testid="hours-add"
        ?disabled=${this.hours.length >= HOURS_MAX}
        @click=${() => (this.hours = [...this.hours, WORKDAYS])}
      >
        ${dw('hours_add')}
      </button>
    </fieldset>`;
  }

  private number(
    name: string,
    label: string,
    value: number,
    low: number,
    high: number,
  ): TemplateResult {
    return html`<label class="field"
      ><span>${label}</span
      ><input name=${name} type="number" min=${low} max=${high} required .value=${String(value)}
    /></label>`;
  }

  private form(one: GroupInfo | undefined): TemplateResult {
    const others = (this.list ?? []).filter(({ id }) => id !== one?.id);
    const zone = one?.utc_offset_min ?? -new Date().getTimezoneOffset();
    return html`<form class="sheet" @submit=${(event: Event) => this.save(event)}>
      <h2>${one ? one.name : dw('group_add')}</h2>
      ${this.input('group-name', dw('name'), one?.name ?? '', { required: true })}
      ${this.choice(
        'group-routing',
        dw('routing'),
        one?.routing ?? 'least_active',
        ROUTINGS.map((name) => [name, dw(name)]),
      )}
      ${this.opening()}
      ${this.choice(
        'group-zone',
        dw('zone'),
        String(zone),
        [...new Set([...OFFSETS, zone])].map((min) => [String(min), offsetWords(min)]),
      )}
      <p class="muted">${dw('zone_hint')}</p>
      ${this.choice('group-overflow', dw('overflow'), one?.overflow ?? '', [
        ['', dw('nobody')],
        ...others.map(({ id, name }): [string, string] => [id, name]),
      ])}
      ${this.input('group-welcome', dw('welcome'), one?.welcome ?? '')}
      ${this.input('group-skills', dw('skills'), one?.skills.join(', ') ?? '')}
      ${this.number('group-offer', dw('offer_timeout'), one?.offer_timeout_s ?? OFFER_S, 5, 600)}
      ${this.number('group-most', dw('max_customers'), one?.max_customers ?? 0, 0, 1_000_000)}
      ${this.ends('group', () => (this.edited = null))}
    </form>`;
  }

  private hoursWords(one: GroupInfo): string {
    const lines = readHours(one.hours).map(({ first, last, from, until }) => {
      const days = first === last ? day(first) : `${day(first)}–${day(last)}`;
      return `${days} ${from}–${until}`;
    });
    return lines.length
      ? `${lines.join(' · ')} (${offsetWords(one.utc_offset_min)})`
      : dw('always');
  }

  private row(one: GroupInfo): TemplateResult {
    return html`<li data-testid="group-row">
      <div class="who">
        <b>${one.name}</b
        ><span
          >${ROUTINGS.some((known) => known === one.routing) ? dw(one.routing as DirectoryWord) : one.routing}</span
        >
        <span>${this.hoursWords(one)}</span
        ><em>${dw('now', { present: one.present, queued: one.queued })}</em>
      </div>
      <div class="acts">
        <button class="button quiet" data-testid="group-edit" @click=${() => this.edit(one)}>
          ${dw('group_change')}
        </button>
      </div>
      ${this.edited === one.id ? html`<div class="edit">${this.form(one)}</div>` : nothing}
    </li>`;
  }

  protected override render(): TemplateResult {
    const words = {
      title: w('nav_groups'),
      lead: dw('groups_lead'),
      none: dw('groups_none'),
      add: dw('group_add'),
    };
    return this.listing(
      'group',
      words,
      this.list?.map((one) => this.row(one)),
      this.edited === '' ? this.form(undefined) : null,
      () => this.edit(),
    );
  }
}
