/** A document and a panel beside the meeting: their chips in the bar, the frame, and for hosts what they are. */
import { html, nothing, svg, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { setBeside } from '../client/beside.js';
import { ApiError } from '../client/http.js';
import type { ServerMessage } from '../protocol/messages.js';
import { BESIDE, Hearing, originOf, sandboxOf, type Beside } from '../room/beside.js';
import { may } from '../room/state.js';
import { InMeeting } from './base.js';
import { lang, t } from './i18n/index.js';
import { draw } from './icons.js';
import './styles/panels.css';
import { whyNot } from './why-not.js';

/** After a request that found no line. */
const AGAIN_MS = 2000;

const WORDS = {
  from: ['Not of this meeting:', '外部页面：'],
  tab: ['Open in a tab', '新标签页打开'],
  change: ['Change', '更改'],
  doc: ['Document beside the meeting', '会中文档'],
  panel: ['Panel of your own tool', '自有工具面板'],
  hint: [
    'An https address. Everybody in the meeting can open it; it is told who looks at it, by name.',
    'https 网址。会议中的每个人都能打开；该页面会得知查看者的称呼。',
  ],
  save: ['Show it', '展示'],
  bad: ['This is no https address that can stand here.', '这不是可用的 https 网址。'],
  signin: [
    'Who is signed in can set this; this room was made by a guest.',
    '此房间由访客创建，登录后才能设置。',
  ],
  failed: ['Not saved.', '未保存。'],
  none: ['There is no document.', '暂无文档。'],
  gone: ['It cannot be shown here.', '无法在此显示。'],
} as const;

function p(key: keyof typeof WORDS, fill: Record<string, string> = {}): string {
  return WORDS[key][lang() === 'en' ? 0 : 1].replace(
    /\{(\w+)\}/g,
    (_, name: string) => fill[name] ?? '',
  );
}

const SIGN = {
  doc: svg`<path d="M7 3.5h7l4 4v13H7zM14 3.500v4h4M9.500 12h5m-5 3.500h5"/>`,
  panel: svg`<rect x="3" y="4.5" width="18" height="15" rx="2.5"/><path d="M14 4.500v15M17 8.500h1.500m-1.500 3h1.500"/>`,
};

@customElement('parlor-panels')
export class Panels extends InMeeting {
  protected override render(): TemplateResult {
    const { room } = this.room;
    return html`${BESIDE.map((kind) =>
      room?.[`${kind}_url`]
        ? html`<button
            class="chip"
            data-testid="beside-${kind}"
            aria-label=${t(kind)}
            aria-pressed=${this.app.panel === kind}
            title=${t(kind)}
            @click=${() => this.app.openPanel(this.app.panel === kind ? null : kind)}
          >
            ${draw(SIGN[kind])}<span>${t(kind)}</span>
          </button>`
        : nothing,
    )}`;
  }
}

@customElement('parlor-beside')
export class BesidePanel extends InMeeting {
  @state() private changing = false;
  @state() private error: string | TemplateResult = '';
  @state() private gone = false;
  private shown = '';
  private place: HTMLElement | null = null;

  private get kind(): Beside {
    return this.app.panel === 'panel' ? 'panel' : 'doc';
  }

  private get url(): string {
    return this.room.room?.[`${this.kind}_url`] ?? '';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.place = this.closest('.room');
    this.place?.setAttribute('data-beside', '');
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.place?.removeAttribute('data-beside');
    this.shown = '';
  }

  protected override updated(): void {
    const holder = this.querySelector<HTMLIFrameElement>('.beside-frame');
    const wanted = holder ? `${this.kind} ${this.url}` : '';
    if (wanted === this.shown) return;
    this.shown = wanted;
    this.gone = false;
    if (!holder) return;
    const { kind, url } = this;
    holder.onload = () => this.fill(holder, kind, url);
    holder.src = `/panel/${encodeURIComponent(this.room.room?.id ?? '')}/${kind}`;
  }

  /** Into the empty page of the server, whose policy allows this origin and no other. */
  private fill(holder: HTMLIFrameElement, kind: Beside, url: string): void {
    const page = holder.contentDocument;
    if (page?.location.pathname === 'blank') return;
    if (page?.contentType !== 'text/html' || page.title !== 'Panel') {
      this.gone = true;
      return;
    }
    const frame = page.createElement('iframe');
    frame.setAttribute('sandbox', sandboxOf(url, location.origin));
    frame.setAttribute('allow', '');
    frame.setAttribute('credentialless', '');
    frame.referrerPolicy = 'no-referrer';
    frame.title = t(kind);
    Object.assign(frame.style, { border: '0', width: '100%', height: '100%', display: 'block' });
    for (const box of [page.documentElement, page.body])
      Object.assign(box.style, { margin: '0', height: '100%', overflow: 'hidden' });
    const origin = originOf(url);
    const hearing = new Hearing(
      origin === location.origin ? '' : origin,
      () => frame.contentWindow,
    );
    holder.contentWindow?.addEventListener('message', (event) => {
      if (hearing.isHello(event, Date.now())) void this.vouch(frame, kind, origin);
    });
    frame.src = url;
    page.body.replaceChildren(frame);
  }

  /** To exactly that origin: a page that came in its place gets nothing. */
  private async vouch(frame: HTMLIFrameElement, kind: Beside, origin: string): Promise<void> {
    const ask = (): Promise<ServerMessage | null> =>
      this.app.session.ask({ t: 'panel', kind }).catch(() => null);
    let reply = await ask();
    /* The line may be away for a moment: a panel says hello once. */
    while (!reply && frame.contentWindow && this.isConnected) {
      await new Promise((done) => window.setTimeout(done, AGAIN_MS));
      reply = await ask();
    }
    if (reply?.t !== 'panel' || reply.origin !== origin) return;
    const { token, expires_at } = reply;
    frame.contentWindow?.postMessage({ parlor: 'token', kind, token, expires_at }, origin);
  }

  private async save(event: Event): Promise<void> {
    event.preventDefault();
    const value = (name: string): string | null =>
      this.querySelector<HTMLInputElement>(`[name="${name}"]`)?.value.trim() || null;
    const { session } = this.app;
    try {
      await setBeside(this.room.room?.id ?? '', session.bearer, {
        doc_url: value('doc'),
        panel_url: value('panel'),
      });
      this.changing = false;
      this.error = '';
    } catch (error) {
      const code = error instanceof ApiError ? error.code : 'internal';
      this.error =
        code === 'bad_request'
          ? p('bad')
          : code === 'unauthorized'
            ? p('signin')
            : html`${p('failed')} ${whyNot(code)}`;
    }
  }

  protected override render(): TemplateResult {
    const host = may(this.room, 'moderate');
    if (host && (this.changing || !this.url)) return this.form();
    if (!this.url) return html`<p class="empty">${p('none')}</p>`;
    return html`<div class="beside-bar">
        <span data-testid="beside-origin"
          >${p('from')} <b>${originOf(this.url).replace(/^https?:\/\//, '')}</b></span
        >
        ${
          host
            ? html`<button
                class="button quiet"
                data-testid="beside-change"
                @click=${() => (this.changing = true)}
              >
                ${p('change')}
              </button>`
            : nothing
        }
        <a class="button quiet" href=${this.url} target="_blank" rel="noopener noreferrer"
          >${p('tab')}</a
        >
      </div>
      ${this.gone ? html`<p class="empty" role="status">${p('gone')}</p>` : nothing}
      <iframe class="beside-frame" title=${t(this.kind)} data-testid="beside-frame"></iframe>`;
  }

  private form(): TemplateResult {
    const { room } = this.room;
    return html`<form class="beside-form" @submit=${(event: Event) => this.save(event)}>
      ${BESIDE.map(
        (kind) =>
          html`<label class="field">
            <span>${p(kind)}</span>
            <input
              name=${kind}
              type="url"
              maxlength="2000"
              placeholder="https://"
              autocomplete="off"
              data-testid="beside-${kind}-url"
              .value=${room?.[`${kind}_url`] ?? ''}
            />
          </label>`,
      )}
      <p class="hint">${p('hint')}</p>
      ${this.error ? html`<p class="error" role="alert">${this.error}</p>` : nothing}
      <button class="button primary" data-testid="beside-save">${p('save')}</button>
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'parlor-panels': Panels;
    'parlor-beside': BesidePanel;
  }
}
