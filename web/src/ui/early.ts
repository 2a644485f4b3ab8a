/** Before a scheduled meeting: when it is, how long until then, and its date for one's calendar. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { Plain } from './base.js';
import { countdown } from './countdown.js';
import { lang } from './i18n/index.js';
import { mark } from './icons.js';

const WORDS = {
  begins: ['Begins in {time}', '距离开始还有 {time}'],
  now: ['It begins now', '会议即将开始'],
  ics: ['Add to my calendar', '添加到日历'],
  come: ['Go to the door now', '现在就进入'],
  untitled: ['Meeting', '会议'],
  days: ['{n} d', '{n} 天'],
  pass_used: [
    'This invitation was opened in another browser. Ask for a new one.',
    '此邀请已在另一浏览器中使用，请索取新的邀请。',
  ],
  pass_revoked: ['This invitation was taken back.', '此邀请已被撤回。'],
  pass_wrong: [
    'This invitation is not for this meeting, or a newer one was sent.',
    '此邀请不适用于本会议，或已有更新的邀请。',
  ],
} as const;

function e(key: keyof typeof WORDS, fill: Record<string, string | number> = {}): string {
  return WORDS[key][lang() === 'en' ? 0 : 1].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(fill[name] ?? ''),
  );
}

/** Why a pass opened nothing. */
export function passWords(code: string): string {
  return code === 'pass_used' || code === 'pass_revoked' ? e(code) : e('pass_wrong');
}

function inWords(ms: number): string {
  const { days, clock } = countdown(ms);
  return `${days > 0 ? `${e('days', { n: days })} ` : ''}${clock}`;
}

@customElement('parlor-early')
export class Early extends Plain {
  @property({ attribute: false }) when = { start: 0, end: 0 };
  @property() name = '';
  /** The room's code, and a token that may know its date. */
  @property() room = '';
  @property() bearer = '';
  @state() private left = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    const tick = (): void => {
      this.left = this.when.start - Date.now();
      if (this.left <= 0) this.dispatchEvent(new Event('come'));
    };
    tick();
    const timer = window.setInterval(tick, 1000);
    this.whileConnected(() => window.clearInterval(timer));
  }

  /** The file has the link in it, so it is asked for as who may come in. */
  private async save(): Promise<void> {
    const path = `/v1/rooms/${encodeURIComponent(this.room)}/calendar.ics`;
    const answer = await fetch(path, { headers: { authorization: `Bearer ${this.bearer}` } });
    if (!answer.ok) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await answer.blob());
    link.download = 'meeting.ics';
    link.click();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  protected override render(): TemplateResult {
    const day = new Date(this.when.start).toLocaleString(lang(), {
      dateStyle: 'full',
      timeStyle: 'short',
    });
    const end = new Date(this.when.end).toLocaleTimeString(lang(), { timeStyle: 'short' });
    return html`<main class="hall" data-testid="early">
      ${mark()}
      <h1>${this.name || e('untitled')}</h1>
      <p>${day} – ${end}</p>
      <p role="timer" data-testid="countdown">
        <b>${this.left > 0 ? e('begins', { time: inWords(this.left) }) : e('now')}</b>
      </p>
      <div class="choices">
        ${
          this.bearer
            ? html`<button class="button primary" data-testid="ics" @click=${() => this.save()}>
                ${e('ics')}
              </button>`
            : nothing
        }
        <button
          class="button quiet"
          data-testid="come-now"
          @click=${() => this.dispatchEvent(new Event('come'))}
        >
          ${e('come')}
        </button>
      </div>
    </main>`;
  }
}
