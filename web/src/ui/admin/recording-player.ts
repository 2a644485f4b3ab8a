/** One recording: what was noted down first, then screen, camera of who speaks and sound on one clock. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import {
  changeRecording,
  deleteRecording,
  fileUrl,
  loadRecording,
  stillUrl,
  type Manifest,
  type RecordingRow,
} from '../../client/recordings.js';
import { Playback } from '../../media/playback.js';
import { clockWords, newestMarkers, pictureAt, speakerAt, spokenBy } from '../../media/timeline.js';
import { AdminSection } from './base.js';
import { isRecordingWord, r } from './recording-words.js';
import { w } from './words.js';

const RATES = [0.5, 1, 1.25, 1.5, 2];
const STEP_MS = 5000;
const LANE = 14;

@customElement('parlor-recording-player')
export class RecordingPlayer extends AdminSection {
  @property() recording = '';
  @state() private row: (RecordingRow & { manifest: Manifest | null }) | undefined;
  private playback: Playback | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    const go = (): void => this.jump();
    window.addEventListener('hashchange', go);
    this.whileConnected(() => window.removeEventListener('hashchange', go));
    this.whileConnected(() => this.playback?.close());
    void this.run(() => this.load());
  }

  private async load(): Promise<void> {
    this.row = await loadRecording(this.recording);
    const { manifest } = this.row;
    if (!manifest || this.playback) return;
    this.playback = new Playback(this.recording, manifest, () => this.requestUpdate());
    this.jump();
  }

  /** A deep link names an instant of the room's clock. */
  private jump(): void {
    const at = /[?&]at=(\d+)/.exec(location.hash)?.[1];
    if (at) this.playback?.seek(Number(at));
  }

  protected override updated(): void {
    const screen = this.querySelector<HTMLVideoElement>('video.screen');
    const camera = this.querySelector<HTMLVideoElement>('video.camera');
    if (screen && camera) this.playback?.show(screen, camera);
  }

  private seek(ms: number): void {
    this.playback?.seek(ms);
    const screen = this.querySelector<HTMLVideoElement>('video.screen');
    const camera = this.querySelector<HTMLVideoElement>('video.camera');
    if (screen && camera) this.playback?.show(screen, camera, true);
  }

  private readonly keyed = (event: KeyboardEvent): void => {
    const { playback } = this;
    if (!playback || (event.target as Element).matches('input, select, textarea, button')) return;
    if (event.key === ' ') this.toggle();
    else if (event.key === 'ArrowLeft') this.seek(playback.position - STEP_MS);
    else if (event.key === 'ArrowRight') this.seek(playback.position + STEP_MS);
    else return;
    event.preventDefault();
  };

  private toggle(): void {
    if (this.playback?.playing) this.playback.pause();
    else this.playback?.play();
  }

  protected override render(): TemplateResult {
    const { row } = this;
    if (!row)
      return html`<h1>${w('nav_recordings')}</h1>
        ${this.messages()}${this.waiting()}`;
    return html`<p><a href="#/recordings">${r('rec_back')}</a></p>
      <h1 data-testid="rec-title">${row.title || r('rec_untitled')}</h1>
      <p class="muted">${this.when(row.started_at)} · ${row.people.join('、')}</p>
      ${this.messages()}
      ${row.manifest && this.playback ? this.player(row.manifest, this.playback) : html`<p>${r('rec_not_ready')}</p>`}
      ${this.keeping(row)}`;
  }

  private player(manifest: Manifest, playback: Playback): TemplateResult {
    const { position } = playback;
    const picture = pictureAt(manifest, position, playback.chosen);
    const lost = manifest.interruptions.find(
      (one) => position >= one.from_ms && position < one.to_ms,
    );
    return html`<div
      class="player"
      tabindex="0"
      data-testid="player"
      data-at=${Math.round(position)}
      @keydown=${this.keyed}
    >
      <div class="pictures ${picture.screen ? 'with-screen' : ''}">
        <video class="screen" muted playsinline data-testid="player-screen"></video>
        <video class="camera" muted playsinline data-testid="player-camera"></video>
        ${picture.screen || picture.camera ? nothing : html`<p>${r(lost ? 'rec_gap' : 'rec_no_picture')}</p>`}
      </div>
      <div class="transport">
        <button class="button primary" data-testid="player-play" @click=${() => this.toggle()}>
          ${r(playback.playing ? 'rec_pause' : 'rec_play')}
        </button>
        <input
          type="range"
          data-testid="player-seek"
          aria-label=${r('rec_position')}
          min=${manifest.from_ms}
          max=${manifest.to_ms}
          step="100"
          .value=${String(Math.round(position))}
          @input=${(event: Event) => this.seek(Number((event.target as HTMLInputElement).value))}
        />
        <output data-testid="player-clock"
          >${clockWords(position - manifest.from_ms)} /
          ${clockWords(manifest.to_ms - manifest.from_ms)}</output
        >
        <select
          aria-label=${r('rec_speed')}
          data-testid="player-rate"
          @change=${(event: Event) => playback.setRate(Number((event.target as HTMLSelectElement).value))}
        >
          ${RATES.map((rate) => html`<option value=${rate} ?selected=${rate === playback.rate}>${rate}×</option>`)}
        </select>
      </div>
      ${this.lanes(manifest, playback)}
      <div class="beside">${this.noted(manifest)} ${this.said(manifest, position)}</div>
    </div>`;
  }

  /** Who spoke when, a lane each; a click goes there and stays with that person. */
  private lanes(manifest: Manifest, playback: Playback): TemplateResult {
    const { from_ms: from, to_ms: to } = manifest;
    const x = (ms: number): number => ((ms - from) / Math.max(to - from, 1)) * 1000;
    const speaker = playback.chosen ?? speakerAt(manifest.speakers, playback.position);
    const go = (event: MouseEvent): void => {
      const box = (event.currentTarget as Element).getBoundingClientRect();
      this.seek(from + ((event.clientX - box.left) / box.width) * (to - from));
    };
    return html`<ul class="lanes" data-testid="player-lanes">
      ${manifest.participants.map(
        (one) =>
          html`<li>
            <button
              class=${one.id === speaker ? 'on' : ''}
              aria-pressed=${playback.chosen === one.id}
              @click=${() => {
                playback.chosen = playback.chosen === one.id ? null : one.id;
                this.requestUpdate();
              }}
            >
              ${one.name}
            </button>
            <svg
              viewBox="0 0 1000 ${LANE}"
              preserveAspectRatio="none"
              @click=${go}
              aria-hidden="true"
            >
              ${manifest.files
                .filter((file) => file.participant === one.id && file.source === 'microphone')
                .map(
                  (file) =>
                    svg`<rect class="there" x=${x(file.from_ms)} y="5" width=${x(file.to_ms) - x(file.from_ms)} height="4"/>`,
                )}
              ${spokenBy(manifest, one.id).map(
                ([a, b]) =>
                  svg`<rect class="spoke" x=${x(a)} y="1" width=${x(b) - x(a)} height="12"/>`,
              )}
              <rect class="now" x=${x(playback.position)} y="0" width="2" height=${LANE} />
            </svg>
          </li>`,
      )}
    </ul>`;
  }

  private noted(manifest: Manifest): TemplateResult {
    const markers = newestMarkers(manifest);
    return html`<section aria-label=${r('rec_markers')}>
      <h2>${r('rec_markers')}</h2>
      ${markers.length === 0 ? html`<p class="muted">${r('rec_no_markers')}</p>` : nothing}
      <ol data-testid="player-markers">
        ${markers.map((one) => {
          const word = `marker_${one.kind}`;
          const still = manifest.stills.find((it) => it.marker === one.id);
          return html`<li>
            <button class="link" data-testid="player-marker" @click=${() => this.seek(one.room_ms)}>
              <b>${clockWords(one.room_ms - manifest.from_ms)}</b>
              <i>${isRecordingWord(word) ? r(word) : one.kind}</i>
              ${one.text}${one.owner ? ` (${one.owner})` : ''}
            </button>
            ${
              still
                ? html`<a href=${stillUrl(this.recording, one.id)} target="_blank" rel="noopener"
                    ><img
                      loading="lazy"
                      alt=${r('rec_still')}
                      src=${stillUrl(this.recording, one.id)}
                  /></a>`
                : nothing
            }
          </li>`;
        })}
      </ol>
    </section>`;
  }

  private said(manifest: Manifest, position: number): TemplateResult | typeof nothing {
    if (manifest.chat.length === 0) return nothing;
    return html`<section aria-label=${r('rec_chat')}>
      <h2>${r('rec_chat')}</h2>
      <ol data-testid="player-chat">
        ${manifest.chat.map(
          (one) =>
            html`<li class=${one.room_ms <= position ? '' : 'later'}>
              <button class="link" @click=${() => this.seek(one.room_ms)}>
                <b>${clockWords(one.room_ms - manifest.from_ms)}</b> ${one.name}: ${one.text}
              </button>
            </li>`,
        )}
      </ol>
    </section>`;
  }

  private keeping(row: RecordingRow & { manifest: Manifest | null }): TemplateResult {
    const held = row.hold !== null;
    const binned = row.state === 'binned';
    const may = this.session.roles.some((role) => role === 'owner' || role === 'admin');
    return html`<details class="sheet">
      <summary>${r('rec_keeping')}</summary>
      <p class="muted">SHA-256 ${row.sha256 ?? ''}</p>
      <ul class="files">
        ${row.manifest?.files.map((file) => {
          const who = row.manifest?.participants.find((one) => one.id === file.participant);
          return html`<li>
            <a href=${fileUrl(row.id, file.n)} download="${row.id}-${file.n}.webm">
              ${who?.name ?? ''} · ${file.source} · ${clockWords(file.duration_ms)} ·
              ${(file.bytes / 1e6).toFixed(1)} MB
            </a>
          </li>`;
        })}
      </ul>
      ${binned && row.purge_at ? html`<p class="error">${r('rec_goes', { when: this.when(row.purge_at) })}</p>` : nothing}
      ${may ? this.deeds(row, held, binned) : nothing}
    </details>`;
  }

  private deeds(row: RecordingRow, held: boolean, binned: boolean): TemplateResult {
    const change = (what: { hold?: string | null; state?: string }) => () =>
      void this.run(async () => {
        await changeRecording(row.id, what);
        await this.load();
      }, w('saved'));
    return html`<div class="choices">
      <button
        class="button"
        data-testid="rec-hold"
        @click=${change({ hold: held ? null : r('rec_hold_reason') })}
      >
        ${r(held ? 'rec_unhold' : 'rec_hold')}
      </button>
      ${
        binned
          ? html`<button
              class="button"
              data-testid="rec-restore"
              @click=${change({ state: 'ready' })}
            >
              ${r('rec_restore')}
            </button>`
          : nothing
      }
      <button
        class="button grave"
        data-testid="rec-delete"
        ?disabled=${held || this.busy}
        @click=${() =>
          void this.run(async () => {
            await deleteRecording(row.id, binned);
            location.hash = '#/recordings';
          })}
      >
        ${r(binned ? 'rec_delete_forever' : 'rec_delete')}
      </button>
    </div>`;
  }
}
