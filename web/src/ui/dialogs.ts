/** The dialogs of the room. Native <dialog>: focus stays inside, Escape closes. */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { loadChoices, saveChoices } from '../client/storage.js';
import { NAME_MAX_CHARS } from '../protocol/messages.js';
import { may } from '../room/state.js';
import { InMeeting, type Dialog } from './base.js';
import './device-pickers.js';
import { t, type Key } from './i18n/index.js';
import { icon, type RoomIconName as IconName } from './room-icons.js';
import './level.js';
import { joinUrl } from './link.js';
import { mayRecord } from './recording.js';
import { wantOut, wantOutWord } from './recording-forms.js';
import './look.js';
import { qrPath } from './qr-lazy.js';

const TITLES: Record<Exclude<Dialog, null>, Key> = {
  invite: 'invite_title',
  settings: 'settings',
  help: 'shortcuts',
  leave: 'leave',
  more: 'more',
  marker: 'marker',
};

export const SHORTCUTS: [keys: string, words: Key][] = [
  ['M', 'key_mic'],
  ['Space', 'key_talk'],
  ['V', 'key_cam'],
  ['S', 'key_screen'],
  ['H', 'key_hand'],
  ['C', 'key_chat'],
  ['P', 'key_people'],
  ['L', 'key_layout'],
  ['F', 'key_full'],
  ['N', 'key_marker'],
  ['?', 'key_help'],
  ['Esc', 'key_escape'],
];

@customElement('parlor-dialog')
export class Dialogs extends InMeeting {
  @property() which: Dialog = null;
  @state() private qr: { size: number; path: string } | null = null;

  protected override updated(changed: PropertyValues): void {
    const box = this.querySelector('dialog');
    if (!box) return;
    /* The box is the same: what was scrolled in the menu is not in the next one. */
    if (changed.has('which')) box.scrollTop = 0;
    if (this.which && !box.open) box.showModal();
    if (!this.which && box.open) box.close();
    if (this.which === 'invite' && !this.qr) void this.makeQr();
  }

  private async makeQr(): Promise<void> {
    this.qr = await qrPath(joinUrl(this.app.session));
  }

  private readonly close = (): void => this.app.openDialog(null);

  /** A click beside the box closes it. */
  private readonly beside = (event: MouseEvent): void => {
    if (event.target instanceof HTMLDialogElement) this.close();
  };

  protected override render(): TemplateResult {
    const { which } = this;
    return html`<dialog
      class="dialog ${which ?? ''}"
      aria-labelledby="dialog-title"
      data-testid="dialog"
      @close=${this.close}
      @click=${this.beside}
    >
      ${
        which
          ? html`<div class="dialog-body">
              <header>
                <h2 id="dialog-title">${t(TITLES[which])}</h2>
                <button
                  class="tile-button"
                  data-testid="dialog-close"
                  aria-label=${t('close')}
                  @click=${this.close}
                >
                  ${icon('close')}
                </button>
              </header>
              ${this.body(which)}
            </div>`
          : nothing
      }
    </dialog>`;
  }

  private body(which: Exclude<Dialog, null>): TemplateResult {
    switch (which) {
      case 'invite':
        return this.invite();
      case 'settings':
        return this.settings();
      case 'help':
        return this.help();
      case 'leave':
        return this.leaving();
      case 'more':
        return this.more();
      case 'marker':
        void import('./recording-forms.js');
        return html`<parlor-marker-form .app=${this.app}></parlor-marker-form>`;
    }
  }

  private invite(): TemplateResult {
    return html`
      <p>${t('invite_text')}</p>
      <parlor-link .app=${this.app}></parlor-link>
      ${
        this.app.session.key
          ? nothing
          : html`<p class="code-line">
              ${t('invite_code')} <code data-testid="room-code">${this.app.session.code}</code>
            </p>`
      }
      ${
        this.qr
          ? html`<svg
              class="qr"
              role="img"
              data-testid="qr"
              aria-label=${t('qr_label')}
              viewBox="-3 -3 ${this.qr.size + 6} ${this.qr.size + 6}"
            >
              <rect x="-3" y="-3" width="100%" height="100%" fill="#fff" />
              <path d=${this.qr.path} fill="#241a15" />
            </svg>`
          : nothing
      }
    `;
  }

  private settings(): TemplateResult {
    const { local, session } = this.app;
    const me = this.room.participants[this.room.me ?? ''];
    const rename = (event: Event): void => {
      const name = (event.target as HTMLInputElement).value.trim();
      if (!name) return;
      saveChoices({ name });
      session.rename(name);
    };
    return html`
      <label class="field">
        <span>${t('settings_name')}</span>
        <input
          data-testid="rename"
          maxlength=${NAME_MAX_CHARS}
          .value=${me?.name ?? ''}
          @change=${rename}
        />
      </label>
      <parlor-devices .app=${this.app}></parlor-devices>
      <parlor-level .app=${this.app}></parlor-level>
      ${this.check('motion', local.state.motion, (on) => local.setMotion(on))}
      ${this.check('raw_sound', local.state.rawSound, (on) => void local.setRawSound(on))}
      ${this.check('keys_on', loadChoices().keys, (keys) => saveChoices({ keys }))}
      <parlor-look></parlor-look>
    `;
  }

