/** The supervisor's board: red first, a conversation moved with a stated reason, a departure in one form. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { repeat as Repeat } from 'lit/directives/repeat.js';
import { def, list, num, nullable, shape, str, bool, type Checked } from '../protocol/check.js';
import { loadCsrf } from '../client/storage.js';
import { Plain } from '../ui/base.js';
import type { BoardReading } from '../ui/board-reading.js';
import { duration, st, type ServiceKey } from '../ui/i18n/service.js';
import { mark } from '../ui/icons.js';
import '../ui/look.js';
import { face } from '../ui/rep-face.js';
import { whyNot } from '../ui/why-not.js';

/** A keyword is on the board within a second. */
const LOOK_EVERY_MS = 800;
/** Codes against which signing in helps. */
const SIGN_IN = ['unauthorized', 'forbidden'];
/** Longer than this is red. */
const LATE_S = 60;

const waiting = shape({
  conversation: str,
  customer: str,
  display: def(str, ''),
  waiting_ms: num,
  rep: nullable(str),
  offered: bool,
});
const group = shape({ id: str, name: str, present: num, queued: num, waiting: list(waiting) });
const rep = shape({
  id: str,
  name: str,
  photo: def(str, ''),
  presence: str,
  chats: num,
  customers: num,
  in_call: def(bool, false),
  may_depart: def(bool, false),
  leaves_at: nullable(num),
  groups: list(str),
});
const board = shape({ groups: list(group), reps: list(rep) });
type Board = Checked<typeof board>;
type Waiting = Checked<typeof waiting>;

const PRESENCE: Record<string, ServiceKey> = {
  available: 'available',
  full: 'full',
  in_call: 'in_call_state',
  wrap_up: 'wrap_up',
  suspended: 'suspended',
  offline: 'offline_state',
};

/** Its message is the problem's code. */
class Refused extends Error {}

async function ask(path: string, body?: object, method = 'POST'): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json', 'X-Parlor-CSRF': loadCsrf() };
  const said = method === 'POST' ? { body: JSON.stringify(body) } : {};
  const init = body ? { method, headers, ...said } : {};
  const reply = await fetch(path, init).catch(() => {
    throw new Refused('offline');
  });
  const json: unknown = await reply.json().catch(() => ({}));
  if (!reply.ok) throw new Refused((json as { code?: string }).code ?? `http_${reply.status}`);
  return json;
}

const codeOf = (error: unknown): string => (error instanceof Refused ? error.message : 'internal');

@customElement('parlor-board')
export class BoardPage extends Plain {
  @state() private board: Board | null = null;
  private told: unknown = {};
  @state() private problem = '';
  @state() private moving: { one: Waiting; to: string } | null = null;
  /** Rows by who stands in them; it comes after the page. */
  @state() private kept: typeof Repeat | null = null;
  @state() private result: string | TemplateResult = '';

  override connectedCallback(): void {
    super.connectedCallback();
    const timer = window.setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.whileConnected(() => clearInterval(timer));
    void this.look();
    void import('../ui/board-more.js').then(({ repeat }) => (this.kept = repeat));
    if (loadCsrf()) void import('../ui/rings.js').then(({ listenForRings }) => listenForRings());
  }

  private async look(): Promise<void> {
    if (document.hidden) return;
    try {
      this.told = await ask('/v1/board');
      this.board = board(this.told, 'board');
      this.problem = '';
    } catch (error) {
      this.problem = codeOf(error);
    }
  }

  /** Who waits stands in the tab's name: the board lies behind other windows. */
  protected override updated(): void {
    const n = (this.board?.groups ?? []).reduce((sum, one) => sum + one.waiting.length, 0);
    document.title = `${n ? `(${n}) ` : ''}${st('board')}`;
  }

  private fail(error: unknown): void {
    this.result = whyNot(codeOf(error));
  }

  private async move(event: Event): Promise<void> {
    event.preventDefault();
    const { moving } = this;
    const reason = new FormData(event.target as HTMLFormElement).get('reason');
    if (!moving) return;
    try {
      await ask(`/v1/conversations/${moving.one.conversation}/assign`, { rep: moving.to, reason });
      this.moving = null;
      await this.look();
    } catch (error) {
      this.fail(error);
    }
  }

  private readonly departed = (result: string | TemplateResult): void => {
    this.result = result;
    void this.look();
  };

  /* ---- drawing ---- */

  protected override render(): TemplateResult {
    return html`<main class="board">
      <header class="desk-head">
        <a class="brand" href="/" aria-label="Parlor">${mark()}</a>
        <h1>${st('board')}</h1>
        <a class="button quiet" href="/words">${st('to_all')}</a>
        <parlor-look></parlor-look>
      </header>
      ${this.problem ? this.trouble() : nothing} ${this.board ? this.content(this.board) : nothing}
    </main>`;
  }

  private trouble(): TemplateResult {
    if (this.problem === 'offline') return html`<p class="calm wide">${st('offline')}</p>`;
    if (!SIGN_IN.includes(this.problem))
      return html`<p class="calm wide" role="alert">${whyNot(this.problem)}</p>`;
    return html`<div class="wide">
      <p>${st('board_forbidden')}</p>
      <p><a class="button primary" href="/signin">${st('desk_sign_in')}</a></p>
    </div>`;
  }

