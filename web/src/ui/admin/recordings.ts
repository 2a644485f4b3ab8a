/** Recordings: found by room, date, person, what was noted down and said in the chat; and one of them, played. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { findRecordings, type RecordingRow } from '../../client/recordings.js';
import { clockWords } from '../../media/timeline.js';
import { AdminSection } from './base.js';
import './recording-player.js';
import { isRecordingWord, r } from './recording-words.js';
import { w } from './words.js';

const PAUSE_MS = 200;

@customElement('parlor-admin-recordings')
export class AdminRecordings extends AdminSection {
  @state() private rows: RecordingRow[] | undefined;
  @state() private cursor: string | null = null;
  @state() private open = '';
  private timer = 0;
  private asked = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    const go = (): void => this.go();
    window.addEventListener('hashchange', go);
    this.whileConnected(() => window.removeEventListener('hashchange', go));
    this.go();
  }

  private go(): void {
    this.open = /^#\/recordings\/([\w-]+)/.exec(location.hash)?.[1] ?? '';
    if (!this.open) void this.run(() => this.search());
  }

  private day(name: string, add: number): number {
    const day = this.value(name);
    return day ? new Date(`${day}T00:00`).getTime() + add : 0;
  }

  private async search(cursor = ''): Promise<void> {
    const mine = ++this.asked;
    const page = await findRecordings({
      text: this.value('text'),
      from: this.day('from', 0),
      to: this.day('until', 24 * 3600 * 1000),
      state: this.value('bin') ? 'binned' : '',
      cursor,
    });
    if (mine !== this.asked) return;
    this.rows = cursor ? [...(this.rows ?? []), ...page.recordings] : page.recordings;
    this.cursor = page.cursor;
  }

  private readonly typed = (): void => {
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
        ${this.input('text', r('rec_find'), '', { type: 'search', hint: r('rec_find_hint') })}
        ${this.input('from', r('rec_from'), '', { type: 'date' })}
        ${this.input('until', r('rec_until'), '', { type: 'date' })}
        ${this.choice('bin', r('rec_where'), '', [
          ['', r('rec_kept')],
          ['bin', r('rec_bin')],
        ])}
      </form>
      ${this.messages()} ${this.rows ? this.list(this.rows) : this.waiting()}`;
  }

  private list(rows: RecordingRow[]): TemplateResult {
    if (rows.length === 0)
      return html`<p class="muted" data-testid="rec-none">${r('rec_none')}</p>`;
    return html`<ul class="rows recordings" data-testid="rec-list">
        ${rows.map((one) => this.row(one))}
      </ul>
      ${
        this.cursor
          ? html`<button
              class="button"
              data-testid="rec-more"
              ?disabled=${this.busy}
              @click=${() => void this.run(() => this.search(this.cursor ?? ''))}
            >
              ${r('rec_more')}
            </button>`
          : nothing
      }`;
  }

  private row(one: RecordingRow): TemplateResult {
    const word = `rec_state_${one.state}`;
    return html`<li data-testid="rec-row">
      <a href="#/recordings/${one.id}" data-testid="rec-open">
        <b>${one.title || r('rec_untitled')}</b>
        <span class="muted">
          ${this.when(one.started_at)} · ${clockWords(one.to_ms - one.from_ms)} ·
          ${one.people.slice(0, 4).join('、')}${one.people.length > 4 ? '…' : ''}
        </span>
      </a>
      <span class="tags">
        ${one.hold ? html`<i class="grave">${r('rec_held')}</i>` : nothing}
        <i>${isRecordingWord(word) ? r(word) : one.state}</i>
      </span>
    </li>`;
  }
}
