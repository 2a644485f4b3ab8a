/** What the supervisor's board loads after it stands: alerts on top, and reports below. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { def, list, nullable, num, shape, str, bool, type Checked } from '../protocol/check.js';
import { Plain } from './base.js';
import './board-departure.js';
import './board-reading.js';
import { bw, isBoardWord, type BoardWord } from './i18n/board-more.js';
import { lang } from './i18n/lang.js';
import { st } from './i18n/service.js';
import './styles/board-more.css';

export { repeat } from 'lit/directives/repeat.js';

const alert = shape({
  name: str,
  kind: str,
  raised_at: nullable(num),
  value_s: def(num, 0),
  where: def(str, ''),
});
const extra = shape({
  groups: def(
    list(() => null),
    [],
  ),
  alerts: def(list(alert), []),
  first_reply: def(shape({ p50_ms: num, p90_ms: num }), { p50_ms: 0, p90_ms: 0 }),
});
const line = shape({
  counts: (value: unknown) => value as Record<string, number>,
  visitors: num,
  revenue: (value: unknown) => value as Record<string, string>,
});
const funnel = shape({
  lines: list((value, at) => ({ ...line(value, at), keys: value })),
  truncated: bool,
});
type Funnel = Checked<typeof funnel>;
const rating = shape({
  id: str,
  rep: str,
  score: num,
  text: def(str, ''),
  at: num,
  conversation: nullable(str),
});
const ratings = shape({ ratings: list(rating) });
type RatingLine = Checked<typeof rating>;

const BYS = ['none', 'day', 'room', 'entry', 'channel', 'product', 'rep', 'inviter', 'state'];
const STAGES = [
  'touch',
  'joined',
  'tap',
  'card',
  'bound',
  'talked',
  'answered',
  'called',
  'clicked',
  'shop',
  'ordered',
  'refunded',
];
const DAY_MS = 24 * 3600_000;

function span(seconds: number): string {
  return seconds < 120
    ? bw('s', { n: Math.round(seconds) })
    : bw('min', { n: Math.round(seconds / 60) });
}

/** Red banners while an alert is raised, and how quickly customers were answered. */
@customElement('parlor-board-top')
export class BoardTop extends Plain {
  /** The board as the server told it. */
  @property({ attribute: false }) told: unknown = {};

  protected override render(): TemplateResult {
    const { alerts, first_reply: reply, groups } = extra(this.told, 'board');
    return html`${groups.length ? nothing : html`<p class="calm wide" data-testid="no-groups">${bw('no_groups')}</p>`}${alerts.map(
      (one) =>
        html`<p class="banner" role="alert" data-testid="alert">
          <b>${one.name}</b>
          <span>
            ${bw(one.kind === 'no_rep' ? 'no_rep' : 'queue_wait', {
              where: one.where,
              time: span(one.value_s),
            })}
          </span>
          <small>
            ${bw('since', { time: new Date(one.raised_at ?? 0).toLocaleTimeString(lang()) })}
          </small>
        </p>`,
    )}
    ${
      reply.p50_ms || reply.p90_ms
        ? html`<p class="replies" data-testid="first-reply">
            ${bw('first_reply')} <b>${span(reply.p50_ms / 1000)}</b> · ${bw('first_reply_slow')}
            <b>${span(reply.p90_ms / 1000)}</b>
          </p>`
        : nothing
    }`;
  }
}

/** The funnel, what customers thought, and files to take away. */
@customElement('parlor-board-reports')
export class BoardReports extends Plain {
  /** id and name of those on the board. */
  @property({ attribute: false }) reps: { id: string; name: string }[] = [];
  @state() private days = 7;
  @state() private by = 'none';
  @state() private names = false;
  @state() private funnel: Funnel | null = null;
  @state() private ratings: RatingLine[] = [];
  @state() private failed = false;
  @state() private open = false;

  private query(): string {
    const to = Date.now();
    const offset = -new Date().getTimezoneOffset();
    return `from=${to - this.days * DAY_MS}&to=${to + 1}&utc_offset_min=${offset}`;
  }

  private get grouping(): string {
    return this.by === 'none' ? '' : `&group_by=${this.by}`;
  }

  private async load(): Promise<void> {
    this.failed = false;
    try {
      const path = `/v1/stats/funnel?${this.query()}${this.grouping}`;
      const [lines, told] = await Promise.all([
        this.ask(path),
        this.ask(`/v1/stats/ratings?${this.query()}`),
      ]);
      this.funnel = funnel(lines, 'funnel');
      this.ratings = ratings(told, 'ratings').ratings;
    } catch {
      this.failed = true;
    }
  }

  private async ask(path: string): Promise<unknown> {
    const reply = await fetch(path);
    if (!reply.ok) throw new Error(String(reply.status));
    return reply.json();
  }

  private choose(change: { days?: number; by?: string }): void {
    this.days = change.days ?? this.days;
    this.by = change.by ?? this.by;
    void this.load();
  }

  private toggled(event: Event): void {
    const now = (event.target as HTMLDetailsElement).open;
    if (now && !this.open) void this.load();
    this.open = now;
  }

  protected override render(): TemplateResult {
    return html`<details
      class="reports"
      data-testid="reports"
      @toggle=${(event: Event) => this.toggled(event)}
    >
      <summary><h2>${bw('reports')}</h2></summary>
      ${this.open ? this.content() : nothing}
    </details>`;
  }