  private content(now: Board): TemplateResult {
    const waits = now.groups.flatMap((one) => one.waiting);
    const longest = Math.max(0, ...waits.map((one) => one.waiting_ms)) / 1000;
    const here = now.reps.filter((one) => !['offline', 'suspended'].includes(one.presence));
    const calls = now.reps.filter((one) => one.in_call).length;
    return html`<parlor-board-top .told=${this.told}></parlor-board-top>
      <section class="numbers" aria-label=${st('board')}>
        ${this.number('board_waiting', waits.length, waits.length > 0)}
        ${this.number('board_longest', waits.length ? duration(longest) : '–', longest > LATE_S)}
        ${this.number('board_reps', here.length, here.length === 0)}
        ${this.number('board_calls', calls, false)}
      </section>
      ${this.result ? html`<p class="strip" role="status" data-testid="result">${this.result}</p>` : nothing}
      <div class="board-columns">
        <section>
          <h2>${st('board_waiting')}</h2>
          ${waits.length ? nothing : html`<p class="calm">${st('board_nobody')}</p>`}
          ${now.groups.map((one) =>
            one.present === 0
              ? html`<p class="alarm">${one.name}: ${st('board_no_rep')}</p>`
              : nothing,
          )}
          <ul>
            ${this.list(
              waits.sort((a, b) => b.waiting_ms - a.waiting_ms),
              (one) => one.conversation,
              (one) => this.waiting(one, now),
            )}
          </ul>
          <parlor-board-hits .told=${this.told}></parlor-board-hits>
        </section>
        <section>
          <h2>${st('board_reps')}</h2>
          <ul>
            ${this.list(
              now.reps,
              (one) => one.id,
              (one) => this.rep(one),
            )}
          </ul>
          <parlor-board-departure .reps=${now.reps} .ask=${ask} .done=${this.departed}>
          </parlor-board-departure>
        </section>
      </div>
      <parlor-board-reading .reps=${now.reps}></parlor-board-reading>
      <parlor-board-reports .reps=${now.reps}></parlor-board-reports>`;
  }

  /** Who is served goes out of the list: what was open beside his name must not pass to the next one. */
  private list<T>(all: T[], key: (one: T) => string, draw: (one: T) => TemplateResult): unknown {
    const row = (one: T): TemplateResult => html`<li>${draw(one)}</li>`;
    return this.kept ? this.kept(all, key, row) : all.map(row);
  }

  private number(key: ServiceKey, value: string | number, red: boolean): TemplateResult {
    return html`<div class="number ${red ? 'red' : ''}">
      <b>${value}</b><span>${st(key)}</span>
    </div>`;
  }

  private waiting(one: Waiting, now: Board): TemplateResult {
    const late = one.waiting_ms / 1000 > LATE_S;
    const owner = now.reps.find((other) => other.id === one.rep)?.name ?? '';
    const name = one.display || st('guest', { id: one.customer.slice(-4) });
    const moving = this.moving?.one.conversation === one.conversation;
    const choose = (event: Event): void => {
      const to = (event.target as HTMLSelectElement).value;
      this.moving = to ? { one, to } : null;
    };
    return html`<article
      class="wait ${late ? 'red' : ''}"
      data-testid="waiting"
      draggable="true"
      @dragstart=${(event: DragEvent) => event.dataTransfer?.setData('text/plain', one.conversation)}
    >
      ${face(name, '', one.customer)}
      <span class="row-words">
        <b>${name}</b>
        <span>${owner}</span>
        <small>${st('waits', { time: duration(one.waiting_ms / 1000) })}</small>
      </span>
      <select
        aria-label=${st('board_assign')}
        .value=${moving ? (this.moving?.to ?? '') : ''}
        @change=${choose}
      >
        <option value="">${st('board_assign')}</option>
        ${now.reps.map((other) => html`<option value=${other.id}>${other.name}</option>`)}
      </select>
      <button
        class="button quiet"
        data-testid="read-this"
        @click=${() => this.querySelector<BoardReading>('parlor-board-reading')?.choose(one.conversation, name)}
      >
        ${st('board_read')}
      </button>
      ${moving ? this.reason(now.reps.find((other) => other.id === this.moving?.to)?.name ?? '') : nothing}
    </article>`;
  }

  /** Dropped or chosen: to whom it goes stands on the key, and it can be left. */
  private reason(to: string): TemplateResult {
    return html`<form class="reason" @submit=${(event: Event) => void this.move(event)}>
      <input
        name="reason"
        required
        maxlength="200"
        placeholder=${st('board_reason')}
        aria-label=${st('board_reason')}
      />
      <button class="button primary" data-testid="move-do">${st('transfer')} ${to}</button>
      <button type="button" class="button quiet" @click=${() => (this.moving = null)}>
        ${st('cancel')}
      </button>
    </form>`;
  }

  private dropped(event: DragEvent, to: string): void {
    event.preventDefault();
    const id = event.dataTransfer?.getData('text/plain');
    const one = this.board?.groups
      .flatMap((each) => each.waiting)
      .find((each) => each.conversation === id);
    if (one) this.moving = { one, to };
  }

  private rep(one: Board['reps'][number]): TemplateResult {
    return html`<article
      class="wait"
      data-testid="board-rep"
      @dragover=${(event: DragEvent) => event.preventDefault()}
      @drop=${(event: DragEvent) => this.dropped(event, one.id)}
    >
      ${face(one.name, one.photo, one.id)}
      <span class="row-words">
        <b>${one.name}</b>
        <small class="presence" data-presence=${one.presence}>
          ${st(PRESENCE[one.presence] ?? 'offline_state')} · ${st('chats')} ${one.chats} ·
          ${st('customers')} ${one.customers}
        </small>
      </span>
    </article>`;
  }
}
