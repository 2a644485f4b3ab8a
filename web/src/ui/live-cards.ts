/** What stands over the picture: whose it is, and where it would be countdown, break, a lost line, the end. */
import { html, nothing, type TemplateResult } from 'lit';
import { embedded, fromServer } from '../client/place.js';
import type { Live } from '../protocol/live.js';
import type { LiveState } from '../room/live.js';
import { countdown } from './countdown.js';
import { lang } from './i18n/lang.js';
import { dateTime, lt, short, type LiveKey } from './i18n/live.js';
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

/** "03:04:05", with the days before it: "2 天 03:04:05". */
function left(ms: number): string {
  const { days, clock } = countdown(ms);
  const unit = { style: 'unit', unit: 'day', unitDisplay: 'long' } as const;
  return days ? `${new Intl.NumberFormat(lang(), unit).format(days)} ${clock}` : clock;
}

/** Before the stream; drawn anew every second by whoever shows it. */
export function countdownCard(live: Live, now: number): TemplateResult {
  const ms = live.scheduled_at - now;
  return html`<section class="live-card" data-testid="countdown">
    ${live.image ? html`<img class="poster" src=${fromServer(live.image)} alt="" />` : nothing}
    <p class="over">${live.host || lt('soon')}</p>
    <h1>${live.title || lt('live_title')}</h1>
    ${live.summary ? html`<p class="summary">${live.summary}</p>` : nothing}
    ${
      live.scheduled_at && ms > 0
        ? html`<p class="over">${lt('starts_in')}</p>
            <p class="countdown" data-testid="countdown-clock">${left(ms)}</p>
            <p class="when">${dateTime(live.scheduled_at)}</p>
            <a
              class="button"
              href=${fromServer(`/v1/rooms/${live.room}/calendar.ics`)}
              data-testid="calendar"
              >${lt('add_calendar')}</a
            >`
        : html`<p class="countdown small">
            ${lt(live.scheduled_at ? 'starts_soon' : 'starts_when')}
          </p>`
    }
    <p class="hint">${lt('stay_here')}</p>
  </section>`;
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

/** What else there is: inside a brand's own site the site tells. */
export function endedCard(brand: string): TemplateResult {
  const below =
    brand && !embedded
      ? html`<a class="button" href="/b/${brand}">${lt('more_live')}</a>`
      : nothing;
  return wordsCard('ended', 'ended_title', 'ended_text', below);
}

export function failedCard(code: string): TemplateResult {
  const below = embedded
    ? nothing
    : html`<button class="button" @click=${() => location.reload()}>${lt('again')}</button>`;
  return wordsCard('failed', 'failed_title', whyNot(code), below);
}
