/** How it is for those who send pictures beside the host's own page: an encoder (OBS and the like), guests. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { PersonQuality } from '../protocol/messages.js';
import { others } from '../room/publishers.js';
import type { Session } from '../room/session.js';
import { Plain } from './base.js';
import { lt, type LiveKey } from './i18n/live.js';
import './i18n/live-more.js';

const ASK_EVERY_MS = 4000;
const WORDS: LiveKey[] = ['health_none', 'health_bad', 'health_fair', 'health_good'];

@customElement('parlor-host-encoder')
export class HostEncoder extends Plain {
  @property({ attribute: false }) session!: Session;
  @state() private people: PersonQuality[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const timer = window.setInterval(() => void this.ask(), ASK_EVERY_MS);
    this.whileConnected(() => window.clearInterval(timer));
  }

  private async ask(): Promise<void> {
    const { me, participants } = this.session.state;
    // A page's own numbers stand above; with nobody else inside there is nothing to ask.
    if (Object.keys(participants).every((id) => id === me)) {
      if (this.people.length) this.people = [];
      return;
    }
    const reply = await this.session.ask({ t: 'room_quality' }).catch(() => null);
    if (reply?.t === 'room_quality') this.people = others(reply.people, me);
  }

  private one(person: PersonQuality): TemplateResult | typeof nothing {
    const known = this.session.state.participants[person.participant];
    if (!known) return nothing;
    return html`<p class="health" data-level=${person.level} data-testid="encoder-health">
        <strong
          >${lt('picture_of', { name: known.name })}:
          ${lt(WORDS[person.level] ?? 'health_none')}</strong
        >
        <span
          >${lt('health_line', {
            kbps: Math.round(person.up_bps / 1000),
            fps: person.fps_up,
            loss: Math.round(person.loss_up * 100),
          })}</span
        >
      </p>
      ${person.b_frames ? html`<p class="warn" role="status" data-testid="b-frames">${lt('b_frames', { name: known.name })}</p>` : nothing}`;
  }

  protected override render(): TemplateResult {
    return html`${this.people.map((person) => this.one(person))}`;
  }
}