  private content(): TemplateResult {
    return html`<div class="asked">
        <label
          >${bw('days')}
          <select
            data-testid="funnel-days"
            @change=${(event: Event) =>
              this.choose({ days: Number((event.target as HTMLSelectElement).value) })}
          >
            ${[1, 7, 30].map(
              (n) =>
                html`<option value=${n} ?selected=${n === this.days}>
                  ${bw(`day_${n}` as BoardWord)}
                </option>`,
            )}
          </select>
        </label>
        <label
          >${bw('by')}
          <select
            data-testid="funnel-by"
            @change=${(event: Event) =>
              this.choose({ by: (event.target as HTMLSelectElement).value })}
          >
            ${BYS.map(
              (one) =>
                html`<option value=${one} ?selected=${one === this.by}>
                  ${bw(`by_${one}` as BoardWord)}
                </option>`,
            )}
          </select>
        </label>
      </div>
      ${this.failed ? html`<p class="calm" role="alert">${bw('failed')}</p>` : nothing}
      <h3>${bw('funnel')}</h3>
      ${this.funnel ? this.table(this.funnel) : nothing} ${this.thoughts()} ${this.files()}`;
  }

  private table(now: Funnel): TemplateResult {
    if (!now.lines.length) return html`<p class="calm">${bw('nothing')}</p>`;
    const used = STAGES.filter((stage) => now.lines.some((one) => one.counts[stage]));
    return html`<div class="wide-table" tabindex="0" role="region" aria-label=${bw('funnel')}>
        <table data-testid="funnel">
          <thead>
            <tr>
              ${this.by === 'none' ? nothing : html`<th scope="col">${bw(`by_${this.by}` as BoardWord)}</th>`}
              ${used.map((stage) => html`<th scope="col">${isBoardWord(stage) ? bw(stage) : stage}</th>`)}
              <th scope="col">${bw('people')}</th>
              <th scope="col">${bw('revenue')}</th>
            </tr>
          </thead>
          <tbody>
            ${now.lines.slice(0, 200).map((one) => this.line(one, used))}
          </tbody>
        </table>
      </div>
      ${now.truncated ? html`<p class="calm">${bw('truncated')}</p>` : nothing}`;
  }

  private line(one: Funnel['lines'][number], used: string[]): TemplateResult {
    const first = one.counts[used[0] ?? ''] || 0;
    const share = (n: number): string => (first ? `${Math.round((n / first) * 100)}%` : '');
    return html`<tr>
      ${this.by === 'none' ? nothing : html`<th scope="row">${this.key(one.keys)}</th>`}
      ${used.map((stage, at) => {
        const n = one.counts[stage] ?? 0;
        return html`<td>${n}${at && n ? html`<small>${share(n)}</small>` : nothing}</td>`;
      })}
      <td>${one.visitors}</td>
      <td>
        ${Object.entries(one.revenue).map(([currency, sum]) => html`<span>${sum} ${currency}</span>`)}
      </td>
    </tr>`;
  }

  private key(keys: unknown): string {
    const value = (keys as Record<string, unknown>)[this.by];
    if (typeof value !== 'string') return bw('none');
    return this.reps.find((one) => one.id === value)?.name ?? value;
  }

  private thoughts(): TemplateResult | typeof nothing {
    if (!this.ratings.length) return nothing;
    const mean = this.ratings.reduce((sum, one) => sum + one.score, 0) / this.ratings.length;
    return html`<h3>
        ${bw('ratings')} <small>${mean.toFixed(1)} ★ · ${this.ratings.length}</small>
      </h3>
      <ul class="thoughts">
        ${this.ratings.slice(0, 20).map(
          (one) =>
            html`<li data-testid="rating" class=${one.score <= 2 ? 'red' : ''}>
              <b role="img" aria-label=${`${one.score}/5`}>${'★'.repeat(one.score)}</b>
              <span>${this.reps.find((rep) => rep.id === one.rep)?.name ?? ''}</span>
              ${one.text ? html`<q>${one.text}</q>` : nothing}
              <small>${new Date(one.at).toLocaleString(lang())}</small>
            </li>`,
        )}
      </ul>`;
  }

  private files(): TemplateResult {
    const query = this.query();
    return html`<h3>${bw('export')}</h3>
      <div class="files">
        <a
          class="button quiet"
          download
          href=${`/v1/stats/funnel?${query}${this.grouping}&format=csv`}
          >${bw('funnel_csv')}</a
        >
        <a
          class="button quiet"
          download
          data-testid="shifts-csv"
          href=${`/v1/stats/shifts?${query}&format=csv${this.names ? '&names=true' : ''}`}
          >${bw('shifts_csv')}</a
        >
        <label class="tick-box"
          ><input
            type="checkbox"
            .checked=${this.names}
            @change=${(event: Event) => (this.names = (event.target as HTMLInputElement).checked)}
          />
          ${bw('names')}</label
        >
      </div>`;
  }
}

const hit = shape({ rule: str, word: str, place: str, by: str, act: str, at: num });
const told = shape({ hits: def(list(hit), []) });

/** Keywords that were said lately. */
@customElement('parlor-board-hits')
export class BoardHits extends Plain {
  /** The board as the server told it. */
  @property({ attribute: false }) told: unknown = {};

  protected override render(): TemplateResult | typeof nothing {
    const now = told(this.told, 'board');
    if (!now.hits.length) return nothing;
    return html`<h2>${st('board_hits')}</h2>
      <ul>
        ${now.hits.slice(0, 20).map(
          (one) =>
            html`<li class="hit ${one.act === 'block' ? 'red' : ''}" data-testid="hit">
              <b>${one.word}</b>
              <span>${one.rule} · ${isBoardWord(one.by) ? bw(one.by) : one.by}</span>
              <small>
                ${st(one.act === 'block' ? 'board_blocked' : 'board_warned')} ·
                ${new Date(one.at).toLocaleTimeString(lang())}
              </small>
            </li>`,
        )}
      </ul>`;
  }
}
