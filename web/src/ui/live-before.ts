/** What stands where the picture would be before a stream and after it. */
import { html, nothing, type TemplateResult } from 'lit';
import { embedded, fromServer } from '../client/place.js';
import type { Live } from '../protocol/live.js';
import { countdown } from './countdown.js';
import { lang } from './i18n/lang.js';
import { dateTime, lt } from './i18n/live.js';
import { wordsCard } from './live-cards.js';

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

/** What else there is: inside a brand's own site the site tells. */
export function endedCard(brand: string): TemplateResult {
  const below =
    brand && !embedded
      ? html`<a class="button" href="/b/${brand}">${lt('more_live')}</a>`
      : nothing;
  return wordsCard('ended', 'ended_title', 'ended_text', below);
}
