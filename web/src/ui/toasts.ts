/** Passing messages, spoken politely by screen readers, and questions that wait for an answer. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Notice } from '../room/state.js';
import { InMeeting } from './base.js';
import { isKey, t } from './i18n/index.js';
import { icon } from './icons.js';
import { problemWords } from './problem-words.js';
import { whyNot } from './why-not.js';

const NOTICE_MS = 5000;
const REACTION_MS = 3500;

function words(one: Notice): string | TemplateResult {
  const key = `n_${one.code}`;
  if (isKey(key)) return t(key, { name: one.name ?? '' });
  return whyNot(one.code.replace(/^error_/, ''));
}

@customElement('parlor-toasts')
export class Toasts extends InMeeting {
  private readonly timed = new Set<number>();

  protected override updated(): void {
    for (const one of this.room.notices) this.later(one.key, NOTICE_MS, 'local/notice-gone');
    for (const one of this.room.reactions) this.later(one.key, REACTION_MS, 'local/reaction-gone');
  }

  private later(key: number, ms: number, t_: 'local/notice-gone' | 'local/reaction-gone'): void {
    if (this.timed.has(key)) return;
    this.timed.add(key);
    window.setTimeout(() => {
      this.timed.delete(key);
      this.app.session.dispatch({ t: t_, key });
    }, ms);
  }

  protected override render(): TemplateResult {
    return html`
      <div class="toasts" role="status" aria-live="polite" data-testid="toasts">
        ${repeat(
          this.room.notices,
          (one) => one.key,
          (one) => html`<p class="toast">${words(one)}</p>`,
        )}
      </div>
      <div class="asks">${this.problem()} ${this.hint()} ${this.asked()} ${this.knock()}</div>
      ${this.tap()}
    `;
  }

  private knock(): TemplateResult | typeof nothing {
    if (!this.room.lobby.length) return nothing;
    void import('./knock.js');
    return html`<parlor-knock .app=${this.app}></parlor-knock>`;
  }

  /** What is wrong with the devices, in the room; the way on is to go on listening. */
  private problem(): TemplateResult | typeof nothing {
    const { local } = this.app;
    const { problemNew, asking } = local.state;
    const words = problemWords(local.state);
    if (!problemNew || asking || words.length === 0) return nothing;
    return html`<div class="ask" role="alert" data-testid="device-problem">
      ${icon('micOff')}
      <p>${words.map((one) => html`<b>${one.head}</b> ${one.how}<br />`)}</p>
      <button class="button primary" data-testid="retry-devices" @click=${() => local.retry()}>
        ${t('try_again')}
      </button>
      <button class="button quiet" data-testid="listen-only" @click=${() => local.problemSeen()}>
        ${t('listen_only')}
      </button>
    </div>`;
  }

  private hint(): TemplateResult | typeof nothing {
    if (!this.app.local.state.talkingMuted) return nothing;
    const touch = matchMedia('(pointer: coarse)').matches;
    return html`<div class="ask" role="status" data-testid="talking-muted">
      ${icon('micOff')}
      <p>${t(touch ? 'talking_muted_touch' : 'talking_muted')}</p>
      <button class="button primary" @click=${() => this.app.local.setMicrophone(true)}>
        ${t('unmute_now')}
      </button>
      <button
        class="tile-button"
        aria-label=${t('close')}
        @click=${() => this.app.local.hintSeen()}
      >
        ${icon('close')}
      </button>
    </div>`;
  }

  private asked(): TemplateResult | typeof nothing {
    const { askedBy, participants } = this.room;
    if (askedBy === null) return nothing;
    const name = participants[askedBy]?.name ?? t('host_badge');
    const done = (): void => this.app.session.dispatch({ t: 'local/asked-done' });
    const unmute = (): void => {
      done();
      void this.app.local.setMicrophone(true);
    };
    return html`<div class="ask" role="alert" data-testid="asked-unmute">
      ${icon('mic')}
      <p>${t('asked_unmute', { name })}</p>
      <button class="button primary" data-testid="unmute-now" @click=${unmute}>
        ${t('unmute_now')}
      </button>
      <button class="button quiet" @click=${done}>${t('not_now')}</button>
    </div>`;
  }

  private tap(): TemplateResult | typeof nothing {
    if (!this.app.engine.store.get().soundBlocked) return nothing;
    return html`<button
      class="tap"
      data-testid="tap-to-hear"
      @click=${() => this.app.engine.hear()}
    >
      ${icon('sound')}
      <span><b>${t('tap_to_hear')}</b><small>${t('tap_to_hear_text')}</small></span>
    </button>`;
  }
}
