/** Replays that a brand has published, on its page. Fetched behind what is on now. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { replaysOf, type ReplayCard } from '../client/replays.js';
import { clock } from '../room/replay.js';
import { Plain } from './base.js';
import { dateTime } from './i18n/live.js';
import { rt } from './i18n/replay.js';
import { mark } from './icons.js';

const AGAIN_MS = 30_000;

@customElement('parlor-brand-replays')
export class BrandReplays extends Plain {
  @property() brand = '';
  @state() private replays: ReplayCard[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
    const timer = window.setInterval(() => void this.load(), AGAIN_MS);
    this.whileConnected(() => clearInterval(timer));
  }

  private async load(): Promise<void> {
    this.replays = await replaysOf(this.brand).catch(() => this.replays);
  }

  private card(one: ReplayCard): TemplateResult {
    return html`<li class="brand-card" data-testid="brand-replay" data-id=${one.id}>
      ${one.image ? html`<img src=${one.image} alt="" loading="lazy" />` : html`<span class="no-poster">${mark()}</span>`}
      <div class="brand-words">
        <p class="brand-line">
          <span class="live-badge" data-state="ended">${clock(one.duration_ms / 1000)}</span>
          ${one.live_at ? html`<time>${dateTime(one.live_at)}</time>` : nothing}
        </p>
        <h2>${one.title}</h2>
        ${one.host ? html`<p class="soft">${one.host}</p>` : nothing}
        ${one.summary ? html`<p>${one.summary}</p>` : nothing}
        <p class="brand-do">
          <a class="button" href="/p/${one.id}" data-testid="watch-replay">${rt('watch')}</a>
        </p>
      </div>
    </li>`;
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.replays.length === 0) return nothing;
    return html`<section>
      <h1>${rt('replays')}</h1>
      <ul class="brand-list">
        ${this.replays.map((one) => this.card(one))}
      </ul>
    </section>`;
  }
}
