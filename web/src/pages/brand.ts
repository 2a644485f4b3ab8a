/** A brand's page: what is on now, what comes next, what can be seen again, and somebody to talk to. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { liveOf, type LiveCard } from '../client/live.js';
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
  @state() private called = '';
  @state() private sheet: ServiceSheet | null = null;
  /** What the service button on this page is told of where a tap came from. */
  readonly room = '';
  readonly audience = { clock: { roomMs: null } };
  readonly brand = decodeURIComponent(
    /^\/b\/([^/]+)/.exec(location.pathname)?.[1] ?? location.hash.slice(1),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    void import('../ui/brand-replays.js');
    const service = import('../ui/service-later.js').then((one) => one.mountServiceLater(this));
    this.whileConnected(() => void service.then((stop) => stop()));
    const timer = window.setInterval(() => void this.load(), AGAIN_MS);
    this.whileConnected(() => clearInterval(timer));
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
    this.rooms = await liveOf(this.brand).catch(() => this.rooms ?? []);
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

  protected override render(): TemplateResult {
    const all = this.rooms ?? [];
    const on = all.filter((one) => one.state !== 'scheduled');
    const next = all.filter((one) => one.state === 'scheduled');
    return html`<header class="top">
        <span class="brand">${mark()}${this.called}</span><parlor-look></parlor-look>
      </header>
      <main class="brand-page" aria-busy=${this.rooms === null}>
        ${this.sheet ? html`<parlor-brand-adviser .sheet=${this.sheet}></parlor-brand-adviser>` : nothing}
        ${this.rooms === null ? nothing : html`${this.group(lt('on_now'), on, lt('nothing_now'))}${this.group(lt('next'), next, lt('nothing_next'))}`}
        <parlor-brand-replays brand=${this.brand}></parlor-brand-replays>
      </main>
      <span id="live-service"></span>`;
  }
}
