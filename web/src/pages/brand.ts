/**
 * A brand's page: what is on now, what comes next, what can be seen again, and somebody to talk to.
 * /r/{rep} is the same page with one rep at its head.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { backoffMs } from '../client/backoff.js';
import { ApiError } from '../client/http.js';
import { liveOf, type LiveCard } from '../client/live.js';
import type { PublicCard } from '../client/rep-card.js';
import { surely } from '../client/surely.js';
import { Plain } from '../ui/base.js';
import { dateTime, lt, short } from '../ui/i18n/live.js';
import '../ui/i18n/live-brand.js';
import { icon, mark } from '../ui/icons.js';
import '../ui/look.js';
import type { ServiceSheet } from '../ui/service-sheet.js';

const AGAIN_MS = 15_000;

@customElement('parlor-brand')
export class BrandPage extends Plain {
  @state() private rooms: LiveCard[] | null = null;
  /** The server did not answer when it was last asked. */
  @state() private away = false;
  /** How often in a row it did not. */
  private tries = 0;
  private timer = 0;
  @state() private called = '';
  @state() private sheet: ServiceSheet | null = null;
  /** What the service button on this page is told of where a tap came from. */
  readonly room = '';
  readonly audience = { clock: { roomMs: null } };
  /** Whose page of his own this is; '' = the brand's. */
  readonly inviter = decodeURIComponent(/^\/r\/([^/]+)/.exec(location.pathname)?.[1] ?? '');
  @state() private about: PublicCard | null = null;
  @state() private unknown = false;
  /** On a rep's page known when his card is. */
  @state() brand = this.inviter
    ? ''
    : decodeURIComponent(/^\/b\/([^/]+)/.exec(location.pathname)?.[1] ?? location.hash.slice(1));

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(() => clearTimeout(this.timer));
    if (this.inviter) void this.meet();
    else this.begin();
  }

  private begin(): void {
    void this.load();
    void import('../ui/brand-replays.js');
    const service = surely(() => import('../ui/service-later.js'));
    const mounted = service.then((one) => this.isConnected && one?.mountServiceLater(this));
    this.whileConnected(() => void mounted.then((stop) => stop && stop()));
  }

  /** Whose page it is, and how he is now: asked again, since he comes and goes. */
  private async meet(): Promise<void> {
    const ask = async (): Promise<void> => {
      const { publicCard } = await import('../client/rep-card.js');
      this.about = await publicCard(this.inviter);
    };
    try {
      await import('../ui/brand-rep.js');
      await ask();
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) this.unknown = true;
      else {
        this.away = true;
        this.later(() => void this.meet(), backoffMs(++this.tries, Math.random()));
      }
      return;
    }
    if (this.brand) return; // asked twice at once, by the timer and by a key
    this.away = false;
    this.tries = 0;
    this.brand = this.about?.brand ?? '';
    this.begin();
    const timer = window.setInterval(() => void ask().catch(() => undefined), AGAIN_MS);
    this.whileConnected(() => clearInterval(timer));
  }

  private later(what: () => void, ms: number): void {
    clearTimeout(this.timer);
    if (this.isConnected) this.timer = window.setTimeout(what, ms);
  }

  /** The brand's own name comes with the service's line. */
  readonly brandNamed = (name: string): void => {
    this.called = name;
    document.title = name;
  };

  /** Who has somebody here already, sees who it is and what is new. */
  readonly sheetReady = (sheet: ServiceSheet): void => {
    void import('../ui/brand-adviser.js').then(() => (this.sheet = sheet));
  };

  private async load(): Promise<void> {
    clearTimeout(this.timer);
    try {
      this.rooms = await liveOf(this.brand);
      this.tries = 0;
    } catch (error) {
      const unknown = error instanceof ApiError && error.status === 404;
      this.tries = unknown ? 0 : this.tries + 1;
      if (unknown) this.rooms = [];
    }
    this.away = this.tries > 0;
    const wait = this.away ? backoffMs(this.tries, Math.random()) : AGAIN_MS;
    this.later(() => void this.load(), wait);
  }

  private card(one: LiveCard): TemplateResult {
    const on = one.state !== 'scheduled';
    return html`<li class="brand-card" data-state=${one.state} data-testid="brand-card">
      ${one.image ? html`<img src=${one.image} alt="" loading="lazy" />` : html`<span class="no-poster">${mark()}</span>`}
      <div class="brand-words">
        <p class="brand-line">
          <span class="live-badge" data-state=${one.state}
            >${lt(one.state === 'live' ? 'live_now' : one.state === 'paused' ? 'paused' : 'soon')}</span
          >
          ${on ? html`<span class="live-count">${icon('people')}${short(one.viewers)}</span>` : nothing}
          ${!on && one.scheduled_at ? html`<time>${dateTime(one.scheduled_at)}</time>` : nothing}
        </p>
        <h2>${one.title || lt('live_title')}</h2>
        ${one.host ? html`<p class="soft">${one.host}</p>` : nothing}
        ${one.summary ? html`<p>${one.summary}</p>` : nothing}
        <p class="brand-do">
          <a class="button ${on ? 'primary' : ''}" href="/l/${one.room}" data-testid="watch"
            >${lt('watch')}</a
          >
          ${!on && one.scheduled_at ? html`<a class="button quiet" href="/v1/rooms/${one.room}/calendar.ics">${lt('remind')}</a>` : nothing}
        </p>
      </div>
    </li>`;
  }

  private group(title: string, rooms: LiveCard[], none: string): TemplateResult {
    return html`<section>
      <h1>${title}</h1>
      ${
        rooms.length
          ? html`<ul class="brand-list">
              ${rooms.map((one) => this.card(one))}
            </ul>`
          : html`<p class="soft">${none}</p>`
      }
    </section>`;
  }

  /** Of the rep whose page it is; nothing on the brand's own. */
  private head(): TemplateResult | typeof nothing {
    if (!this.inviter || (!this.about && !this.unknown)) return nothing;
    return html`<parlor-brand-rep
      .about=${this.about}
      .sheet=${this.sheet}
      brand-name=${this.called}
    ></parlor-brand-rep>`;
  }

  private readonly again = (): void => void (this.brand ? this.load() : this.meet());

  /** What is shown below may be old, and nothing below is not "nothing is on". */
  private notice(): TemplateResult {
    return html`<div class="brand-away" role="status" data-testid="brand-away">
      <p><b>${lt('brand_away')}</b> ${lt('brand_away_text')}</p>
      <button class="button quiet" data-testid="brand-again" @click=${this.again}>
        ${lt('again')}
      </button>
    </div>`;
  }

  protected override render(): TemplateResult {
    const all = this.rooms ?? [];
    const on = all.filter((one) => one.state !== 'scheduled');
    const next = all.filter((one) => one.state === 'scheduled');
    return html`<header class="top">
        <span class="brand">${mark()}${this.called}</span><parlor-look></parlor-look>
      </header>
      <main class="brand-page" aria-busy=${this.rooms === null && !this.unknown && !this.away}>
        ${this.head()}${this.sheet && !this.inviter ? html`<parlor-brand-adviser .sheet=${this.sheet}></parlor-brand-adviser>` : nothing}
        ${this.away ? this.notice() : nothing}
        ${this.rooms === null ? nothing : html`${this.group(lt('on_now'), on, lt('nothing_now'))}${this.group(lt('next'), next, lt('nothing_next'))}`}
        ${this.brand ? html`<parlor-brand-replays brand=${this.brand}></parlor-brand-replays>` : nothing}
      </main>
      <span id="live-service"></span>`;
  }
}
