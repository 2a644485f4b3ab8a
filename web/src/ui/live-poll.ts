/** A poll over the stream: answers to choose from, then what everybody chose. */
import { html, nothing, type TemplateResult } from 'lit';
import type { LiveState } from '../room/live.js';
import { lt } from './i18n/live.js';

export function pollView(
  { poll, voted }: LiveState,
  vote: (poll: string, option: number) => void,
): TemplateResult | typeof nothing {
  if (!poll?.open) return nothing;
  const mine = voted?.poll === poll.id ? voted.option : -1;
  const total = poll.options.reduce((sum, one) => sum + one.votes, 0);
  const open = mine < 0;
  return html`<section class="poll" data-testid="poll" aria-label=${lt('poll')}>
    <h2>${poll.question}</h2>
    ${poll.options.map((one, index) => {
      const share = total ? Math.round((one.votes / total) * 100) : 0;
      return html`<button
        class="poll-option"
        data-testid="poll-option"
        ?disabled=${!open}
        aria-pressed=${mine === index}
        @click=${() => vote(poll.id, index)}
      >
        <span>${one.text}</span>
        ${open ? nothing : html`<span class="share">${share}%</span>`}
        <meter min="0" max="100" .value=${open ? 0 : share} aria-hidden="true"></meter>
      </button>`;
    })}
    <p class="hint">${lt('votes', { n: total })}</p>
  </section>`;
}
