/** The tiles of the room: who is shown, where, and telling the server about it. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { isPhone, VIEW_DEBOUNCE_MS } from '../media/config.js';
import type { View, ViewTile } from '../protocol/messages.js';
import { layOut, stripRoom, type LayoutResult, type Rect } from '../room/layout.js';
import { arrange, sameOrder } from '../room/order.js';
import { InMeeting } from './base.js';
import { t } from './i18n/index.js';
import { icon } from './room-icons.js';
import './tile.js';

const MOST_DESK = 24;
const MOST_PHONE = 8;

interface Shown {
  participant: string;
  source: 'camera' | 'screen';
}

interface Seat extends Shown {
  key: string;
  rect: Rect;
  kind: 'main' | 'tile' | 'floating';
}

@customElement('parlor-stage')
export class Stage extends InMeeting {
  @state() private width = 0;
  @state() private height = 0;
  private order: string[] = [];
  private seats: Seat[] = [];
  private hidden_ = 0;
  private viewTimer = 0;
  private lastView = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.dataset['testid'] = 'stage';
    const size = new ResizeObserver(([entry]) => {
      this.width = entry?.contentRect.width ?? 0;
      this.height = entry?.contentRect.height ?? 0;
    });
    size.observe(this);
    this.whileConnected(() => size.disconnect());
    const seen = (): void => this.tellView();
    document.addEventListener('visibilitychange', seen);
    this.whileConnected(() => document.removeEventListener('visibilitychange', seen));
    this.whileConnected(
      this.app.session.store.watch((now, before) => {
        if (now.media !== before.media && now.media === 'connected') this.forgetView();
      }),
    );
  }

  /** A new transport knows nothing of what we show. */
  private forgetView(): void {
    this.lastView = '';
    this.tellView();
  }

  /** Who stands out: a screen, else who is pinned, else (in speaker layout) who speaks. */
  private mainSeat(): Shown | null {
    const { screenOf, pinned, layout, speaker, me, participants } = this.room;
    if (pinned && participants[pinned]) return { participant: pinned, source: 'camera' };
    if (screenOf && participants[screenOf]) return { participant: screenOf, source: 'screen' };
    if (layout !== 'speaker') return null;
    const others = this.order.filter((id) => id !== me);
    const lastHeard = speaker && speaker !== me ? speaker : others[0];
    return lastHeard ? { participant: lastHeard, source: 'camera' } : null;
  }

  /** Whose screen stands among the small ones, since somebody is pinned. */
  private screenBeside(main: Shown | null): string | null {
    const { screenOf, me, participants } = this.room;
    const other = screenOf !== me && participants[screenOf ?? ''] ? screenOf : null;
    return main?.source === 'camera' ? other : null;
  }

  private plan(): void {
    const { me } = this.room;
    const phone = isPhone();
    const main = this.mainSeat();
    const room = main ? stripRoom(this.width, this.height) : phone ? MOST_PHONE : MOST_DESK;
    const order = arrange(this.order, this.room, Math.max(room - 1, 1));
    if (!sameOrder(order, this.order)) this.order = order;
    const face = (id: string): boolean => !(main?.source === 'camera' && main.participant === id);
    const others = this.order.filter(face);
    const float = phone && !main && others.length === 1;
    const withMe = me && !float ? 1 : 0;
    const beside = this.screenBeside(main);
    const fit = Math.max(room - withMe - (beside ? 1 : 0), main ? 0 : 1);
    this.hidden_ = Math.max(others.length - fit, 0);
    const faces = [...others.slice(0, fit), ...(withMe && me ? [me] : [])];
    const tiles: Shown[] = faces.map((participant) => ({ participant, source: 'camera' }));
    if (beside) tiles.unshift({ participant: beside, source: 'screen' });
    const at = layOut({
      width: this.width,
      height: this.height,
      count: tiles.length,
      main: main !== null,
      float,
      phone,
      sign: this.hidden_ > 0,
    });
    this.seats = this.seatsOf(tiles, main, at, float ? me : null);
  }

  private seatsOf(
    tiles: Shown[],
    main: Shown | null,
    at: LayoutResult,
    floating: string | null,
  ): Seat[] {
    const seats = tiles.flatMap((one, i): Seat[] => {
      const rect = at.tiles[i];
      const key = `${one.participant}/${one.source}`;
      return rect ? [{ key, ...one, rect, kind: 'tile' }] : [];
    });
    if (main && at.main) {
      const key = `${main.participant}/${main.source}`;
      seats.unshift({ key, ...main, rect: at.main, kind: 'main' });
    }
    if (floating && at.floating) {
      const key = `${floating}/camera`;
      seats.push({
        key,
        participant: floating,
        source: 'camera',
        rect: at.floating,
        kind: 'floating',
      });
    }
    return seats;
  }

  protected override updated(): void {
    for (const seat of this.width ? this.seats : []) {
      const tile = this.querySelector<HTMLElement>(`[data-seat="${CSS.escape(seat.key)}"]`);
      if (!tile) continue;
      if (tile.style.width) tile.dataset['placed'] = '';
      tile.style.setProperty('transform', `translate(${seat.rect.x}px, ${seat.rect.y}px)`);
      tile.style.setProperty('width', `${seat.rect.width}px`);
      tile.style.setProperty('height', `${seat.rect.height}px`);
    }
    clearTimeout(this.viewTimer);
    this.viewTimer = window.setTimeout(() => this.tellView(), VIEW_DEBOUNCE_MS);
  }

  private tellView(): void {
    if (this.room.phase !== 'room' || !this.isConnected || this.width === 0) return;
    const view = this.view();
    const text = JSON.stringify(view);
    if (text === this.lastView) return;
    this.lastView = text;
    this.app.session.view(view);
  }

  private view(): View {
    const { me, pinned, screenOf, layout } = this.room;
    const ratio = window.devicePixelRatio || 1;
    const tiles = this.seats
      .filter((seat) => seat.source === 'camera' && seat.participant !== me)
      .map(({ participant, rect }): ViewTile => ({
        participant,
        width: Math.round(rect.width * ratio),
        height: Math.round(rect.height * ratio),
      }));
    return {
      tiles,
      pinned,
      screen: screenOf,
      visible: document.visibilityState === 'visible',
      layout,
    };
  }

  protected override render(): TemplateResult {
    this.plan();
    const alone = Object.keys(this.room.participants).length <= 1 && !this.room.screenOf;
    return html`
      ${repeat(
        this.seats,
        (seat) => seat.key,
        (seat) =>
          seat.source === 'screen' && seat.participant === this.room.me
            ? this.ownScreen(seat)
            : html`<parlor-tile
                class="tile ${seat.kind}"
                data-seat=${seat.key}
                .app=${this.app}
                .participant=${seat.participant}
                .source=${seat.source}
              ></parlor-tile>`,
      )}
      ${
        this.hidden_ > 0
          ? html`<button class="more-people" @click=${() => this.app.openPanel('people')}>
              ${t('more_people', { count: this.hidden_ })}
            </button>`
          : nothing
      }
      ${alone ? this.alone() : nothing}
    `;
  }

  private ownScreen(seat: Seat): TemplateResult {
    return html`<div class="tile main own-screen" data-seat=${seat.key} data-testid="own-screen">
      ${icon('screen')}
      <h2>${t('your_screen')}</h2>
      <p>${t('your_screen_text')}</p>
      <button class="button" @click=${() => this.app.local.stopScreen()}>
        ${t('screen_stop')}
      </button>
    </div>`;
  }

  private alone(): TemplateResult {
    return html`<div class="alone">
      <h2>${t('alone_title')}</h2>
      <p>${t('alone_text')}</p>
      <parlor-link .app=${this.app}></parlor-link>
    </div>`;
  }
}
