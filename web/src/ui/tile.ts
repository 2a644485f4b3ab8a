/** One person's camera, or one screen: picture, name, and how they are. */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { FrameGate } from '../media/gate.js';
import type { Participant } from '../protocol/messages.js';
import { slotOf } from '../room/slots.js';
import { hue, initial } from './avatar.js';
import { InMeeting } from './base.js';
import { external, externalSign } from './external.js';
import { t } from './i18n/index.js';
import { bars } from './icons.js';
import { icon } from './room-icons.js';
import { markMoment } from './marks.js';

@customElement('parlor-tile')
export class Tile extends InMeeting {
  @property() participant = '';
  @property() source: 'camera' | 'screen' = 'camera';
  /** A frame of the right person has been shown. */
  @state() private live = false;
  private shown = '';
  private gate: FrameGate | null = null;

  private get person(): Participant | undefined {
    return this.room.participants[this.participant];
  }

  private get self(): boolean {
    return this.participant === this.room.me;
  }

  get video(): HTMLVideoElement | null {
    return this.querySelector('video');
  }

  protected override updated(changed: PropertyValues): void {
    super.updated(changed);
    this.label();
    if (this.self) this.showOwn();
    else this.showSlot();
    if (this.self && !this.app.local.state.camera.track) this.ownTileStands();
  }

  /** What tests and tools select by. */
  private label(): void {
    const person = this.person;
    this.dataset['testid'] = 'tile';
    this.dataset['participant'] = this.participant;
    this.dataset['source'] = this.source;
    this.dataset['name'] = person?.name ?? '';
    this.toggleAttribute('data-self', this.self);
    this.toggleAttribute('data-live', this.live);
    this.toggleAttribute('data-speaking', this.isSpeaking);
    this.setAttribute('role', 'group');
    this.setAttribute('aria-label', this.spoken);
  }

  private get isSpeaking(): boolean {
    return this.source === 'camera' && this.room.speaking.includes(this.participant);
  }

  /** The tile in words, for a screen reader. */
  private get spoken(): string {
    const person = this.person;
    if (!person) return '';
    if (this.source === 'screen') return t('screen_of', { name: person.name });
    const parts = [this.self ? t('you_suffix', { name: person.name }) : person.name];
    if (person.company) parts.push(external(person.company));
    if (this.silent) parts.push(t('muted'));
    if (person.hand || this.room.hands.includes(person.id)) parts.push(t('hand_is_up'));
    if (person.state === 'reconnecting') parts.push(t('reconnecting_person'));
    return parts.join(', ');
  }

  private get silent(): boolean {
    const local = this.app.local.state.microphone;
    if (this.self) return !local.track || !local.on;
    const sound = this.person?.sources.microphone;
    return !sound || sound.muted;
  }

  private showOwn(): void {
    const { track } = this.app.local.state.camera;
    const key = track?.id ?? '';
    if (this.shown === key || !this.video) return;
    this.shown = key;
    this.attach(track ? new MediaStream([track]) : null, undefined, Date.now());
  }

  private ownTileStands(): void {
    if (!this.app.local.state.asking) markMoment('parlor:own-tile');
  }

  private showSlot(): void {
    const mid = slotOf(this.room.slots, this.participant, this.source);
    const use = mid === undefined ? undefined : this.room.slots[mid];
    const { generation } = this.app.engine.store.get();
    const key = mid === undefined || !use ? '' : `${generation}/${mid}/${use.since}`;
    if (key !== this.shown && this.video) {
      const stream = mid === undefined ? null : this.app.engine.slotStream(mid);
      /* A connection that took the place of another is told of its slots before it has any. */
      this.shown = stream ? key : '';
      this.attach(stream, use?.rtp, use?.since ?? 0);
    } else if (use) {
      this.gate?.arm(use.rtp, use.since);
    }
  }

