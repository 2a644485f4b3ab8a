/** Of a meeting that is encrypted end to end: the sign in its bar, and why one cannot be in it. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { InMeeting } from './base.js';
import { lang } from './i18n/index.js';
import { mark } from './icons.js';
import { icon } from './room-icons.js';
import './styles/sealed.css';

const WORDS = {
  sign: ['End-to-end encrypted', '端到端加密'],
  other: ['Somebody has another key', '有人使用了不同的密钥'],
  what: [
    'Sound, pictures, shared screens and chat are encrypted with a key that stands in the link of this meeting. Whoever has the link can read them; this server cannot. Not encrypted: names, who is here and who speaks, hands and reactions.',
    '声音、画面、共享屏幕和聊天均以会议链接中的密钥加密：持有链接的人可以读取，本服务器不能。姓名、参会名单、谁在发言、举手和表情未加密。',
  ],
  so: [
    'So it cannot be recorded, and no encoder or player can join.',
    '因此本会议不能录制，编码器和播放器也无法加入。',
  ],
  no_key: ['This link lacks its key', '此链接缺少密钥'],
  no_key_text: [
    'The meeting is end-to-end encrypted. Ask for the whole link and open it as it is, with all that follows “key=”.',
    '本会议为端到端加密。请索取完整链接（包含“key=”之后的全部内容）并原样打开。',
  ],
  cannot: ['This browser cannot open an encrypted meeting', '此浏览器无法进入加密会议'],
  cannot_text: [
    'Chrome and Edge from 141, Firefox from 128 and Safari from 15.4 can, where the page is opened by https. If yours is newer, the link may have been cut.',
    '请使用 Chrome / Edge 141、Firefox 128 或 Safari 15.4 以上版本，并通过 https 打开；若版本已满足，链接可能不完整。',
  ],
  not_sealed: ['This meeting is not encrypted', '本会议未加密'],
  not_sealed_text: [
    'This link holds a key, and the meeting is none that is end-to-end encrypted. If you expected one, ask who gave you the link; else open it without the key.',
    '链接带有密钥，但该会议并非端到端加密会议。如您本应进入加密会议，请向发送链接的人确认；否则请使用不带密钥的链接。',
  ],
  plainly: ['Open it without the key', '不使用密钥打开'],
  home: ['Back to the start', '返回首页'],
} as const;

function w(key: keyof typeof WORDS): string {
  return WORDS[key][lang() === 'en' ? 0 : 1];
}

export type Barred = 'no_key' | 'cannot' | 'not_sealed';

/** In the place of the meeting. */
export function barred(why: Barred, code: string): TemplateResult {
  return html`<main class="hall" data-testid="barred" data-reason=${why} tabindex="-1">
    ${mark()}
    <h1 data-testid="error-message">${w(why)}</h1>
    <p>${w(`${why}_text`)}</p>
    <div class="choices">
      ${why === 'not_sealed' ? html`<a class="button quiet" href="/m#${code}">${w('plainly')}</a>` : nothing}
      <a class="button primary" href="/">${w('home')}</a>
    </div>
  </main>`;
}

@customElement('parlor-sealed')
export class SealedSign extends InMeeting {
  @state() private open = false;

  protected override render(): TemplateResult {
    const failing = this.app.engine.seal?.failing ?? false;
    return html`<button
        class="chip ${failing ? 'trouble' : ''}"
        data-testid="sealed"
        data-failing=${failing}
        aria-expanded=${this.open}
        aria-label=${w(failing ? 'other' : 'sign')}
        title=${w(failing ? 'other' : 'sign')}
        @click=${() => (this.open = !this.open)}
        @keydown=${(event: KeyboardEvent) => event.key === 'Escape' && (this.open = false)}
      >
        ${icon('lock')}<span class="sealed-word">${w(failing ? 'other' : 'sign')}</span>
      </button>
      <span class="visually-hidden" role="status">${failing ? w('other') : ''}</span>
      <div class="sealed-words" role="note" ?hidden=${!this.open}>
        <p>${w('what')}</p>
        <p>${w('so')}</p>
      </div>`;
  }
}
