/** Recordings: found by room, date, person, what was noted down and said in the chat; and one of them, played. */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { loadSeries, type Series } from '../../client/plans.js';
import { findRecordings, type RecordingRow } from '../../client/recordings.js';
import { clockWords } from '../../media/timeline.js';
import { lang } from '../i18n/index.js';
import { AdminSection } from './base.js';
import { piecesOf, sumOf, timeOf, type Block, type Piece } from './occurrences.js';
import './recording-player.js';
import { isRecordingWord, r } from './recording-words.js';
import { w } from './words.js';

const PAUSE_MS = 200;
const FIELDS = ['text', 'person', 'series', 'from', 'until', 'bin'] as const;
type Field = (typeof FIELDS)[number];
/** Of the list above and below what is seen. */
const AHEAD = '1500px';

@customElement('parlor-admin-recordings')
export class AdminRecordings extends AdminSection {
  /** As they came, page by page; those far from what is seen are drawn as an empty place of their height. */
  @state() private pages: RecordingRow[][] | undefined;
  @state() private near = new Set<number>();
  @state() private series: Series[] = [];
  /** The list is of one series. */
  private whole = false;
  private pieces: Piece[][] = [];
  private heights: number[] = [];
  private watcher: IntersectionObserver | undefined;
  @state() private cursor: string | null = null;
  @state() private open = '';
  /** What is searched. */
  private readonly sought: Partial<Record<Field, string>> = {};
  /** The same when a recording was opened: the form has it again when somebody comes back, and is not written into while he types. */
  private kept: Partial<Record<Field, string>> = {};
  private timer = 0;
  private asked = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    const go = (): void => this.go();
    window.addEventListener('hashchange', go);
    this.whileConnected(() => window.removeEventListener('hashchange', go));
    this.whileConnected(() => this.watcher?.disconnect());
    this.go();
    /* Who may not see the plans has no such filter. */
    void loadSeries().then(
      (found) => (this.series = found),
      () => undefined,
    );
  }

  private go(): void {
    this.open = /^#\/recordings\/([\w-]+)/.exec(location.hash)?.[1] ?? '';
    if (this.open) this.kept = { ...this.sought };
    else void this.run(() => this.search());
  }

  private wanted(name: Field): string {
    return this.sought[name] ?? '';
  }

  private day(name: Field, add: number): number {
    const day = this.wanted(name);
    return day ? new Date(`${day}T00:00`).getTime() + add : 0;
  }

  private async search(cursor = ''): Promise<void> {
    const mine = ++this.asked;
    const series = this.wanted('series');
    const page = await findRecordings({
      text: this.wanted('text'),
      person: this.wanted('person'),
      series,
      from: this.day('from', 0),
      to: this.day('until', 24 * 3600 * 1000),
      state: this.wanted('bin') ? 'binned' : '',
      cursor,
    });
    if (mine !== this.asked) return;
    if (!cursor) {
      this.heights = [];
      this.near = new Set([0]);
      this.whole = series !== '';
    }
    this.pages = cursor ? [...(this.pages ?? []), page.recordings] : [page.recordings];
    this.cursor = page.cursor;
  }

  /** Which pages are near what is seen; the end's mark asks for the next one. */
  private readonly seen = (entries: IntersectionObserverEntry[]): void => {
    const near = new Set(this.near);
    for (const { target, isIntersecting } of entries) {
      const at = Number((target as HTMLElement).dataset.page ?? -1);
      if (at < 0) {
        if (isIntersecting && this.cursor && !this.busy)
          void this.run(() => this.search(this.cursor ?? ''));
      } else if (isIntersecting) near.add(at);
      else {
        this.heights[at] = target.getBoundingClientRect().height || (this.heights[at] ?? 0);
        near.delete(at);
      }
    }
    this.near = near;
  };

  protected override willUpdate(changed: PropertyValues): void {
    if (changed.has('pages'))
      this.pieces = piecesOf(this.pages ?? [], this.whole, this.cursor !== null);
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    if (!changed.has('pages') && !changed.has('open')) return;
    this.watcher?.disconnect();
    this.watcher = new IntersectionObserver(this.seen, { rootMargin: AHEAD });
    for (const one of this.querySelectorAll('[data-page], [data-end]')) this.watcher.observe(one);
  }

  private readonly typed = (): void => {
    for (const one of FIELDS) this.sought[one] = this.value(one);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.run(() => this.search()), PAUSE_MS);
  };

  protected override render(): TemplateResult {
    if (this.open)
      return html`<parlor-recording-player
        .session=${this.session}
        .recording=${this.open}
      ></parlor-recording-player>`;
    return html`<h1>${w('nav_recordings')}</h1>
      <form
        class="find"
        role="search"
        @input=${this.typed}
        @submit=${(event: Event) => event.preventDefault()}
      >
        ${this.input('text', r('rec_find'), this.kept.text, { type: 'search', hint: r('rec_find_hint') })}
        ${this.input('person', r('rec_person'), this.kept.person, { type: 'search' })}
        ${this.input('from', r('rec_from'), this.kept.from, { type: 'date' })}
        ${this.input('until', r('rec_until'), this.kept.until, { type: 'date' })}
        ${
          this.series.length > 0
            ? this.choice('series', r('rec_series'), this.kept.series ?? '', [
                ['', r('rec_all')],
                ...this.series.map((one): [string, string] => [
                  one.id,
                  one.title || one.start.slice(0, 8),
                ]),
              ])
            : nothing
        }
        ${this.choice('bin', r('rec_where'), this.kept.bin ?? '', [
          ['', r('rec_kept')],
          ['bin', r('rec_bin')],
        ])}
      </form>
      ${this.messages()} ${this.pages ? this.list(this.pages) : this.waiting()}`;
  }

  private list(pages: RecordingRow[][]): TemplateResult {
    if (!pages[0]?.length) {
      const sought = FIELDS.some((one) => this.wanted(one));
      return html`<p class="muted" data-testid="rec-none">
        ${r(sought ? 'rec_none' : 'rec_none_yet')}
      </p>`;
    }
    return html`<div data-testid="rec-list">
        ${this.pieces.map((pieces, at) => this.page(pieces, at))}
      </div>
      <p class="muted" data-end data-testid="rec-end">${this.cursor ? w('loading') : ''}</p>`;
  }

  private page(pieces: Piece[], at: number): TemplateResult {
    const empty = !this.near.has(at) && this.heights[at];
    return html`<div
      class="rec-page"
      data-page=${at}
      .style=${empty ? `height: ${this.heights[at]}px` : ''}
    >
      ${empty ? [] : this.listed(pieces)}
    </div>`;
  }

  /** Those without a heading are one list as long as no heading comes between them. */
  private listed(pieces: Piece[]): TemplateResult[] {
    const lists: TemplateResult[] = [];
    let plain: RecordingRow[] = [];
    const close = (): void => {
      if (plain.length > 0)
        lists.push(
          html`<ul class="rows recordings">
            ${plain.map((one) => this.row(one, false))}
          </ul>`,
        );
      plain = [];
    };
    for (const piece of pieces) {
      if (!piece.block.headed) plain.push(...piece.rows);
      else {
        close();
        lists.push(this.occasion(piece));
      }
    }
    close();
    return lists;
  }

  private sum({ rows, open }: Block): string {
    if (open) return '';
    const { n, ms, markers } = sumOf(rows);
    const sought = FIELDS.some((one) => one !== 'series' && this.wanted(one));
    const word = sought ? 'rec_sum_found' : n === 1 ? 'rec_sum_one' : 'rec_sum_many';
    const noted = markers === 1 ? r('rec_noted_one') : r('rec_noted_many', { n: String(markers) });
    return [r(word, { n: String(n) }), clockWords(ms), ...(markers > 0 ? [noted] : [])].join(' · ');
  }

  private occasion({ block, rows, first }: Piece): TemplateResult {
    const { occurrence } = block;
    const time = timeOf(block, lang());
    const series = this.series.find((one) => one.id === occurrence?.series)?.title;
    const words = [this.whole ? '' : series, time, occurrence ? '' : r('rec_unplanned')];
    const name = words.filter(Boolean).join(' · ');
    return html`<div class="occasion" data-testid="rec-occasion" data-whole=${this.whole}>
      ${
        first
          ? html`<h2>
              ${name}
              <span class="muted" data-testid="rec-sum">${this.sum(block)}</span>
            </h2>`
          : nothing
      }
      <ul class="rows recordings" aria-label=${name}>
        ${rows.map((one) => this.row(one, true))}
      </ul>
    </div>`;
  }

  private row(one: RecordingRow, headed: boolean): TemplateResult {
    const word = `rec_state_${one.state}`;
    const text = this.wanted('text');
    const find = text ? `?find=${encodeURIComponent(text)}` : '';
    return html`<li data-testid="rec-row">
      <a href="#/recordings/${one.id}${find}" data-testid="rec-open">
        <b>${one.title || r('rec_untitled')}</b>
        <span class="muted">
          ${this.when(one.started_at)} · ${clockWords(one.to_ms - one.from_ms)} ·
          ${one.people.slice(0, 4).join(w('comma'))}${one.people.length > 4 ? '…' : ''}
        </span>
      </a>
      <span class="tags">
        ${
          !headed && this.series.some((plan) => plan.room === one.room)
            ? html`<i data-testid="rec-series">${r('rec_series')}</i>`
            : nothing
        }
        ${one.hold ? html`<i class="grave">${r('rec_held')}</i>` : nothing}
        <i>${isRecordingWord(word) ? r(word) : one.state}</i>
      </span>
    </li>`;
  }
}
