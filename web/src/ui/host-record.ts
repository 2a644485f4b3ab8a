/** The host's hand on the recording: without one there is no replay. And a note of this instant. Fetched on need. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Session } from '../room/session.js';
import { may } from '../room/state.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import './styles/host-ways.css';

const WORDS = {
  off: ['Not recorded: no replay afterwards', '未录制：结束后无法发布回放'],
  on: ['Recorded', '录制中'],
  paused: ['Recording paused', '录制已暂停'],
  trouble: ['The recording cannot be written now', '录制暂时无法写入'],
  start: ['Record', '开始录制'],
  pause: ['Pause', '暂停录制'],
  resume: ['Go on', '继续录制'],
  stop: ['Stop', '停止录制'],
  never: ['This room is never recorded', '此房间不允许录制'],
  ask: ['You are not in it before you agree.', '您同意后才会被录制。'],
  agree: ['I agree to be recorded', '同意录制'],
  refuse: ['I do not agree', '不同意录制'],
  refused: ['You are not in it.', '您未被录制。'],
  note: ['Note this moment', '记录此刻'],
  note_text: ['What was said or shown', '记下要点'],
  noted: ['Noted', '已记录'],
} as const;
const word = (key: keyof typeof WORDS): string => WORDS[key][lang() === 'en' ? 0 : 1];

@customElement('parlor-host-record')
export class HostRecord extends Plain {
  @property({ attribute: false }) session!: Session;
  @state() private noted = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(this.session.store.watch(() => this.requestUpdate()));
  }

  private button(act: Parameters<Session['record']>[0], key: keyof typeof WORDS): TemplateResult {
    return html`<button
      class="button ${act === 'start' ? '' : 'quiet'}"
      data-testid="record-${act}"
      @click=${() => this.session.record(act)}
    >
      ${word(key)}
    </button>`;
  }

  /** Neither answer is made the easier one; who said no may think again. */
  private consent(refused: boolean): TemplateResult {
    const answer = (yes: boolean, key: 'agree' | 'refuse'): TemplateResult =>
      html`<button
        class="button"
        data-testid=${yes ? 'consent-yes' : 'consent-no'}
        @click=${() => this.session.consent(yes)}
      >
        ${word(key)}
      </button>`;
    return html`<span>${word(refused ? 'refused' : 'ask')}</span>${answer(true, 'agree')}${
        refused ? nothing : answer(false, 'refuse')
      }`;
  }

  /** When the words were begun; 0 = there are none. */
  private begun = 0;

  private readonly typed = (event: Event): void => {
    const some = (event.currentTarget as HTMLInputElement).value !== '';
    this.begun = some ? this.begun || performance.now() : 0;
  };

  private readonly note = (event: Event): void => {
    event.preventDefault();
    const input = (event.currentTarget as HTMLFormElement).querySelector('input');
    const text = input?.value.trim();
    if (!input || !text) return;
    this.session.mark('conclusion', text, '', Math.round(performance.now() - this.begun));
    input.value = '';
    this.begun = 0;
    this.noted = true;
    window.setTimeout(() => (this.noted = false), 1500);
  };

  protected override render(): TemplateResult | typeof nothing {
    const { room } = this.session.state;
    if (!room || !may(this.session.state, 'moderate')) return nothing;
    const { state: now, policy, trouble } = room.recording;
    const own = policy === 'by_host';
    const me = this.session.state.participants[this.session.state.me ?? ''];
    const asked = now !== 'off' && room.recording.mode === 'ask' && me && me.consent !== 'given';
    return html`<div class="host-record" data-testid="host-record" data-state=${now}>
      <span class=${now === 'on' ? 'on-record' : ''} role="status"
        >${trouble ? word('trouble') : now === 'off' && policy === 'never' ? word('never') : word(now)}</span
      >
      ${asked ? this.consent(me.consent === 'refused') : nothing}
      ${
        own
          ? now === 'off'
            ? this.button('start', 'start')
            : html`${this.button(now === 'on' ? 'pause' : 'resume', now === 'on' ? 'pause' : 'resume')}${this.button('stop', 'stop')}`
          : nothing
      }
      ${
        now === 'off'
          ? nothing
          : html`<form @submit=${this.note}>
              <input
                maxlength="500"
                autocomplete="off"
                placeholder=${word('note_text')}
                aria-label=${word('note_text')}
                data-testid="marker-text"
                @input=${this.typed}
              />
              <button class="button quiet" data-testid="marker-save">
                ${word(this.noted ? 'noted' : 'note')}
              </button>
            </form>`
      }
    </div>`;
  }
}
