/** What stands where the picture would be: countdown, break, a lost line, the end. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Live } from '../protocol/live.js';
import { dateTime, lt, type LiveKey } from './i18n/live.js';

function parts(ms: number): string {
  const seconds = Math.max(Math.ceil(ms / 1000), 0);
  const [days, hours] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24];
  const two = (n: number): string => String(n).padStart(2, '0');
  const clock = `${two(hours)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return days > 0 ? `${days} × 24 h + ${clock}` : clock;
}

/** Before the stream; drawn anew every second by whoever shows it. */
export function countdownCard(live: Live, now: number): TemplateResult {
  const left = live.scheduled_at - now;
  return html`<section class="live-card" data-testid="countdown">
    ${live.image ? html`<img class="poster" src=${live.image} alt="" />` : nothing}
    <p class="over">${live.host || lt('soon')}</p>
    <h1>${live.title || lt('live_title')}</h1>
    ${live.summary ? html`<p class="summary">${live.summary}</p>` : nothing}
    ${
      live.scheduled_at && left > 0
        ? html`<p class="over">${lt('starts_in')}</p>
            <p class="countdown" data-testid="countdown-clock">${parts(left)}</p>
            <p class="when">${dateTime(live.scheduled_at)}</p>
            <a class="button" href="/v1/rooms/${live.room}/calendar.ics" data-testid="calendar"
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
  title: LiveKey,
  text: LiveKey,
  more: { code?: string; testid: string; below?: TemplateResult },
): TemplateResult {
  return html`<section class="live-card" data-testid=${more.testid} role="status">
    <h1>${lt(title)}</h1>
    <p>${lt(text, { code: more.code ?? '' })}</p>
    ${more.below ?? nothing}
  </section>`;
}
