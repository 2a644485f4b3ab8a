/** One file of a recording: asked for, watched while it is made, downloaded, removed. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Manifest, RecordingRow } from '../../client/recordings.js';
import {
  addRender,
  LAYOUTS,
  loadRenders,
  removeRender,
  renderUrl,
  type Render,
} from '../../client/renders.js';
import { clockWords } from '../../media/timeline.js';
import { AdminSection } from './base.js';
import { partKeys, spanOf, WHOLE } from './part.js';
import { isRenderWord, rnd } from './renders-words.js';

const LOOK_MS = 1000;
const SIZES: [string, string][] = [
  ['720', '1280 × 720'],
  ['1080', '1920 × 1080'],
  ['360', '640 × 360'],
];

function layoutWords(layout: string): string {
  const word = `rnd_${layout}`;
  return isRenderWord(word) ? rnd(word) : layout;
}

function reasonWords(reason: string): string {
  const word = `rnd_why_${reason}`;
  return isRenderWord(word) ? rnd(word) : reason;
}

@customElement('parlor-recording-renders')
export class RecordingRenders extends AdminSection {
  @property({ attribute: false }) row!: RecordingRow & { manifest: Manifest | null };
  /** May ask and remove; without it files are only downloaded. */
  @property({ attribute: false }) keeps = false;
  /** The instant that the player shows. */
  @property({ attribute: false }) position: () => number = () => 0;
  @state() private renders: Render[] = [];
  /** Which layout the form has; sound alone has neither size nor names. */
  @state() private layout: string = 'screen_with_speaker';
  @state() private chosen = WHOLE;
  private timer = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(() => window.clearTimeout(this.timer));
    void this.run(() => this.load());
  }

  /** Looks again for as long as something is being made. */
  private async load(): Promise<void> {
    this.renders = await loadRenders(this.row.id);
    window.clearTimeout(this.timer);
    const open = this.renders.some((one) => one.state === 'queued' || one.state === 'running');
    // What was said of one that is made is not true of it once it is.
    if (!open) this.note = '';
    if (open && this.isConnected)
      this.timer = window.setTimeout(() => void this.load().catch(() => undefined), LOOK_MS);
  }

  private add(event: Event): void {
    event.preventDefault();
    const part = spanOf(this.chosen, this.row);
    if (part === 'backwards') return;
    const layout = this.value('layout');
    const seen = { height: Number(this.value('size')), names: this.checked('names').length > 0 };
    void this.run(async () => {
      await addRender(this.row.id, {
        layout,
        ...(layout === 'audio_only' ? {} : seen),
        exclude: this.checked('exclude'),
        ...part,
      });
      this.chosen = WHOLE;
      await this.load();
    }, rnd('rnd_asked'));
  }

  private drop(one: Render): void {
    void this.run(async () => {
      await removeRender(this.row.id, one.id);
      await this.load();
    }, rnd('rnd_removed'));
  }

  private at(ms: number): string {
    return clockWords(ms - this.row.from_ms);
  }

  private clip(): TemplateResult {
    const words = {
      id: 'render',
      from: rnd('rnd_from'),
      to: rnd('rnd_to'),
      whole: rnd('rnd_whole'),
      only: (from: string, to: string) => rnd('rnd_part', { from, to }),
    };
    return partKeys(this.chosen, this.row, words, this.position, (part) => (this.chosen = part));
  }

  private wish(): TemplateResult {
    const people = this.row.manifest?.participants ?? [];
    return html`<form
      @submit=${(event: Event) => this.add(event)}
      @change=${() => (this.layout = this.value('layout'))}
    >
      ${this.choice(
        'layout',
        rnd('rnd_layout'),
        'screen_with_speaker',
        LAYOUTS.map((one) => [one, layoutWords(one)]),
      )}
      ${
        this.layout === 'audio_only'
          ? nothing
          : html`${this.choice('size', rnd('rnd_size'), '720', SIZES)}
            ${this.boxes('names', [['names', rnd('rnd_names_on')]], ['names'])}`
      }
      ${
        people.length > 1
          ? html`<details>
              <summary>${rnd('rnd_leave_out')}</summary>
              ${this.boxes(
                'exclude',
                people.map((one) => [one.id, one.name]),
                [],
              )}
            </details>`
          : nothing
      }
      ${this.clip()}
      <button
        class="button primary"
        data-testid="render-make"
        ?disabled=${this.busy || spanOf(this.chosen, this.row) === 'backwards'}
      >
        ${rnd('rnd_make')}
      </button>
    </form>`;
  }

  private stateWords(one: Render): string {
    const percent = String(Math.floor(one.progress * 100));
    if (one.state === 'queued') return rnd('rnd_queued', { n: String(one.before) });
    if (one.state === 'running') return rnd('rnd_running', { n: percent });
    if (one.state === 'failed') return rnd('rnd_failed', { why: reasonWords(one.reason ?? '') });
    return `${clockWords(one.duration_ms)} · ${(one.bytes / 1e6).toFixed(1)} MB`;
  }

  private file(one: Render): TemplateResult {
    const part =
      one.from_ms !== null || one.to_ms !== null
        ? ` · ${this.at(one.from_ms ?? this.row.from_ms)}–${this.at(one.to_ms ?? this.row.to_ms)}`
        : '';
    const ready = one.state === 'ready';
    return html`<li data-testid="render-row" data-state=${one.state}>
      <div>
        <b>${layoutWords(one.layout)}</b>
        ${one.layout === 'audio_only' ? '' : `${one.height}p`}${part}
        <span class="muted">${this.stateWords(one)}</span>
        ${
          one.state === 'running'
            ? html`<progress
                max="1"
                .value=${one.progress}
                aria-label=${this.stateWords(one)}
              ></progress>`
            : nothing
        }
        ${ready ? html`<small class="muted hash">SHA-256 ${one.sha256}</small>` : nothing}
      </div>
      <span class="choices">
        ${
          ready
            ? html`<a
                class="button"
                data-testid="render-download"
                href=${renderUrl(this.row.id, one.id)}
                download="${this.row.id}-${one.layout}.webm"
                >${rnd('rnd_download')}</a
              >`
            : nothing
        }
        ${
          this.keeps
            ? html`<button
                class="button"
                data-testid="render-remove"
                ?disabled=${this.busy}
                @click=${() => this.drop(one)}
              >
                ${rnd(one.state === 'queued' || one.state === 'running' ? 'rnd_cancel' : 'rnd_remove')}
              </button>`
            : nothing
        }
      </span>
    </li>`;
  }

  protected override render(): TemplateResult {
    return html`<details class="sheet renders" data-testid="renders">
      <summary>${rnd('rnd_title')}</summary>
      <p class="muted">${rnd('rnd_hint')}</p>
      ${this.messages()} ${this.keeps ? this.wish() : nothing}
      ${
        this.renders.length === 0
          ? html`<p class="muted">${rnd('rnd_none')}</p>`
          : html`<ul class="rows" data-testid="render-list">
              ${this.renders.map((one) => this.file(one))}
            </ul>`
      }
    </details>`;
  }
}
