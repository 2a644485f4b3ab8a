/** The board's form for somebody who leaves for good: whom his customers go to, and what they are told. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { def, nullable, num, shape, str } from '../protocol/check.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import { st } from './i18n/service.js';
import { whyNot } from './why-not.js';

const job = shape({
  finished_at: nullable(num),
  due_at: nullable(num),
  counts: shape({ todo: def(num, 0), done: num, waiting: num, refused: num, limit: num }),
});
type Outcome = ReturnType<typeof job>;

/** How often it is looked whether all have moved on. */
const LOOK_MS = 300;
const HOURS_MAX = 720;

const when = (at: number): string =>
  new Date(at).toLocaleString(lang(), { dateStyle: 'medium', timeStyle: 'short' });

@customElement('parlor-board-departure')
export class BoardDeparture extends Plain {
  @property({ attribute: false }) reps: {
    id: string;
    name: string;
    customers: number;
    leaves_at: number | null;
    may_depart: boolean;
  }[] = [];
  @property({ attribute: false }) ask!: (
    path: string,
    body?: object,
    method?: string,
  ) => Promise<unknown>;
  /** Hears in words what became of it. */
  @property({ attribute: false }) done!: (result: string | TemplateResult) => void;
  @state() private leaving: {
    rep: string;
    to: string;
    notice: string;
    hours: number;
    sure: boolean;
  } | null = null;
  @state() private busy = false;
  /** So many customers are still to move on. */
  @state() private todo = 0;

  /** What became of all: thousands of customers move on within seconds, not at once. NULL: nobody looks any more. */
  private async outcome(id: string): Promise<Outcome | null> {
    while (this.isConnected) {
      const now = job(await this.ask(`/v1/jobs/${id}`), 'job');
      if (now.finished_at !== null || now.due_at !== null) return now;
      this.todo = now.counts.todo;
      await new Promise((next) => setTimeout(next, LOOK_MS));
    }
    return null;
  }

  private async depart(): Promise<void> {
    const { leaving } = this;
    if (!leaving || this.busy) return;
    this.busy = true;
    const { to, notice, hours } = leaving;
    try {
      const made = shape({ job: str })(
        await this.ask(`/v1/reps/${leaving.rep}/depart`, {
          ...(to ? { to } : {}),
          ...(notice ? { notice } : {}),
          ...(hours ? { defer_h: hours } : {}),
        }),
        'job',
      );
      const now = await this.outcome(made.job);
      this.leaving = null;
      if (now?.due_at) this.done(st('board_leaves_set', { time: when(now.due_at) }));
      else if (now) this.done(st('board_done', { ...now.counts }));
    } catch (error) {
      this.fail(error);
    } finally {
      this.busy = false;
      this.todo = 0;
    }
  }

  private fail(error: unknown): void {
    this.done(whyNot(error instanceof Error ? error.message : 'internal'));
  }

  private async stay(rep: string, name: string): Promise<void> {
    try {
      await this.ask(`/v1/reps/${rep}/depart`, {}, 'DELETE');
      this.done(st('board_stays', { name }));
    } catch (error) {
      this.fail(error);
    }
  }

  /** Departures that were said and are still to come. */
  private later(): TemplateResult {
    const list = this.reps.filter((one) => one.leaves_at);
    return html`${list.map(
      (one) =>
        html`<p class="strip with-key" data-testid="leaves">
          <span>${st('board_leaves', { name: one.name, time: when(one.leaves_at ?? 0) })}</span>
          ${
            one.may_depart
              ? html`<button class="button quiet" @click=${() => void this.stay(one.id, one.name)}>
                  ${st('board_stay')}
                </button>`
              : nothing
          }
        </p>`,
    )}`;
  }

  protected override render(): TemplateResult {
    const form = this.leaving;
    const may = this.reps.filter((one) => one.may_depart);
    if (!may.length) return this.later();
    if (!form) {
      const begin = (): void => {
        const rep = may[0]?.id ?? '';
        this.leaving = { rep, to: '', notice: '', hours: 0, sure: false };
      };
      return html`${this.later()}
        <button class="button quiet" data-testid="depart" @click=${begin}>
          ${st('board_depart')}
        </button>`;
    }
    const set = (change: Partial<typeof form>): void => {
      this.leaving = { ...form, sure: false, ...change };
    };
    const value = (event: Event): string => (event.target as HTMLInputElement).value;
    const who = this.reps.find((one) => one.id === form.rep);
    const sure = form.hours ? 'board_depart_sure_later' : 'board_depart_sure';
    return html`${this.later()}
      <div class="departure">
        <label
          >${st('board_depart_who')}
          <select data-testid="depart-who" @change=${(event: Event) => set({ rep: value(event) })}>
            ${repeat(
              may,
              (one) => one.id,
              (one) =>
                html`<option value=${one.id} ?selected=${one.id === form.rep}>${one.name}</option>`,
            )}
          </select>
        </label>
        <label
          >${st('board_depart_to')}
          <select @change=${(event: Event) => set({ to: value(event) })}>
            <option value="">${st('board_depart_group')}</option>
            ${repeat(
              this.reps.filter((one) => one.id !== form.rep),
              (one) => one.id,
              (one) => html`<option value=${one.id}>${one.name}</option>`,
            )}
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
        <label
          >${st('board_depart_hours')}
          <input
            type="number"
            min="0"
            max=${HOURS_MAX}
            step="1"
            data-testid="depart-hours"
            .value=${String(form.hours)}
            @change=${(event: Event) => {
              const hours = Math.round(Number(value(event)));
              set({ hours: Math.min(Math.max(hours || 0, 0), HOURS_MAX) });
            }}
          />
        </label>
        ${
          form.sure
            ? html`<p role="alert">
                ${st(sure, { name: who?.name ?? '', n: who?.customers ?? 0, hours: form.hours })}
              </p>`
            : nothing
        }
        ${this.busy ? html`<p role="status">${st('board_moving', { n: this.todo })}</p>` : nothing}
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
