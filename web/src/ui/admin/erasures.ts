/** A person is taken out of this recording, or of all: what will go is shown first. */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import {
  forgetErasure,
  loadErasure,
  loadErasures,
  planErasure,
  startErasure,
  type Erasure,
  type ErasurePart,
} from '../../client/erasures.js';
import type { Recording } from '../../client/recordings.js';
import { AdminSection } from './base.js';
import { era, eraSum } from './erasures-words.js';
import { r } from './recording-words.js';
import { sizeWords } from './storage.js';

const LOOK_MS = 700;
/** A legal hold may come and go while somebody reads what would be erased. */
const LOOK_AT_PLAN_MS = 3000;

@customElement('parlor-recording-erasure')
export class RecordingErasure extends AdminSection {
  @property({ attribute: false }) row!: Recording;
  /** When somebody went: the recording is another one. */
  @property({ attribute: false }) changed: () => void = () => undefined;
  @state() private erasure: Erasure | undefined;
  private timer = 0;
  /** `problem` says that it was refused for a hold. */
  private refused = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(() => window.clearTimeout(this.timer));
  }

  protected override firstUpdated(): void {
    void this.findOpen();
  }

  /** What goes already, or waits: somebody may have asked for it himself. */
  private async findOpen(): Promise<void> {
    const all = await loadErasures().catch(() => []);
    const open = all.find(
      (one) => one.recording === this.row.id && ['running', 'held'].includes(one.state),
    );
    if (open && !this.erasure) this.follow(open);
  }

  /** Looks again for as long as something happens. */
  private follow(one: Erasure): void {
    const open = ['looking', 'running', 'held'].includes(one.state);
    this.erasure = one;
    window.clearTimeout(this.timer);
    if (this.refused && !one.parts.some((part) => part.hold)) {
      this.refused = false;
      this.problem = '';
    }
    if (one.state === 'planned' && this.isConnected)
      this.timer = window.setTimeout(() => void this.lookAgain(one), LOOK_AT_PLAN_MS);
    if (open && this.isConnected)
      this.timer = window.setTimeout(
        () => void this.run(async () => this.follow(await loadErasure(one.id))),
        LOOK_MS,
      );
    if (one.state === 'done') this.changed();
  }

  /** In silence; what was done meanwhile counts for more. */
  private async lookAgain(one: Erasure): Promise<void> {
    const now = await loadErasure(one.id).catch(() => one);
    if (this.erasure === one && !this.busy) this.follow(now);
  }

  /** A hold of this very recording was placed or ended above. */
  protected override updated(changed: PropertyValues<this>): void {
    if (changed.has('row') && this.erasure?.state === 'planned') void this.lookAgain(this.erasure);
  }

  private plan(event: Event): void {
    event.preventDefault();
    const who = this.row.manifest?.participants.find((one) => one.id === this.value('era-who'));
    if (!who) return;
    const renders = this.value('era-renders') === 'again' ? 'again' : 'withdraw';
    const whom =
      this.value('era-where') === 'all' && who.identity
        ? { identity: who.identity }
        : { recording: this.row.id, participant: who.id };
    void this.run(async () => this.follow(await planErasure({ ...whom, renders })));
  }

  private start(id: string): void {
    void this.run(async () => this.follow(await startErasure(id))).then((ok) => {
      if (!ok) void this.whyNot(id);
    });
  }

  /** A legal hold that was placed, or taken away, since it was looked at. */
  private async whyNot(id: string): Promise<void> {
    const now = await loadErasure(id).catch(() => undefined);
    if (!now) return;
    this.follow(now);
    const why = now.parts.find((part) => part.hold)?.hold;
    if (!why) return;
    this.problem = era('era_refused', { why });
    this.refused = true;
  }

  private forget(id: string): void {
    void this.run(async () => {
      await forgetErasure(id);
      this.erasure = undefined;
      window.clearTimeout(this.timer);
    });
  }

  private sum(one: Erasure | ErasurePart): string {
    const renders = typeof one.renders === 'number' ? one.renders : one.renders.length;
    return eraSum({ ...one, renders }, sizeWords(one.bytes));
  }

  private piece(one: ErasurePart): TemplateResult {
    return html`<li data-testid="erasure-part">
      <div>
        <b>${one.title || r('rec_untitled')}</b>
        <span class="muted">
          ${this.when(one.started_at)} · ${one.known ? this.sum(one) : era('era_runs')}
        </span>
      </div>
      ${one.hold ? html`<span class="tags"><i class="grave">${r('rec_held')}: ${one.hold}</i></span>` : nothing}
    </li>`;
  }

  private stand(one: Erasure): string {
    if (one.state === 'looking') return era('era_looking');
    if (one.state === 'done') return era('era_done');
    if (one.state === 'held') return era('era_held', { why: one.reason ?? '' });
    if (one.state === 'planned') return this.sum(one);
    return era('era_running', { done: String(one.recordings_done), all: String(one.recordings) });
  }

  private plannedOne(one: Erasure): TemplateResult {
    return html`<p role="status" data-testid="erasure-state">${this.stand(one)}</p>
      ${one.own ? html`<p class="muted" data-testid="erasure-own">${era('era_own')}</p>` : nothing}
      <ul class="rows">
        ${one.parts.map((part) => this.piece(part))}
      </ul>
      ${
        one.state === 'planned'
          ? html`<div class="choices">
              <button
                class="button grave"
                data-testid="erasure-start"
                ?disabled=${this.busy}
                @click=${() => this.start(one.id)}
              >
                ${era('era_start')}
              </button>
              <button
                class="button"
                data-testid="erasure-cancel"
                ?disabled=${this.busy}
                @click=${() => this.forget(one.id)}
              >
                ${era('era_cancel')}
              </button>
            </div>`
          : nothing
      }`;
  }

  private form(): TemplateResult {
    const people = this.row.manifest?.participants ?? [];
    return html`<form @submit=${(event: Event) => this.plan(event)}>
      <p class="muted">${era('era_hint')}</p>
      <div class="find">
        ${this.choice(
          'era-who',
          era('era_who'),
          people[0]?.id ?? '',
          people.map((one) => [one.id, one.name]),
        )}
        ${this.choice('era-where', era('era_where'), 'here', [
          ['here', era('era_here')],
          ['all', era('era_everywhere')],
        ])}
        ${this.choice('era-renders', era('era_renders'), 'withdraw', [
          ['withdraw', era('era_withdraw')],
          ['again', era('era_again')],
        ])}
        <button class="button" data-testid="erasure-plan" ?disabled=${this.busy}>
          ${era('era_look')}
        </button>
      </div>
    </form>`;
  }

  protected override render(): TemplateResult {
    const one = this.erasure;
    return html`<details class="sheet" data-testid="erasure" ?open=${one !== undefined}>
      <summary>${era('era_title')}</summary>
      ${one ? this.plannedOne(one) : this.form()} ${this.messages()}
    </details>`;
  }
}
