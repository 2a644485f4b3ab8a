/** The bar of controls under the stage. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { REACTIONS } from '../protocol/messages.js';
import { may, mayPublish } from '../room/state.js';
import { InMeeting, type Panel } from './base.js';
import { t } from './i18n/index.js';
import { icon, type RoomIconName as IconName } from './room-icons.js';
import { mayRecord } from './recording.js';

interface Control {
  testid: string;
  icon: IconName;
  label: string;
  /** Shown as switched on. */
  on?: boolean;
  /** Shown as switched off, in the warning colour. */
  off?: boolean;
  /** Only where there is room; on a phone it is in the menu. */
  wide?: boolean;
  badge?: number;
  badgeLabel?: string;

  keys?: string;
  click: () => void;
}

@customElement('parlor-controls')
export class Controls extends InMeeting {
  @state() private reacting = false;

  private control(c: Control): TemplateResult {
    const toggles = c.on !== undefined || c.off !== undefined;
    return html`<button
      class="control ${c.off ? 'off' : ''} ${c.on ? 'on' : ''} ${c.wide ? 'wide' : ''}"
      data-testid=${c.testid}
      aria-pressed=${toggles ? Boolean(c.on ?? !c.off) : nothing}
      aria-keyshortcuts=${c.keys ?? nothing}
      title=${c.keys ? `${c.label} (${c.keys})` : c.label}
      @click=${c.click}
    >
      ${icon(c.icon)}
      <span class="control-label">${c.label}</span>
      ${
        c.badge
          ? html`<span
              class="count"
              data-testid="${c.testid}-count"
              aria-label=${c.badgeLabel ?? nothing}
              >${c.badge > 99 ? '99+' : c.badge}</span
            >`
          : nothing
      }
    </button>`;
  }

  protected override render(): TemplateResult {
    return html`<nav class="controls" aria-label=${t('controls')}>
      <div class="controls-group">${this.devices()}</div>
      <div class="controls-group">${this.social()}</div>
      <div class="controls-group">${this.doors()}</div>
    </nav>`;
  }

  private devices(): TemplateResult {
    const { local } = this.app;
    const { microphone, camera, screen } = local.state;
    const talking = microphone.on && microphone.track !== null;
    const filmed = camera.on && camera.track !== null;
    const { screenOf, me } = this.room;
    const share = screen
      ? 'screen_stop'
      : screenOf && screenOf !== me
        ? 'screen_take'
        : 'screen_share';
    return html`
      ${
        mayPublish(this.room, 'microphone')
          ? this.control({
              testid: 'mic-toggle',
              icon: talking ? 'mic' : 'micOff',
              label: t(talking ? 'mic_on' : 'mic_off'),
              off: !talking,
              keys: 'M',
              click: () => void local.setMicrophone(!talking),
            })
          : nothing
      }
      ${
        mayPublish(this.room, 'camera')
          ? this.control({
              testid: 'cam-toggle',
              icon: filmed ? 'cam' : 'camOff',
              label: t(filmed ? 'cam_on' : 'cam_off'),
              off: !filmed,
              keys: 'V',
              click: () => void local.setCamera(!filmed),
            })
          : nothing
      }
      ${
        mayPublish(this.room, 'screen') &&
        navigator.mediaDevices &&
        'getDisplayMedia' in navigator.mediaDevices
          ? this.control({
              testid: 'screen-toggle',
              icon: screen ? 'screenOff' : 'screen',
              label: t(share),
              on: Boolean(screen),
              keys: 'S',
              wide: true,
              click: () => (screen ? local.stopScreen() : void local.startScreen()),
            })
          : nothing
      }
    `;
  }

  private social(): TemplateResult {
    const { hands, me, unread, lobby } = this.room;
    const raised = me !== null && hands.includes(me);
    return html`
      ${this.control({
        testid: 'hand-toggle',
        icon: 'hand',
        label: t(raised ? 'hand_lower' : 'hand_raise'),
        on: raised,
        keys: 'H',
        wide: true,
        click: () => this.app.session.raiseHand(!raised),
      })}
      ${may(this.room, 'chat') ? this.reactions() : nothing}
      ${this.panelButton('chat', 'chat-toggle', 'chat', 'C', unread)}
      ${this.panelButton('people', 'people-toggle', 'people', 'P', lobby.length, true)}
    `;
  }

  private panelButton(
    panel: Exclude<Panel, null>,
    testid: string,
    name: 'chat' | 'people',
    keys: string,
    badge: number,
    wide = false,
  ): TemplateResult {
    const open = this.app.panel === panel;
    return this.control({
      testid,
      icon: name,
      label: t(name),
      on: open,
      keys,
      badge,
      badgeLabel: panel === 'chat' ? t('unread', { count: badge }) : t('roster_lobby'),
      wide,
      click: () => this.app.openPanel(open ? null : panel),
    });
  }

  private reactions(): TemplateResult {
    return html`<div class="reactions" @keydown=${this.onKey}>
      ${
        this.reacting
          ? html`<div class="reaction-row" role="group" aria-label=${t('react')}>
              ${REACTIONS.map(
                (one) =>
                  html`<button
                    data-testid="reaction"
                    aria-label=${one}
                    @click=${() => this.react(one)}
                  >
                    ${one}
                  </button>`,
              )}
            </div>`
          : nothing
      }
      <button
        class="control wide ${this.reacting ? 'on' : ''}"
        data-testid="react-toggle"
        aria-expanded=${this.reacting}
        title=${t('react')}
        @click=${() => void this.offer(!this.reacting)}
      >
        ${icon('smile')}<span class="control-label">${t('react')}</span>
      </button>
    </div>`;
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !this.reacting) return;
    event.stopPropagation();
    this.reacting = false;
    this.querySelector<HTMLElement>('[data-testid=react-toggle]')?.focus();
  };

  /** The row stands before its button: the keyboard goes on in it. */
  private async offer(open: boolean): Promise<void> {
    this.reacting = open;
    await this.updateComplete;
    this.querySelector<HTMLElement>('.reaction-row button')?.focus();
  }

  private react(emoji: string): void {
    this.app.session.react(emoji);
    this.reacting = false;
  }

  private doors(): TemplateResult {
    const recording = this.room.room?.recording.state ?? 'off';
    return html`
      ${
        mayRecord(this.room)
          ? this.control({
              testid: 'record-toggle',
              icon: 'record',
              label: t(recording === 'off' ? 'record_start' : 'record_stop'),
              on: recording !== 'off',
              wide: true,
              click: () => this.app.session.record(recording === 'off' ? 'start' : 'stop'),
            })
          : nothing
      }
      ${this.control({
        testid: 'invite',
        icon: 'invite',
        label: t('invite'),
        wide: true,
        click: () => this.app.openDialog('invite'),
      })}
      ${this.control({
        testid: 'more',
        icon: 'more',
        label: t('more'),
        click: () => this.app.openDialog('more'),
      })}
      <button class="control leave" data-testid="leave" title=${t('leave')} @click=${this.leave}>
        ${icon('leave')}<span class="control-label">${t('leave')}</span>
      </button>
    `;
  }

  /** A host is asked whether the others may stay; anybody else is out at once. */
  private readonly leave = (): void => {
    const alone = Object.keys(this.room.participants).length <= 1;
    if (may(this.room, 'moderate') && !alone) this.app.openDialog('leave');
    else this.app.session.leave();
  };
}
