/** Who is here, who waits, who raised a hand, and what a host may do about it. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Participant, Waiting } from '../protocol/messages.js';
import { may } from '../room/state.js';
import { hue, initial } from './avatar.js';
import { InMeeting } from './base.js';
import { externalSign } from './external.js';
import { lang, t, type Key } from './i18n/index.js';
import { bars } from './icons.js';
import { icon } from './room-icons.js';
import { levelWord } from './level-word.js';

const WORDS = {
  remove: ['Remove {name} from the meeting?', '把{name}移出会议？'],
  keep: ['Cancel', '取消'],
} as const;

function s(key: keyof typeof WORDS, name = ''): string {
  return WORDS[key][lang() === 'en' ? 0 : 1].replace('{name}', () => name);
}

@customElement('parlor-roster')
export class Roster extends InMeeting {
  @state() private open = '';
  /** Who is about to be removed: it is asked, since a name is easily missed by a line. */
  @state() private removing = '';

  private get moderator(): boolean {
    return may(this.room, 'moderate');
  }

  protected override render(): TemplateResult {
    const { participants, hands, me } = this.room;
    const people = Object.values(participants).sort(
      (a, b) => Number(b.id === me) - Number(a.id === me) || a.joined_at - b.joined_at,
    );
    const raised = hands.flatMap((id) => participants[id] ?? []);
    return html`<div class="roster" data-testid="roster">
      ${this.moderator ? this.house() : nothing} ${this.lobby()}
      ${
        raised.length > 0
          ? html`<h3>${t('roster_hands')}</h3>
              <ol class="hands" data-testid="hands-list">
                ${raised.map((one) => this.hand(one))}
              </ol>`
          : nothing
      }
      <h3>${t('roster_people')} · ${people.length}</h3>
      <ul data-testid="roster-list">
        ${repeat(
          people,
          (one) => one.id,
          (one) => this.person(one),
        )}
      </ul>
    </div>`;
  }

  /** What concerns the room as a whole. */
  private house(): TemplateResult {
    const { room } = this.room;
    const locked = room?.locked ?? false;
    const lobby = room?.lobby ?? false;
    const { session } = this.app;
    return html`<div class="house">
      <button
        class="button quiet"
        data-testid="lock-toggle"
        aria-pressed=${locked}
        @click=${() => session.moderate({ t: 'room', locked: !locked })}
      >
        ${icon('lock')}${t(locked ? 'unlock' : 'lock')}
      </button>
      <button
        class="button quiet"
        data-testid="mute-all"
        @click=${() => session.moderate({ t: 'mute_all' })}
      >
        ${icon('micOff')}${t('mute_all')}
      </button>
      <label class="switch">
        <input
          type="checkbox"
          data-testid="lobby-toggle"
          .checked=${lobby}
          @change=${() => session.moderate({ t: 'room', lobby: !lobby })}
        />
        <span>${t('lobby_on')}</span>
      </label>
    </div>`;
  }

  private lobby(): TemplateResult | typeof nothing {
    const { lobby } = this.room;
    if (lobby.length === 0) return nothing;
    return html`<section class="lobby" aria-live="polite" data-testid="lobby-list">
      <h3>${t('roster_lobby')} · ${lobby.length}</h3>
      <ul>
        ${lobby.map((one) => this.waiting(one))}
      </ul>
      ${
        lobby.length > 1
          ? html`<button class="button quiet" data-testid="admit-all" @click=${this.admitAll}>
              ${t('admit_all')}
            </button>`
          : nothing
      }
    </section>`;
  }

  private waiting(one: Waiting): TemplateResult {
    const { participant } = one;
    const { session } = this.app;
    return html`<li class="person" data-participant=${participant} data-name=${one.name}>
      ${this.face(participant, one.name)}
      <span class="person-name">${one.name} ${externalSign(one.company)}</span>
      <button
        class="tile-button"
        data-testid="deny"
        title=${t('deny')}
        aria-label="${t('deny')}: ${one.name}"
        @click=${() => session.moderate({ t: 'deny', participant })}
      >
        ${icon('close')}
      </button>
      <button
        class="button primary"
        data-testid="admit"
        aria-label="${t('admit')}: ${one.name}"
        @click=${() => session.moderate({ t: 'admit', participant })}
      >
        ${t('admit')}
      </button>
    </li>`;
  }

  private readonly admitAll = (): void => {
    for (const { participant } of this.room.lobby) {
      this.app.session.moderate({ t: 'admit', participant });
    }
  };

  private face(id: string, name: string): TemplateResult {
    return html`<span class="small-face hue-${hue(id)}" aria-hidden="true">${initial(name)}</span>`;
  }

  private hand(one: Participant): TemplateResult {
    const mine = one.id === this.room.me;
    return html`<li class="person">
      ${icon('hand')}<span class="person-name">${one.name}</span>
      ${
        this.moderator || mine
          ? html`<button
              class="button quiet"
              data-testid="lower-hand"
              @click=${() => this.app.session.raiseHand(false, mine ? undefined : one.id)}
            >
              ${t(mine ? 'hand_lower' : 'lower_hand')}
            </button>`
          : nothing
      }
    </li>`;
  }

  private person(one: Participant): TemplateResult {
    const mine = one.id === this.room.me;
    const silent = !one.sources.microphone || one.sources.microphone.muted;
    const level = this.room.levels[one.id];
    const opened = this.open === one.id;
    return html`<li data-testid="roster-item" data-participant=${one.id} data-name=${one.name}>
      <div class="person">
        ${this.face(one.id, one.name)}
        <span class="person-name">
          ${mine ? t('you_suffix', { name: one.name }) : one.name} ${externalSign(one.company)}
          <small
            >${
              one.state === 'reconnecting'
                ? t('reconnecting_person')
                : one.role === 'host'
                  ? t('host_badge')
                  : one.guest
                    ? t('guest_badge')
                    : ''
            }</small
          >
        </span>
        ${
          level !== undefined && level <= 3
            ? html`<span
                class="person-level"
                role="img"
                aria-label=${t('quality_label', { level: levelWord(level) })}
                >${bars(level)}</span
              >`
            : nothing
        }
        <span
          class="person-sign ${silent ? 'off' : ''}"
          role="img"
          aria-label=${silent ? t('muted') : t('microphone')}
        >
          ${icon(silent ? 'micOff' : 'mic')}
        </span>
        ${
          this.moderator && !mine
            ? html`<button
                class="tile-button"
                data-testid="person-more"
                aria-expanded=${opened}
                aria-label=${t('person_more', { name: one.name })}
                @click=${() => {
                  this.open = opened ? '' : one.id;
                  this.removing = '';
                }}
              >
                ${icon('more')}
              </button>`
            : nothing
        }
      </div>
      ${opened && this.moderator ? this.deeds(one) : nothing}
    </li>`;
  }

  private deeds(one: Participant): TemplateResult {
    const { session } = this.app;
    const participant = one.id;
    const { microphone, camera, screen } = one.sources;
    const deed = (testid: string, key: Key, act: () => void, grave = false): TemplateResult =>
      html`<button class="button quiet ${grave ? 'grave' : ''}" data-testid=${testid} @click=${act}>
        ${t(key)}
      </button>`;
    if (this.removing === participant) return this.sure(one);
    return html`<div class="deeds" role="group" aria-label=${t('person_more', { name: one.name })}>
      ${
        microphone && !microphone.muted
          ? deed('mute-person', 'mute_person', () =>
              session.moderate({ t: 'mute', participant, source: 'microphone' }),
            )
          : deed('ask-unmute', 'ask_unmute', () =>
              session.moderate({ t: 'ask_unmute', participant }),
            )
      }
      ${
        camera
          ? deed('stop-camera', 'stop_camera_person', () =>
              session.moderate({ t: 'mute', participant, source: 'camera' }),
            )
          : nothing
      }
      ${
        screen
          ? deed('stop-screen', 'stop_screen_person', () =>
              session.moderate({ t: 'mute', participant, source: 'screen' }),
            )
          : nothing
      }
      ${deed('role-toggle', one.role === 'host' ? 'unmake_host' : 'make_host', () =>
        session.moderate({ t: 'role', participant, role: one.role === 'host' ? 'member' : 'host' }),
      )}
      ${deed('remove-ask', 'remove', () => (this.removing = participant), true)}
    </div>`;
  }

  private sure(one: Participant): TemplateResult {
    const remove = (ban: boolean) => () =>
      this.app.session.moderate({ t: 'remove', participant: one.id, ban });
    return html`<div class="deeds" role="alertdialog" aria-label=${s('remove', one.name)}>
      <p>${s('remove', one.name)}</p>
      <button class="button grave" data-testid="remove" @click=${remove(false)}>
        ${t('remove')}
      </button>
      <button class="button grave" data-testid="ban" @click=${remove(true)}>${t('ban')}</button>
      <button class="button quiet" @click=${() => (this.removing = '')}>${s('keep')}</button>
    </div>`;
  }
}
