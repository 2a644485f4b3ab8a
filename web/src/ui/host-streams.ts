/** At the host's door: the streams of his brand, so that he finds the way back to one. Fetched on need. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { saveAfterSignin } from '../client/after-signin.js';
import { ownStreams, type Stream } from '../client/console.js';
import { ApiError } from '../client/http.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import { dateTime, lt } from './i18n/live.js';

const WORDS = {
  head: ['Your streams', '我的直播'],
  signin: ['Sign in to find your streams', '登录后查看您的直播'],
  open: ['Open the console', '进入控制台'],
} as const;
const word = (key: keyof typeof WORDS): string => WORDS[key][lang() === 'en' ? 0 : 1];

@customElement('parlor-host-streams')
export class HostStreams extends Plain {
  @state() private streams: Stream[] = [];
  @state() private stranger = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  private async load(): Promise<void> {
    try {
      this.streams = await ownStreams();
    } catch (error) {
      this.stranger = error instanceof ApiError && error.status === 401;
    }
  }

  private one(stream: Stream): TemplateResult {
    const { state: now } = stream;
    return html`<li class="host-row" data-testid="own-stream" data-room=${stream.room}>
      <span class="shelf-words"
        ><strong>${stream.title || lt('live_title')}</strong>
        <span class="soft"
          >${now === 'live' ? lt('live_now') : now === 'paused' ? lt('paused') : stream.scheduled_at ? dateTime(stream.scheduled_at) : lt('soon')}</span
        ></span
      >
      <a class="button" href="/host#${stream.room}" data-testid="own-stream-open"
        >${word('open')}</a
      >
    </li>`;
  }

  protected override render(): TemplateResult | typeof nothing {
    if (this.stranger)
      return html`<p class="soft">
        <a class="link" href="/signin" @click=${() => saveAfterSignin('/host')}
          >${word('signin')}</a
        >
      </p>`;
    if (!this.streams.length) return nothing;
    return html`<section class="own-streams" aria-label=${word('head')}>
      <h2>${word('head')}</h2>
      <ul class="shelf">
        ${this.streams.map((one) => this.one(one))}
      </ul>
    </section>`;
  }
}
