/** What follows the first words with somebody, loaded after the sheet stands: he becomes one's own. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Message, Rating, Rep, Thread } from '../protocol/service.js';
import type { Desk } from '../room/desk.js';
import { Plain } from './base.js';
import { ct, type CareKey } from './i18n/care.js';
import { icon } from './icons.js';
import './styles/care.css';

const LINES: Record<string, CareKey> = {
  offered: 'line_offered',
  accepted: 'line_accepted',
  declined: 'line_declined',
};

/** A line of the conversation about who is whose. */
@customElement('parlor-care-line')
export class CareLine extends Plain {
  @property({ attribute: false }) desk!: Desk;
  @property({ attribute: false }) said!: Message;
  @property() as: 'customer' | 'rep' = 'customer';

  private nameOf(id: unknown): string {
    const { me, colleagues, threads } = this.desk.state;
    const own = Object.values(threads).flatMap((one) => [one.rep, one.assignee]);
    const all: (Rep | null)[] = [me, ...colleagues, ...own];
    return all.find((one) => one?.id === id)?.name ?? '';
  }

  protected override render(): TemplateResult {
    const data = (this.said.data ?? {}) as { what?: string; rep?: string };
    const key = LINES[data.what ?? ''] ?? 'line_offered';
    return html`<p class="line">${ct(key, { name: this.nameOf(data.rep) })}</p>`;
  }
}

/** Between the head of the customer's chat and its messages. */
@customElement('parlor-care')
export class Care extends Plain {
  @property({ attribute: false }) desk!: Desk;
  @property() conversation = '';
  /** Ratings that he put away. */
  @state() private done = new Set<string>();

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(this.desk.store.watch(() => this.requestUpdate()));
  }

  protected override render(): TemplateResult | typeof nothing {
    const thread = this.desk.state.threads[this.conversation];
    return thread ? html`${this.person(thread)} ${this.rating(thread)}` : nothing;
  }

  /** One tap; for a moment it can be changed, and a word added. */
  private rating(thread: Thread): TemplateResult | typeof nothing {
    const asked = thread.rating;
    if (!asked || asked.until < Date.now() || this.done.has(asked.id)) return nothing;
    if (thread.call && thread.call.state !== 'ended') return nothing;
    const name = asked.rep?.name ?? '';
    return html`<div class="rate strip" role="group" aria-label=${ct('rate')} data-testid="rate">
      <p>${asked.score ? ct('rate_thanks') : ct('rate_ask', { name })}</p>
      <div class="stars">${[1, 2, 3, 4, 5].map((n) => this.star(thread, asked, n))}</div>
      ${asked.score ? this.word(thread, asked) : nothing}
      <button
        class="tap-key shut"
        aria-label=${ct('rate_away')}
        @click=${() => (this.done = new Set([...this.done, asked.id]))}
      >
        ${icon('close')}
      </button>
    </div>`;
  }

  private star(thread: Thread, asked: Rating, score: number): TemplateResult {
    const lit = score <= (asked.score ?? 0);
    return html`<button
      class="star ${lit ? 'lit' : ''}"
      data-testid="star"
      aria-label=${ct('rate_stars', { n: score })}
      aria-pressed=${asked.score === score}
      @click=${() => this.rate(thread.id, score, asked.text)}
    >
      ★
    </button>`;
  }

  private word(thread: Thread, asked: Rating): TemplateResult {
    const send = (event: Event): void => {
      event.preventDefault();
      const box = new FormData(event.target as HTMLFormElement).get('word');
      this.rate(thread.id, asked.score ?? 5, typeof box === 'string' ? box.trim() : '');
      this.done = new Set([...this.done, asked.id]);
    };
    return html`<form class="word" @submit=${send}>
      <input
        name="word"
        maxlength="500"
        .value=${asked.text}
        placeholder=${ct('rate_word')}
        aria-label=${ct('rate_word')}
      />
      <button class="button quiet">${ct('rate_send')}</button>
    </form>`;
  }

  private rate(conversation: string, score: number, text: string): void {
    this.desk.tell({ t: 'rate', conversation, score, ...(text ? { text } : {}) });
  }

  private person(thread: Thread): TemplateResult | typeof nothing {
    const binding = this.desk.state.bindings[thread.binding];
    const { upgrade } = binding ?? {};
    if (binding && upgrade && upgrade.until > Date.now()) {
      return html`<div class="choices strip" role="alert" data-testid="upgrade-offer">
        <p>${ct('upgrade_ask', { name: upgrade.rep.name })}</p>
        <button
          class="button quiet"
          data-testid="upgrade-no"
          @click=${() => this.desk.binding(binding.id, 'stay')}
        >
          ${ct('upgrade_no')}
        </button>
        <button
          class="button primary"
          data-testid="upgrade-yes"
          @click=${() => this.desk.binding(binding.id, 'upgrade')}
        >
          ${ct('upgrade_yes')}
        </button>
      </div>`;
    }
    if (!binding?.personal_since) return nothing;
    return html`<p class="calm strip" data-testid="personal">★ ${ct('your_own')}</p>`;
  }
}
