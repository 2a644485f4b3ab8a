/** Settings → Alerts: who is told when nobody is served. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { alerts, groupNames, putAlert, removeAlert, type AlertInfo } from '../../client/alerts.js';
import { aw, type AlertWord } from './alerts-words.js';
import { AdminSection } from './base.js';
import { w } from './words.js';

const EMPTY: AlertInfo = {
  id: '',
  name: '',
  kind: 'queue_wait',
  group: '',
  room: '',
  say: '',
  limit_s: 120,
  on: true,
  raised_at: null,
  value_s: 0,
  where: '',
};

@customElement('parlor-admin-alerts')
export class AdminAlerts extends AdminSection {
  @state() private list: AlertInfo[] | undefined;
  @state() private groups: [string, string][] = [];
  @state() private edited: AlertInfo | null = null;
  @state() private asking = '';

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(() => this.load());
  }

  private async load(): Promise<void> {
    [this.list, this.groups] = await Promise.all([alerts(), groupNames()]);
  }

  /** In a form of its own: what was chosen in another one's does not stay. */
  private async edit(one: AlertInfo): Promise<void> {
    this.edited = null;
    await this.updateComplete;
    this.edited = one;
    await this.updateComplete;
    this.querySelector<HTMLInputElement>('[name=alert-name]')?.focus();
  }

  private save(event: Event, one: AlertInfo): void {
    event.preventDefault();
    const chosen = (name: string): string =>
      this.querySelector<HTMLSelectElement>(`select[name="${name}"]`)?.value ?? '';
    const spec = {
      ...(one.id ? { id: one.id } : {}),
      name: this.value('alert-name'),
      kind: chosen('alert-kind'),
      group: chosen('alert-group'),
      limit_s: Number(this.value('alert-limit')),
      say: this.value('alert-say'),
      room: this.value('alert-room'),
      on: this.checked('alert-on').length > 0,
    };
    void this.run(async () => {
      await putAlert(spec);
      this.edited = null;
      await this.load();
    }, w('saved'));
  }

  private drop(one: AlertInfo): void {
    void this.run(async () => {
      await removeAlert(one.id);
      this.asking = '';
      await this.load();
    });
  }

  private row(one: AlertInfo): TemplateResult {
    const group = this.groups.find(([id]) => id === one.group)?.[1] ?? aw('any');
    return html`<li data-testid="alert-row">
      <div class="who">
        <b>${one.name}</b><span>${aw(one.kind as AlertWord)}</span
        ><span>${group} · ${aw('seconds', { n: one.limit_s })}</span>
        ${one.raised_at ? html`<em>${aw('raised', { time: this.when(one.raised_at) })}</em>` : nothing}
        ${one.on ? nothing : html`<em>${aw('off')}</em>`}
      </div>
      <div class="acts">
        <button class="button quiet" @click=${() => void this.edit(one)}>${aw('change')}</button>
        <button
          class="button quiet"
          @click=${() => (this.asking = this.asking === one.id ? '' : one.id)}
        >
          ${aw('remove')}
        </button>
      </div>
      ${
        this.asking === one.id
          ? this.removal(aw('sure', { name: one.name }), aw('remove'), () => this.drop(one))
          : nothing
      }
    </li>`;
  }

  private form(one: AlertInfo): TemplateResult {
    return html`<form class="sheet" @submit=${(event: Event) => this.save(event, one)}>
      <h2>${one.id ? aw('change') : aw('add')}</h2>
      ${this.input('alert-name', aw('name'), one.name, { required: true })}
      ${this.choice('alert-kind', aw('kind'), one.kind, [
        ['queue_wait', aw('queue_wait')],
        ['no_rep', aw('no_rep')],
      ])}
      <label class="field"
        ><span>${aw('limit')}</span
        ><input
          name="alert-limit"
          type="number"
          min="10"
          max="86400"
          required
          .value=${String(one.limit_s)}
      /></label>
      ${this.choice('alert-group', aw('group'), one.group, [['', aw('any')], ...this.groups])}
      ${this.input('alert-say', aw('say'), one.say, { hint: aw('say_hint') })}
      ${this.input('alert-room', aw('room'), one.room)}
      ${this.boxes('alert-on', [['on', aw('on')]], one.on ? ['on'] : [])}
      ${this.ends('alert', () => (this.edited = null))}
    </form>`;
  }

  protected override render(): TemplateResult {
    return this.listing(
      'alert',
      { title: aw('title'), lead: aw('lead'), none: aw('none'), add: aw('add') },
      this.list?.map((one) => this.row(one)),
      this.edited ? this.form(this.edited) : null,
      () => void this.edit(EMPTY),
    );
  }
}
