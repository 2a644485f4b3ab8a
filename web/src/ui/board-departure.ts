/** The board's form for somebody who leaves for good: whom his customers go to, and what they are told. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { nullable, num, shape, str } from '../protocol/check.js';
import { Plain } from './base.js';
import { st } from './i18n/service.js';
import { whyNot } from './why-not.js';

const job = shape({
  finished_at: nullable(num),
  counts: shape({ done: num, waiting: num, refused: num, limit: num }),
});

/** How often it is looked whether all have moved on. */
const LOOK_MS = 300;

@customElement('parlor-board-departure')
export class BoardDeparture extends Plain {
  @property({ attribute: false }) reps: { id: string; name: string; customers: number }[] = [];
  @property({ attribute: false }) ask!: (path: string, body?: object) => Promise<unknown>;
  /** Hears in words what became of it. */
  @property({ attribute: false }) done!: (result: string | TemplateResult) => void;
  @state() private leaving: { rep: string; to: string; notice: string; sure: boolean } | null =
    null;
  @state() private busy = false;

  /** What became of all: thousands of customers move on within seconds, not at once. NULL: nobody looks any more. */
  private async outcome(id: string): Promise<ReturnType<typeof job>['counts'] | null> {
    while (this.isConnected) {
      const now = job(await this.ask(`/v1/jobs/${id}`), 'job');
      if (now.finished_at !== null) return now.counts;
      await new Promise((next) => setTimeout(next, LOOK_MS));
    }
    return null;
  }

  private async depart(): Promise<void> {
    const { leaving } = this;
    if (!leaving || this.busy) return;
    this.busy = true;
    const { to, notice } = leaving;
    try {
      const made = shape({ job: str })(
        await this.ask(`/v1/reps/${leaving.rep}/depart`, {
          ...(to ? { to } : {}),
          ...(notice ? { notice } : {}),
        }),
        'job',
      );
      const counts = await this.outcome(made.job);
      this.leaving = null;
      if (counts) this.done(st('board_done', { ...counts }));
    } catch (error) {
      this.done(whyNot(error instanceof Error ? error.message : 'internal'));
    } finally {
      this.busy = false;
    }
  }

  protected override render(): TemplateResult {
    const form = this.leaving;
    if (!form) {
      const begin = (): void => {
        this.leaving = { rep: this.reps[0]?.id ?? '', to: '', notice: '', sure: false };
      };
      return html`<button class="button quiet" data-testid="depart" @click=${begin}>
        ${st('board_depart')}
      </button>`;
    }
    const set = (change: Partial<typeof form>): void => {
      this.leaving = { ...form, sure: false, ...change };
    };
    const value = (event: Event): string => (event.target as HTMLInputElement).value;
    const who = this.reps.find((one) => one.id === form.rep);
    return html`<div class="departure">
      <label
        >${st('board_depart_who')}
        <select data-testid="depart-who" @change=${(event: Event) => set({ rep: value(event) })}>
          ${this.reps.map((one) => html`<option value=${one.id} ?selected=${one.id === form.rep}>${one.name}</option>`)}
        </select>
      </label>
      <label
        >${st('board_depart_to')}
        <select @change=${(event: Event) => set({ to: value(event) })}>
          <option value="">${st('board_depart_group')}</option>
          ${this.reps
            .filter((one) => one.id !== form.rep)
            .map((one) => html`<option value=${one.id}>${one.name}</option>`)}
        </select>
      </label>
      <label
        >${st('board_depart_notice')}
        <textarea
          maxlength="500"
          .value=${form.notice}
          @change=${(event: Event) => set({ notice: value(event) })}
        ></textarea>
      </label>
      ${
        form.sure
          ? html`<p role="alert">
              ${st('board_depart_sure', { name: who?.name ?? '', n: who?.customers ?? 0 })}
            </p>`
          : nothing
      }
      <div class="choices">
        <button class="button quiet" ?disabled=${this.busy} @click=${() => (this.leaving = null)}>
          ${st('cancel')}
        </button>
        <button
          class="button primary"
          data-testid="depart-do"
          ?disabled=${this.busy}
          @click=${() => (form.sure ? void this.depart() : set({ sure: true }))}
        >
          ${st('board_depart_do')}
        </button>
      </div>
    </div>`;
  }
}