  private check(key: Key, checked: boolean, change: (on: boolean) => void): TemplateResult {
    return html`<label class="switch">
      <input
        type="checkbox"
        data-testid=${key}
        .checked=${checked}
        @change=${(event: Event) => change((event.target as HTMLInputElement).checked)}
      />
      <span>${t(key)}</span>
    </label>`;
  }

  private help(): TemplateResult {
    return html`<dl class="keys" data-testid="shortcuts">
      ${SHORTCUTS.map(
        ([keys, words]) =>
          html`<div>
            <dt><kbd>${keys === 'Space' ? t('key_space') : keys}</kbd></dt>
            <dd>${t(words)}</dd>
          </div>`,
      )}
    </dl>`;
  }

  private leaving(): TemplateResult {
    const { session } = this.app;
    return html`
      <p>${t('leave_ask')}</p>
      <div class="choices">
        <button class="button primary" data-testid="leave-me" @click=${() => session.leave()}>
          ${t('leave_me')}
        </button>
        <button class="button grave" data-testid="end-all" @click=${() => session.endForAll()}>
          ${t('leave_all')}
        </button>
      </div>
    `;
  }

  /** Everything that has no place of its own on a small screen, too. */
  private more(): TemplateResult {
    const { local, session } = this.app;
    const { me, hands, layout } = this.room;
    const raised = me !== null && hands.includes(me);
    const sharing = local.state.screen !== null;
    const canShare = navigator.mediaDevices && 'getDisplayMedia' in navigator.mediaDevices;
    return html`<div class="menu">
      <div class="only-narrow">
        <parlor-reactions .app=${this.app}></parlor-reactions>
        ${this.item('hand', raised ? 'hand_lower' : 'hand_raise', 'menu-hand', () =>
          session.raiseHand(!raised),
        )}
        ${this.item('people', 'people', 'menu-people', () => this.app.openPanel('people'))}
        ${
          canShare
            ? this.item('screen', sharing ? 'screen_stop' : 'screen_share', 'menu-screen', () =>
                sharing ? local.stopScreen() : void local.startScreen(),
              )
            : nothing
        }
        ${this.item('invite', 'invite', 'menu-invite', () => this.app.openDialog('invite'))}
      </div>
      ${this.item(
        layout === 'grid' ? 'speaker' : 'grid',
        layout === 'grid' ? 'layout_speaker' : 'layout_grid',
        'layout-toggle',
        () =>
          session.dispatch({ t: 'local/layout', layout: layout === 'grid' ? 'speaker' : 'grid' }),
      )}
      ${this.recording()}
      ${
        may(this.room, 'chat') && !this.room.room?.end_to_end
          ? this.item('flag', 'marker', 'menu-marker', () => this.app.openDialog('marker'))
          : nothing
      }
      ${
        this.room.room?.doc_url || may(this.room, 'moderate')
          ? this.item('copy', 'doc', 'menu-doc', () => this.app.openPanel('doc'))
          : nothing
      }
      ${this.item('settings', 'settings', 'settings', () => this.app.openDialog('settings'))}
      ${this.item('signal', 'why', 'why-toggle', () => this.app.openPanel('why'))}
      ${
        document.fullscreenEnabled
          ? this.item('full', 'key_full', 'full', () => this.dispatchEvent(new Event('full')))
          : nothing
      }
      ${
        document.pictureInPictureEnabled
          ? this.item('pip', 'pip', 'pip', () => this.dispatchEvent(new Event('pip')))
          : nothing
      }
      ${this.item('keyboard', 'shortcuts', 'help', () => this.app.openDialog('help'))}
    </div>`;
  }

  /** Starting and stopping for hosts; for everybody his own answer, which he can change. */
  private recording(): TemplateResult | typeof nothing {
    const { session } = this.app;
    const state = this.room.room?.recording.state ?? 'off';
    const me = this.room.participants[this.room.me ?? ''];
    const host = mayRecord(this.room);
    return html`
      ${
        host && state === 'off'
          ? this.item('record', 'record_start', 'record-start', () => session.record('start'))
          : nothing
      }
      ${
        host && state !== 'off'
          ? html`${this.item(
              'record',
              state === 'on' ? 'record_pause' : 'record_resume',
              'record-pause',
              () => session.record(state === 'on' ? 'pause' : 'resume'),
            )}
            ${this.item('record', 'record_stop', 'record-stop', () => session.record('stop'))}`
          : nothing
      }
      ${
        state !== 'off' && me
          ? this.item(
              'record',
              me.recorded ? 'consent_withdraw' : 'consent_give',
              'consent-change',
              () => session.consent(!me.recorded),
            )
          : nothing
      }
      ${
        state !== 'off' && me?.consent === 'refused'
          ? this.worded('close', wantOutWord(), 'consent-remove', wantOut)
          : nothing
      }
    `;
  }

  private item(sign: IconName, key: Key, testid: string, act: () => void): TemplateResult {
    return this.worded(sign, t(key), testid, act);
  }

  private worded(sign: IconName, words: string, testid: string, act: () => void): TemplateResult {
    const click = (): void => {
      this.close();
      act();
    };
    return html`<button class="menu-item" data-testid=${testid} @click=${click}>
      ${icon(sign)}<span>${words}</span>
    </button>`;
  }
}