  private attach(stream: MediaStream | null, rtp: number | undefined, since: number): void {
    const { video } = this;
    if (!video) return;
    this.gate?.close();
    this.gate = null;
    this.live = false;
    video.srcObject = stream;
    if (!stream) return;
    void video.play().catch(() => undefined);
    if (this.self) {
      video.onloadeddata = () => this.reveal('parlor:own-tile');
      return;
    }
    video.onloadeddata = null;
    this.gate = new FrameGate(video, () => this.reveal('parlor:first-remote-frame'));
    this.gate.arm(rtp, since);
  }

  private reveal(moment: 'parlor:own-tile' | 'parlor:first-remote-frame'): void {
    this.live = true;
    markMoment(moment);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('dblclick', this.twice);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('dblclick', this.twice);
    this.gate?.close();
    this.gate = null;
    this.shown = '';
    this.live = false;
    if (this.video) this.video.srcObject = null;
  }

  /** Whether there is a picture to wait for, so that a still face is not shown for a switched-off camera. */
  private get pictured(): boolean {
    if (this.self) return this.app.local.state.camera.track !== null;
    return this.person?.sources[this.source] !== undefined;
  }

  protected override render(): TemplateResult {
    const person = this.person;
    const name = person?.name ?? '';
    const on = this.live && this.pictured;
    return html`
      ${this.source === 'camera' ? this.face(name) : nothing}
      <video
        class=${on ? 'on' : ''}
        ?data-mirror=${this.self && this.source === 'camera'}
        autoplay
        playsinline
        muted
        .muted=${true}
        tabindex="-1"
        aria-hidden="true"
      ></video>
      ${
        person?.state === 'reconnecting'
          ? html`<p class="tile-away">${t('reconnecting_person')}</p>`
          : nothing
      }
      ${this.corner()} ${this.plate(name)} ${this.flying()}
    `;
  }

  private face(name: string): TemplateResult {
    return html`<div class="face hue-${hue(this.participant)}" aria-hidden="true">
      <span>${initial(name)}</span>
    </div>`;
  }

  private corner(): TemplateResult {
    const raised = this.room.hands.indexOf(this.participant);
    const pinned = this.room.pinned === this.participant;
    const name = this.person?.name ?? '';
    return html`${
        raised >= 0 && this.source === 'camera'
          ? html`<span class="badge hand" aria-hidden="true">${icon('hand')}${raised + 1}</span>`
          : nothing
      }
      <div class="tile-corner">
        ${
          this.self || this.source === 'screen'
            ? nothing
            : html`<button
                class="tile-button"
                data-testid="pin"
                aria-pressed=${pinned}
                aria-label=${t(pinned ? 'unpin' : 'pin', { name })}
                title=${t(pinned ? 'unpin' : 'pin', { name })}
                @click=${() => this.pin(!pinned)}
              >
                ${icon('pin')}
              </button>`
        }
      </div>`;
  }

  private readonly twice = (event: Event): void => {
    const button = event.target instanceof Element && event.target.closest('button');
    if (button || this.self) return;
    if (this.source === 'camera') this.pin(this.room.pinned !== this.participant);
    else if (this.room.pinned) this.pin(false);
    else this.dispatchEvent(new Event('full', { bubbles: true }));
  };

  private pin(on: boolean): void {
    this.app.session.dispatch({ t: 'local/pin', participant: on ? this.participant : null });
  }

  private plate(name: string): TemplateResult {
    const screen = this.source === 'screen';
    const shown = screen ? t('screen_of', { name }) : this.self ? t('you') : name;
    const level = this.room.levels[this.participant];
    return html`<div class="plate" aria-hidden="true">
      ${screen ? icon('screen') : this.silent ? html`<span class="off">${icon('micOff')}</span>` : nothing}
      <span class="plate-name">${shown}</span>
      ${externalSign(this.person?.company)}
      ${level !== undefined && level < 3 && !screen ? bars(level) : nothing}
    </div>`;
  }

  private flying(): TemplateResult | typeof nothing {
    if (this.source === 'screen') return nothing;
    const mine = this.room.reactions.filter((one) => one.participant === this.participant);
    return html`${mine.map((one) => html`<span class="flying" aria-hidden="true">${one.emoji}</span>`)}`;
  }
}
