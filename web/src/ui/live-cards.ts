/** What stands over the picture: whose it is, and where it would be a break, a lost line, what is wrong. */
import { html, nothing, type TemplateResult } from 'lit';
import { embedded } from '../client/place.js';
import type { Live } from '../protocol/live.js';
import type { LiveState } from '../room/live.js';
import { lt, short, type LiveKey } from './i18n/live.js';
import { icon } from './icons.js';
import { whyNot } from './why-not.js';

/** What the badge says of a stream. */
const BADGE: Record<Live['state'], LiveKey> = {
  live: 'live_now',
  paused: 'paused',
  scheduled: 'soon',
  ended: 'over',
};

/** Whose stream it is, how it is, and how many watch. */
export function headView(
  { live, viewers }: Pick<LiveState, 'live' | 'viewers'>,
  share: () => void,
  full: () => void,
): TemplateResult {
  return html`<header class="live-head">
    <div class="live-who">
      ${live?.host ? html`<span class="live-host">${live.host}</span>` : nothing}
      <h1>${live?.title || lt('live_title')}</h1>
    </div>
    <span class="live-badge" data-state=${live?.state ?? 'none'} data-testid="live-state"
      >${live ? lt(BADGE[live.state]) : ''}</span
    >
    <span class="live-count" data-testid="viewers" data-count=${viewers}>
      ${icon('people')}<span aria-label=${lt('viewers', { n: viewers })}>${short(viewers)}</span>
    </span>
    <button class="round" aria-label=${lt('share')} title=${lt('share')} @click=${share}>
      ${icon('copy')}
    </button>
    <button class="round wide-only" aria-label=${lt('full')} title=${lt('full')} @click=${full}>
      ${icon('full')}
    </button>
  </header>`;
}

export function wordsCard(
  name: string,
  title: LiveKey,
  text: LiveKey | TemplateResult,
  below: TemplateResult | typeof nothing = nothing,
): TemplateResult {
  return html`<section class="live-card" data-testid="card-${name}" role="status">
    <h1>${lt(title)}</h1>
    <p>${typeof text === 'string' ? lt(text) : text}</p>
    ${below}
  </section>`;
}

export function failedCard(code: string): TemplateResult {
  const below = embedded
    ? nothing
    : html`<button class="button" @click=${() => location.reload()}>${lt('again')}</button>`;
  return wordsCard('failed', 'failed_title', whyNot(code), below);
}
