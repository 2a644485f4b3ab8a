/** A recording played: what was noted down first, then screen, camera of who speaks and sound on one clock. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Manifest } from '../../client/recordings.js';
import { Playback, type Addresses } from '../../media/playback.js';
import { clockWords, newestMarkers, pictureAt, speakerAt, spokenBy } from '../../media/timeline.js';
import { Plain } from '../base.js';
import { icon } from '../icons.js';
import { writeOver } from '../over-picture.js';
import { isRecordingWord, r } from './recording-words.js';
import '../styles/recordings.css';

const RATES = [0.5, 1, 1.25, 1.5, 2];
const STEP_MS = 5000;
const LANE = 14;

/** A camera's first picture comes a moment after the recording began: nobody is to begin with a black one. */
const FIRST_PICTURE_MS = 3000;

function beginning({ from_ms: from, files }: Manifest): number {
  const pictures = files.filter((one) => one.source === 'camera' || one.source === 'screen');
  const first = Math.min(...pictures.map((one) => one.from_ms));
  return first > from && first - from < FIRST_PICTURE_MS ? first : from;
}

@customElement('parlor-player')
export class Player extends Plain {
  @property({ attribute: false }) manifest!: Manifest;
  @property({ attribute: false }) addresses!: Addresses;
  /** An instant of the room's clock to begin at; -1 = the beginning. */
  @property({ type: Number }) at = -1;
  /** Written over the picture; '' = nothing. */
  @property() watermark = '';
  private playback: Playback | null = null;

  /** The instant that is shown. */
  get position(): number {
    return this.playback?.position ?? this.manifest.from_ms;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.playback = new Playback(this.addresses, this.manifest, () => this.requestUpdate());
    this.whileConnected(() => {
      this.playback?.close();
      this.playback = null;
    });
    this.seek(this.at >= 0 ? this.at : beginning(this.manifest));
  }

  /** Nothing more is fetched or shown until somebody plays again. */
  stop(): void {
    this.playback?.pause();
  }

  private show(exact = false): void {
    const screen = this.querySelector<HTMLVideoElement>('video.screen');
    const camera = this.querySelector<HTMLVideoElement>('video.camera');
    if (screen && camera) this.playback?.show(screen, camera, exact);
  }

  protected override updated(): void {
    this.show();
    const over = this.querySelector<HTMLElement>('.over');
    if (over && over.dataset['name'] !== this.watermark) writeOver(over, this.watermark);
  }

  seek(ms: number): void {
    this.playback?.seek(ms);
    this.show(true);
  }

  private readonly keyed = (event: KeyboardEvent): void => {
    const { playback } = this;
    if (!playback || (event.target as Element).matches('input, select, textarea, button')) return;
    if (event.key === ' ') this.toggle();
    else if (event.key === 'ArrowLeft') this.seek(playback.position - STEP_MS);
    else if (event.key === 'ArrowRight') this.seek(playback.position + STEP_MS);
    else if (event.key === 'f' && !event.ctrlKey && !event.metaKey && document.fullscreenEnabled)
      this.fill();
    else return;
    event.preventDefault();
  };

  /** A shared screen is read to its last digit in its own size; the watermark goes with it. */
  private readonly fill = (): void => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else
      void this.querySelector('.watch')
        ?.requestFullscreen()
        .catch(() => undefined);
  };

  private toggle(): void {
    if (this.playback?.playing) this.playback.pause();
    else this.playback?.play();
  }

  protected override render(): TemplateResult | typeof nothing {
    return this.playback ? this.player(this.manifest, this.playback) : nothing;
  }

  private player(manifest: Manifest, playback: Playback): TemplateResult {
    const { position } = playback;
    const picture = pictureAt(manifest, position, playback.chosen);
    const marked = manifest.markers.length > 0;
    const lost = manifest.interruptions.find(
      (one) => position >= one.from_ms && position < one.to_ms,
    );
    return html`<div
      class="player ${marked ? 'marked' : ''}"
      tabindex="0"
      data-testid="player"
      data-at=${Math.round(position)}
      @keydown=${this.keyed}
    >
      ${marked ? this.noted(manifest, position) : nothing}
      <div class="watch">
        <div class="pictures ${picture.screen ? 'with-screen' : ''}">
          <video class="screen" muted playsinline data-testid="player-screen"></video>
          <video class="camera" muted playsinline data-testid="player-camera"></video>
          ${picture.screen || picture.camera ? nothing : html`<p>${r(lost ? 'rec_gap' : 'rec_no_picture')}</p>`}
          ${this.watermark ? html`<div class="over" aria-hidden="true"></div>` : nothing}
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
            aria-valuetext=${clockWords(position - manifest.from_ms)}
            @input=${(event: Event) => this.seek(Number((event.target as HTMLInputElement).value))}
          />
          <output data-testid="player-clock" aria-live="off"
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
          ${
            document.fullscreenEnabled
              ? html`<button
                  class="button full"
                  data-testid="player-full"
                  aria-label=${r('rec_full')}
                  title=${r('rec_full')}
                  @click=${this.fill}
                >
                  ${icon('full')}
                </button>`
              : nothing
          }
        </div>
        ${this.lanes(manifest, playback)}
        <div class="beside">
          ${marked ? nothing : this.noted(manifest, position)} ${this.said(manifest, position)}
        </div>
      </div>
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

  /** Not by itself where it would be seen without the watermark. */
  private still(marker: string): TemplateResult {
    const url = this.addresses.still(marker);
    const picture = html`<img loading="lazy" alt=${r('rec_still')} src=${url} />`;
    return this.watermark
      ? picture
      : html`<a href=${url} target="_blank" rel="noopener">${picture}</a>`;
  }

  /** Up and down go through the list, which is one stop of the Tab key. */
  private readonly walk = (event: KeyboardEvent): void => {
    const list = [
      ...(event.currentTarget as Element).querySelectorAll<HTMLButtonElement>('button.link'),
    ];
    const at = list.indexOf(event.target as HTMLButtonElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    list[Math.max(0, Math.min(to, list.length - 1))]?.focus();
  };

  /** What was noted down, the first thing that is looked for: before the picture, and marked where it stands now. */
  private noted(manifest: Manifest, position: number): TemplateResult {
    const markers = newestMarkers(manifest);
    const now = markers.findLastIndex((one) => one.room_ms <= position + 1);
    return html`<section class="noted" aria-label=${r('rec_markers')}>
      <h2>${r('rec_markers')}</h2>
      ${markers.length === 0 ? html`<p class="muted">${r('rec_no_markers')}</p>` : nothing}
      <ol data-testid="player-markers" @keydown=${this.walk}>
        ${markers.map((one, i) => {
          const word = `marker_${one.kind}`;
          const still = manifest.stills.find((it) => it.marker === one.id);
          return html`<li>
            <button
              class="link"
              data-testid="player-marker"
              tabindex=${i === Math.max(now, 0) ? 0 : -1}
              aria-current=${i === now ? 'true' : nothing}
              @click=${() => this.seek(one.room_ms)}
            >
              <b>${clockWords(one.room_ms - manifest.from_ms)}</b>
              <i>${isRecordingWord(word) ? r(word) : one.kind}</i>
              ${one.text}${one.owner ? ` (${one.owner})` : ''}
            </button>
            ${still ? this.still(one.id) : nothing}
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
}
