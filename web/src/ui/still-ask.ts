/**
 * Whoever shares his screen is asked whether a note that was taken while nothing is recorded may keep a picture of it. The picture is taken at once,
 * so that it shows what was meant, and leaves this page only with a yes.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { giveStill } from '../client/marker-stills.js';
import { grab } from '../media/grab.js';
import type { Marker } from '../protocol/messages.js';
import { InMeeting } from './base.js';
import { lang } from './i18n/index.js';
import { icon } from './room-icons.js';

const WORDS = {
  ask: [
    'Noted: “{text}”. Nothing is being recorded. Add a picture of your shared screen?',
    '已记下“{text}”。当前没有录制，是否附上您共享屏幕的画面？',
  ],
  title: ['A picture of your screen', '您屏幕的画面'],
  yes: ['Add picture', '附上画面'],
  always: ['Yes, for every note while I share', '本次共享都附上'],
  no: ['No picture', '不附'],
  lost: ['The picture could not be added.', '画面未能附上。'],
  close: ['Close', '关闭'],
} as const;

function w(key: keyof typeof WORDS): string {
  return WORDS[key][lang() === 'en' ? 0 : 1];
}

interface Waiting {
  marker: string;
  text: string;
  picture: Blob;
}

/** More questions than that at a time are not asked. */
const WAITING_MAX = 3;

@customElement('parlor-still-ask')
export class StillAsk extends InMeeting {
  @state() private waiting: Waiting[] = [];
  /** One that he wanted to give did not arrive. */
  @state() private lost = false;
  private known = new Set<string>();
  private screen: MediaStreamTrack | null = null;
  private always = false;

  protected override willUpdate(): void {
    const { screen } = this.app.local.state;
    const { markers } = this.room;
    /* What he said of one screen, he did not say of another. */
    if (screen !== this.screen) {
      this.screen = screen;
      this.known = new Set(markers.map((one) => one.id));
      [this.waiting, this.always] = [[], false];
    }
    if (!screen) return;
    for (const marker of markers) {
      if (this.known.has(marker.id)) continue;
      this.known.add(marker.id);
      if (!marker.recorded && !marker.still) void this.take(marker, screen);
    }
  }

  private async take({ id, text }: Marker, screen: MediaStreamTrack): Promise<void> {
    const picture = await grab(screen);
    if (!picture || this.app.local.state.screen !== screen) return;
    if (this.always) this.give({ marker: id, text, picture });
    else if (this.waiting.length < WAITING_MAX)
      this.waiting = [...this.waiting, { marker: id, text, picture }];
  }

  private give({ marker, picture }: Waiting): void {
    const { session } = this.app;
    const room = this.room.room?.id ?? '';
    // What was too late, or too much, is a note without a picture, as it was before.
    void giveStill(room, marker, session.bearer, picture).catch(() => (this.lost = true));
  }

  private answer(yes: boolean, always = false): void {
    const [first, ...rest] = this.waiting;
    this.always = always;
    this.waiting = always ? [] : rest;
    for (const one of always ? [first, ...rest] : [first]) if (one && yes) this.give(one);
  }

  private trouble(): TemplateResult {
    return html`<div class="ask consent" role="alert" data-testid="still-lost">
      <p>${w('lost')}</p>
      <button class="button quiet" @click=${() => (this.lost = false)}>${w('close')}</button>
    </div>`;
  }

  protected override render(): TemplateResult | typeof nothing {
    const [first] = this.waiting;
    if (!first) return this.lost ? this.trouble() : nothing;
    return html`<div
      class="ask consent"
      role="alertdialog"
      aria-label=${w('title')}
      data-testid="still-ask"
    >
      ${icon('flag')}
      <p>${w('ask').replace('{text}', () => first.text)}</p>
      <button class="button" data-testid="still-yes" @click=${() => this.answer(true)}>
        ${w('yes')}
      </button>
      <button
        class="button quiet"
        data-testid="still-always"
        @click=${() => this.answer(true, true)}
      >
        ${w('always')}
      </button>
      <button class="button" data-testid="still-no" @click=${() => this.answer(false)}>
        ${w('no')}
      </button>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'parlor-still-ask': StillAsk;
  }
}
