/** The audit log: searched, checked, taken away as a file. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import {
  allAudit,
  auditCsv,
  checkAudit,
  findAudit,
  type AuditCheck,
  type AuditRow,
  type AuditSearch,
} from '../../client/keeping.js';
import { users } from '../../client/account.js';
import { AdminSection } from './base.js';
import { DEEDS, deedWords } from './audit-deeds.js';
import { au } from './audit-words.js';
import { r } from './recording-words.js';
import { w } from './words.js';
import '../styles/recordings.css';

const PAUSE_MS = 250;

function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

@customElement('parlor-admin-audit')
export class AdminAudit extends AdminSection {
  @state() private rows: AuditRow[] | undefined;
  @state() private cursor: number | null = null;
  /** By the id of each person; who may not see the people sees ids. */
  @state() private names = new Map<string, string>();
  /** Those who have the name that is searched, when it is not one alone. */
  @state() private alike: string[] = [];
  private timer = 0;
  private asked = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(() => this.search());
    void users().then(
      (found) => (this.names = new Map(found.map((one) => [one.id, one.name]))),
      () => undefined,
    );
  }

  private wanted(): AuditSearch {
    const day = (name: string, add: number): number =>
      this.value(name) ? new Date(`${this.value(name)}T00:00`).getTime() + add : 0;
    return {
      action: this.value('action'),
      object: this.value('object'),
      actor: this.idsOf(this.value('actor'))[0] ?? this.value('actor'),
      from: day('from', 0),
      to: day('until', 24 * 3600 * 1000),
    };
  }

  /** Whoever is shown by name is found by it. */
  private idsOf(typed: string): string[] {
    return [...this.names].flatMap(([id, name]) => (typed && name === typed ? [id] : []));
  }

  private async search(cursor = 0): Promise<void> {
    const mine = ++this.asked;
    const found = this.idsOf(this.value('actor'));
    this.alike = found.length > 1 ? found : [];
    const page = await findAudit({ ...this.wanted(), cursor, limit: 100 });
    if (mine !== this.asked) return;
    this.rows = cursor ? [...(this.rows ?? []), ...page.rows] : page.rows;
    this.cursor = page.cursor;
  }

  private readonly typed = (): void => {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.run(() => this.search()), PAUSE_MS);
  };

  private export(kind: 'csv' | 'jsonl'): void {
    void this.run(async () => {
      const rows = await allAudit(this.wanted());
      const name = `audit-${new Date().toISOString().slice(0, 10)}.${kind}`;
      if (kind === 'csv') save(name, 'text/csv', auditCsv(rows));
      else save(name, 'application/jsonl', rows.map((one) => `${JSON.stringify(one)}\n`).join(''));
    });
  }

  private async check(): Promise<void> {
    let found: AuditCheck | undefined;
    await this.run(async () => {
      found = await checkAudit();
    });
    if (found?.whole) this.note = au('audit_whole', { n: String(found.rows) });
    else if (found)
      this.problem = au('audit_broken', { n: String(found.rows), fault: found.fault ?? '' });
  }

  private row(one: AuditRow): TemplateResult {
    return html`<tr data-testid="audit-row">
      <td>${one.seq}</td>
      <td>${this.when(one.at)}</td>
      <td class="deed">${deedWords(one.action)}<code>${one.action}</code></td>
      <td class="long" title=${one.actor}>
        ${this.names.get(one.actor) ?? (one.actor || au('audit_server'))}
      </td>
      <td class="long">${one.object}</td>
      <td class="long">${one.detail}</td>
    </tr>`;
  }

  protected override render(): TemplateResult {
    return html`<h1>${w('nav_audit')}</h1>
      <form
        class="find"
        role="search"
        @input=${this.typed}
        @submit=${(event: Event) => event.preventDefault()}
      >
        ${this.input('action', au('audit_action'), '', { type: 'search', hint: 'recording.viewed', list: 'audit-deeds' })}
        ${this.input('object', au('audit_object'), '', { type: 'search', hint: 'rec_…' })}
        ${this.input('actor', au('audit_actor'), '', { type: 'search', hint: 'usr_…' })}
        ${this.input('from', r('rec_from'), '', { type: 'date' })}
        ${this.input('until', r('rec_until'), '', { type: 'date' })}
        <datalist id="audit-deeds">
          ${Object.keys(DEEDS).map((one) => html`<option value=${one}>${deedWords(one)}</option>`)}
        </datalist>
      </form>
      <div class="choices">
        <button
          class="button"
          data-testid="audit-check"
          ?disabled=${this.busy}
          @click=${() => void this.check()}
        >
          ${au('audit_check')}
        </button>
        <button
          class="button"
          data-testid="audit-csv"
          ?disabled=${this.busy}
          @click=${() => this.export('csv')}
        >
          CSV
        </button>
        <button
          class="button"
          data-testid="audit-jsonl"
          ?disabled=${this.busy}
          @click=${() => this.export('jsonl')}
        >
          JSON
        </button>
      </div>
      ${
        this.alike.length > 0
          ? html`<p class="note" role="status" data-testid="audit-alike">
              ${au('audit_alike', { id: this.alike[0] ?? '', others: this.alike.slice(1).join(', ') })}
            </p>`
          : nothing
      }
      ${this.messages()} ${this.rows ? this.table(this.rows) : this.waiting()}`;
  }

  private table(rows: AuditRow[]): TemplateResult {
    if (rows.length === 0) return html`<p class="muted">${au('audit_none')}</p>`;
    return html`<div class="table" tabindex="0" role="region" aria-label=${w('nav_audit')}>
        <table data-testid="audit-rows">
          <thead>
            <tr>
              <th>#</th>
              <th>${au('audit_when')}</th>
              <th>${au('audit_action')}</th>
              <th>${au('audit_actor')}</th>
              <th>${au('audit_object')}</th>
              <th>${au('audit_detail')}</th>
            </tr>
          </thead>
          <tbody>
            ${rows.map((one) => this.row(one))}
          </tbody>
        </table>
      </div>
      ${
        this.cursor
          ? html`<button
              class="button"
              data-testid="audit-more"
              ?disabled=${this.busy}
              @click=${() => void this.run(() => this.search(this.cursor ?? 0))}
            >
              ${au('audit_more')}
            </button>`
          : nothing
      }`;
  }
}
