/** A poll over the stream: answers to choose from, what everybody chose, and for a while what came out. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { keptVote, keepVote } from '../client/storage.js';
import type { Poll } from '../protocol/live.js';
import type { LiveState } from '../room/live.js';
import { pollRows, RESULT_MS } from '../room/poll.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import { lt } from './i18n/live.js';
import './styles/poll.css';

const WORDS = {
  result: ['Result', '投票结果'],
  mine: ['your vote', '我选的'],
} as const;
const word = (key: keyof typeof WORDS): string => WORDS[key][lang() === 'en' ? 0 : 1];

/** What came out, also for the host's console; `mine`: one's own answer, -1 = none. */
export function pollResult(poll: Poll, mine: number): TemplateResult {
  const rows = pollRows(poll);
  const total = poll.options.reduce((sum, one) => sum + one.votes, 0);
  return html`<ul class="poll-result" data-testid="poll-result">
      ${rows.map(
        (one, index) =>
          html`<li class="poll-option" data-leads=${one.leads} data-mine=${mine === index}>
            <span
              >${one.text}
              ${mine === index ? html`<small data-testid="poll-mine">(${word('mine')})</small>` : nothing}</span
            >
            <span class="share">${one.votes} · ${one.share}%</span>
            <meter min="0" max="100" .value=${one.share} aria-hidden="true"></meter>
          </li>`,
      )}
    </ul>
    <p class="hint">${lt('votes', { n: total })}</p>`;
}

@customElement('parlor-poll')
export class PollCard extends Plain {
  @property({ attribute: false }) poll!: Poll;
  @property({ type: Number }) mine = -1;
  @property({ attribute: false }) vote!: (poll: string, option: number) => void;
  /** Which poll's result was shown for long enough. */
  @state() private done = '';
  private timer = 0;
  private timed = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(() => clearTimeout(this.timer));
  }

  protected override willUpdate(): void {
    const { id, open } = this.poll;
    if (open || this.timed === id) return;
    this.timed = id;
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => (this.done = id), RESULT_MS);
  }

  private choose(option: number): void {
    keepVote(this.poll.id, option);
    this.vote(this.poll.id, option);
  }

  private options(mine: number): TemplateResult[] {
    return pollRows(this.poll).map(
      (one, index) =>
        html`<button
          class="poll-option"
          data-testid="poll-option"
          ?disabled=${mine >= 0}
          aria-pressed=${mine === index}
          @click=${() => this.choose(index)}
        >
          <span>${one.text}</span>
          ${mine < 0 ? nothing : html`<span class="share">${one.share}%</span>`}
          <meter min="0" max="100" .value=${mine < 0 ? 0 : one.share} aria-hidden="true"></meter>
        </button>`,
    );
  }

  protected override render(): TemplateResult | typeof nothing {
    const { poll } = this;
    if (!poll.open && this.done === poll.id) return nothing;
    const mine = this.mine >= 0 ? this.mine : keptVote(poll.id);
    return html`<section
      class="poll"
      data-testid="poll"
      data-open=${poll.open}
      aria-label=${poll.open ? lt('poll') : word('result')}
    >
      ${poll.open ? nothing : html`<p class="hint" role="status">${word('result')}</p>`}
      <h2>${poll.question}</h2>
      ${
        poll.open
          ? html`${this.options(mine)}
              <p class="hint">
                ${lt('votes', { n: poll.options.reduce((sum, one) => sum + one.votes, 0) })}
              </p>`
          : pollResult(poll, mine)
      }
    </section>`;
  }
}

export function pollView(
  { poll, voted }: LiveState,
  vote: (poll: string, option: number) => void,
): TemplateResult | typeof nothing {
  if (!poll) return nothing;
  return html`<parlor-poll
    .poll=${poll}
    .mine=${voted?.poll === poll.id ? voted.option : -1}
    .vote=${vote}
  ></parlor-poll>`;
}
