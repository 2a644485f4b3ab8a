/** After the end: a part of what was recorded is published as a replay, with its progress. Fetched
 *  when the stream has ended. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { ApiError } from '../client/http.js';
import {
  ownReplays,
  publishReplay,
  withdrawReplay,
  type OwnReplay,
  type Recorded,
} from '../client/replays.js';
import { clock, parseTime } from '../room/replay.js';
import { Plain } from './base.js';
import { rt } from './i18n/replay.js';
import './styles/host-replay.css';
import { whyNot } from './why-not.js';

const BUSY_MS = 2000;
const CALM_MS = 15_000;

@customElement('parlor-host-replay')
export class HostReplay extends Plain {
  @property() room = '';
  @property() token = '';
  /** Its title, which the replay has too unless another is given. */
  @property() called = '';
  @state() private replays: OwnReplay[] = [];
  @state() private recordings: Recorded[] = [];
  @state() private chosen = '';
  @state() private drops: number[] = [];
  @state() private problem = '';
  @state() private withdrawing = '';
  @state() private loaded = false;
  private timer = 0;
  private nextDrop = 1;

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(() => clearTimeout(this.timer));
    void this.load();
  }

  private async load(): Promise<void> {
    clearTimeout(this.timer);
    try {
      const { replays, recordings } = await ownReplays(this.room, this.token);
      this.replays = replays;
      this.recordings = recordings;
      this.loaded = true;
    } catch (error) {
      this.problem = this.codeOf(error);
    }
    const busy = this.replays.some((one) => one.state === 'preparing');
    this.timer = window.setTimeout(() => void this.load(), busy ? BUSY_MS : CALM_MS);
  }

  private codeOf(error: unknown): string {
    return error instanceof ApiError ? error.code : 'internal';
  }

  /** The recording, and where on its clock the stream was on air. */
  private span(): { id: string; from: number; to: number } | null {
    const one = this.recordings.find((it) => it.id === this.chosen) ?? this.recordings[0];
    if (!one) return null;
    const from = one.aired_from_ms ?? one.from_ms;
    const end = one.to_ms > from ? one.to_ms : (one.aired_to_ms ?? from);
    return { id: one.id, from, to: Math.max(Math.min(end, one.aired_to_ms ?? end), from) };
  }

  /** A pair of fields as instants; null = no span of time. Empty = `otherwise`. */
  private read(form: FormData, name: string, from: number, to: number): [number, number] | null {
    const one = (key: string, otherwise: number): number => {
      const text = String(form.get(key) ?? '').trim();
      const seconds = text ? parseTime(text) : (otherwise - from) / 1000;
      return seconds === null ? NaN : Math.round(from + seconds * 1000);
    };
    const pair: [number, number] = [one(`${name}from`, from), one(`${name}to`, to)];
    return pair[0] < pair[1] ? pair : null;
  }

  private readonly publish = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const span = this.span();
    if (!span) return;
    const kept = this.read(form, '', span.from, span.to);
    const cut = this.drops.map((n) => this.read(form, `drop${n}-`, span.from, span.to));
    const drop = cut.flatMap((one) => (one ? [{ from_ms: one[0], to_ms: one[1] }] : []));
    if (!kept || drop.length < cut.length) {
      this.problem = 'bad_time';
      return;
    }
    this.problem = '';
    try {
      await publishReplay(this.room, this.token, {
        title: String(form.get('title') ?? '').trim() || this.called,
        recording: span.id,
        from_ms: kept[0],
        to_ms: kept[1],
        drop,
        portrait: form.has('portrait'),
      });
      this.drops = [];
      await this.load();
    } catch (error) {
      this.problem = this.codeOf(error);
    }
  };

  private async withdraw(id: string): Promise<void> {
    this.withdrawing = '';
    await withdrawReplay(this.room, this.token, id).catch((error: unknown) => {
      this.problem = this.codeOf(error);
    });
    await this.load();
  }

  private words(one: OwnReplay): string {
    if (one.state === 'preparing')
      return one.before ? rt('s_waiting', { n: one.before }) : rt('s_preparing');
    if (one.state === 'failed') return rt('s_failed', { code: one.reason });
    return rt(one.state === 'published' ? 's_published' : 's_withdrawn');
  }

  private row(one: OwnReplay): TemplateResult {
    const sure = this.withdrawing === one.id;
    return html`<li data-testid="own-replay" data-state=${one.state} data-id=${one.id}>
      <strong>${one.title}</strong>
      <span class="soft" role="status">${this.words(one)}</span>
      ${
        one.state === 'preparing'
          ? html`<progress
              max="1"
              .value=${one.progress}
              aria-label=${rt('s_preparing')}
            ></progress>`
          : nothing
      }
      ${
        one.state === 'published'
          ? html`<input
                readonly
                .value=${one.url}
                aria-label=${one.title}
                data-testid="replay-url"
              />
              <a class="button" href=${one.url} target="_blank" rel="noopener">${rt('open')}</a>`
          : nothing
      }
      ${
        one.state === 'withdrawn'
          ? nothing
          : sure
            ? html`<button
                  class="button danger"
                  data-testid="withdraw-sure"
                  @click=${() => void this.withdraw(one.id)}
                >
                  ${rt('withdraw_sure')}
                </button>
                <button class="button quiet" @click=${() => (this.withdrawing = '')}>
                  ${rt('keep')}
                </button>`
            : html`<button
                class="button quiet"
                data-testid="withdraw"
                @click=${() => (this.withdrawing = one.id)}
              >
                ${rt('withdraw')}
              </button>`
      }
    </li>`;
  }

  private time(name: string, words: string, value: string): TemplateResult {
    return html`<label class="field"
      ><span>${words}</span
      ><input
        name=${name}
        inputmode="numeric"
        autocomplete="off"
        placeholder=${value}
        data-testid="replay-${name}"
    /></label>`;
  }

  private form(span: { from: number; to: number }): TemplateResult {
    const end = clock((span.to - span.from) / 1000);
    return html`<form @submit=${this.publish}>
      <label class="field"
        ><span>${rt('f_title')}</span
        ><input name="title" maxlength="200" placeholder=${this.called} data-testid="replay-name"
      /></label>
      ${
        this.recordings.length > 1
          ? html`<label class="field"
              ><span>${rt('f_recording')}</span
              ><select
                @change=${(event: Event) => (this.chosen = (event.target as HTMLSelectElement).value)}
              >
                ${this.recordings.map(
                  (one, n) =>
                    html`<option value=${one.id}>
                      ${this.recordings.length - n} ·
                      ${clock(Math.max(one.to_ms - one.from_ms, 0) / 1000)}
                    </option>`,
                )}
              </select></label
            >`
          : nothing
      }
      <div class="pair">
        ${this.time('from', rt('f_from'), '0:00')}${this.time('to', rt('f_to'), end)}
      </div>
      ${this.drops.map(
        (n) =>
          html`<fieldset class="pair">
            <legend>${rt('f_drop')}</legend>
            ${this.time(`drop${n}-from`, rt('f_from'), '0:00')}${this.time(`drop${n}-to`, rt('f_to'), end)}
            <button
              type="button"
              class="button quiet"
              @click=${() => (this.drops = this.drops.filter((one) => one !== n))}
            >
              ${rt('drop_remove')}
            </button>
          </fieldset>`,
      )}
      <button
        type="button"
        class="button quiet"
        data-testid="drop-add"
        @click=${() => (this.drops = [...this.drops, this.nextDrop++])}
      >
        ${rt('drop_add')}
      </button>
      <label class="check"
        ><input type="checkbox" name="portrait" /><span>${rt('f_portrait')}</span></label
      >
      <button class="button primary" data-testid="replay-publish">${rt('publish')}</button>
    </form>`;
  }

  protected override render(): TemplateResult {
    const span = this.span();
    return html`<section class="host-replay" data-testid="host-replay">
      <h2>${rt('publish_title')}</h2>
      ${
        span
          ? html`<p class="hint">${rt('publish_text')}</p>
              ${this.form(span)}`
          : this.loaded
            ? html`<p class="hint">${rt('not_recorded')}</p>`
            : nothing
      }
      ${
        this.problem
          ? html`<p class="warn" role="alert">
              ${this.problem === 'bad_time' ? rt('bad_time') : whyNot(this.problem)}
            </p>`
          : nothing
      }
      ${
        this.replays.length
          ? html`<ul>
              ${this.replays.map((one) => this.row(one))}
            </ul>`
          : nothing
      }
    </section>`;
  }
}
