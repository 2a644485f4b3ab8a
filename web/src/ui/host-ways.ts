/** Who else has a hand in the stream: an encoder (OBS and the like) with its address and key, an assistant with a console of
 *  his own; and what the stream is called, when it begins. Fetched on need. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { editStream, wayTo, type Way } from '../client/console.js';
import { copyText } from '../client/copy.js';
import { ApiError } from '../client/http.js';
import type { Live } from '../protocol/live.js';
import { Plain } from './base.js';
import './host-group.js';
import { lang } from './i18n/lang.js';
import './styles/host-ways.css';
import { whyNot } from './why-not.js';

const WORDS = {
  encoder: ['OBS or another encoder', 'OBS 等推流软件'],
  encoder_text: [
    'In OBS: Settings → Stream → Service “WHIP”; put in both lines. Video encoder H.264 or AV1, a key frame every 2 s, B-frames 0.',
    '在 OBS 中：设置 → 直播 → 服务选择 “WHIP”，填入以下两项。视频编码选 H.264 或 AV1，关键帧间隔 2 秒，B 帧设为 0。',
  ],
  encoder_make: ['Make an address and a key', '生成推流地址与密钥'],
  server: ['Server', '服务器'],
  token: ['Bearer token', 'Bearer 令牌'],
  secret: [
    'Whoever has the key can be seen and heard in this stream, and agrees to be recorded. Good until {when}.',
    '持有密钥者可在本直播间出镜，并视为同意录制。有效期至 {when}。',
  ],
  assistant: ['An assistant at another computer', '另一台电脑上的助理'],
  assistant_text: [
    'The link opens a console without camera: products, comments, guests.',
    '打开链接即进入助理控制台（不开摄像头）：商品、评论、连麦。',
  ],
  assistant_make: ['Make a link', '生成助理链接'],
  copy: ['Copy', '复制'],
  copied: ['Copied', '已复制'],
  about: ['Title and time', '标题与时间'],
  title: ['Title', '标题'],
  when: ['When (empty: any time)', '开播时间（可不填）'],
  save: ['Save', '保存'],
  saved: ['Saved', '已保存'],
} as const;

function word(key: keyof typeof WORDS, params: Record<string, string> = {}): string {
  return WORDS[key][lang() === 'en' ? 0 : 1].replace(
    /\{(\w+)\}/g,
    (_, name: string) => params[name] ?? '',
  );
}

/** For `datetime-local`: this place's time without a zone. */
function localTime(ms: number): string {
  if (!ms) return '';
  const at = new Date(ms - new Date(ms).getTimezoneOffset() * 60_000);
  return at.toISOString().slice(0, 16);
}

@customElement('parlor-host-ways')
export class HostWays extends Plain {
  @property() room = '';
  /** Of this host. */
  @property() token = '';
  @property({ attribute: false }) live: Live | null = null;
  @state() private encoder: Way | null = null;
  @state() private assistant: Way | null = null;
  @state() private copied = '';
  @state() private saved = false;
  @state() private problem = '';

  private async tried<T>(what: Promise<T>): Promise<T | null> {
    this.problem = '';
    return what.catch((error: unknown) => {
      this.problem = error instanceof ApiError ? error.code : 'internal';
      return null;
    });
  }

  private readonly makeEncoder = async (): Promise<void> => {
    // Who is signed in has one for longer than the key of this console.
    const made = wayTo(this.room, 'encoder', '', 'OBS').catch(() =>
      wayTo(this.room, 'encoder', this.token, 'OBS'),
    );
    this.encoder = await this.tried(made);
  };

  private readonly makeAssistant = async (): Promise<void> => {
    this.assistant = await this.tried(wayTo(this.room, 'assistant', this.token));
  };

  private readonly change = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    const when = String(form.get('when') ?? '');
    const title = String(form.get('title') ?? '').trim();
    const soon = this.live?.state === 'scheduled';
    const at = when ? new Date(when).getTime() : 0;
    const group = form.get('group');
    const change = {
      title,
      ...(soon ? { scheduled_at: at } : {}),
      ...(typeof group === 'string' ? { group } : {}),
    };
    const done = await this.tried(
      editStream(this.room, this.token, change).then(() => true as const),
    );
    this.saved = done === true;
    window.setTimeout(() => (this.saved = false), 2000);
  };

  private async copy(text: string): Promise<void> {
    if (!(await copyText(text))) return;
    this.copied = text;
    window.setTimeout(() => (this.copied = ''), 2000);
  }

  private line(label: string, value: string, testid: string, secret = false): TemplateResult {
    return html`<label class="way-line"
      ><span>${label}</span
      ><input
        readonly
        type=${secret ? 'password' : 'text'}
        autocomplete="off"
        .value=${value}
        data-testid=${testid}
      /><button type="button" class="button" @click=${() => void this.copy(value)}>
        ${word(this.copied === value ? 'copied' : 'copy')}
      </button></label
    >`;
  }

  private encoderPart(): TemplateResult {
    const { encoder } = this;
    const locale = lang() === 'en' ? 'en' : 'zh-CN';
    return html`<section>
      <h2>${word('encoder')}</h2>
      <p class="hint">${word('encoder_text')}</p>
      ${
        encoder
          ? html`${this.line(word('server'), encoder.url, 'whip-url')}
              ${this.line(word('token'), encoder.token, 'whip-token', true)}
              <p class="hint">
                ${word('secret', {
                  when: new Intl.DateTimeFormat(locale, {
                    dateStyle: 'medium',
                    timeStyle: 'short',
                  }).format(encoder.expires_at),
                })}
              </p>`
          : html`<button class="button" data-testid="encoder-make" @click=${this.makeEncoder}>
              ${word('encoder_make')}
            </button>`
      }
    </section>`;
  }

  private assistantPart(): TemplateResult {
    return html`<section>
      <h2>${word('assistant')}</h2>
      <p class="hint">${word('assistant_text')}</p>
      ${
        this.assistant
          ? this.line(word('assistant'), this.assistant.url, 'assistant-url', true)
          : html`<button class="button" data-testid="assistant-make" @click=${this.makeAssistant}>
              ${word('assistant_make')}
            </button>`
      }
    </section>`;
  }

  private aboutPart(live: Live): TemplateResult {
    return html`<form @submit=${this.change}>
      <h2>${word('about')}</h2>
      <label class="field"
        ><span>${word('title')}</span
        ><input name="title" maxlength="200" .value=${live.title} data-testid="edit-title"
      /></label>
      ${
        live.state === 'scheduled'
          ? html`<label class="field"
              ><span>${word('when')}</span
              ><input name="when" type="datetime-local" .value=${localTime(live.scheduled_at)}
            /></label>`
          : nothing
      }
      <parlor-host-group value=${live.group}></parlor-host-group>
      <button class="button" data-testid="edit-save">${word(this.saved ? 'saved' : 'save')}</button>
    </form>`;
  }

  protected override render(): TemplateResult {
    const { live } = this;
    return html`<div class="rules ways">
      ${this.problem ? html`<p class="warn" role="alert">${whyNot(this.problem)}</p>` : nothing}
      ${this.encoderPart()} ${this.assistantPart()}
      ${live && live.state !== 'ended' ? this.aboutPart(live) : nothing}
    </div>`;
  }
}
