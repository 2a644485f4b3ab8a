/** *Keep this person*: a link and a QR code that bring the adviser to another device, once. Fetched when somebody asks. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Desk } from '../room/desk.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import { qrPath } from './qr-lazy.js';

const en = {
  how: 'Open this on your other device within ten minutes. It works once, and whoever has it reads this chat.',
  copy: 'Copy link',
  copied: 'Copied',
  code: 'QR code of the link',
};
const zh: typeof en = {
  how: '十分钟内在另一台设备打开。只能用一次，得到链接的人可以看到这段对话。',
  copy: '复制链接',
  copied: '已复制',
  code: '链接的二维码',
};

@customElement('parlor-service-keep')
export class ServiceKeep extends Plain {
  @property({ attribute: false }) desk!: Desk;
  @property() binding = '';
  @state() private code: { size: number; path: string } | null = null;
  @state() private copied = false;
  private drawn = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(this.desk.store.watch(() => void this.draw()));
    this.desk.keep(this.binding);
  }

  private get link(): string {
    const token = this.desk.state.kept?.token ?? '';
    return token ? `${location.origin}${location.pathname}#keep=${token}` : '';
  }

  private async draw(): Promise<void> {
    if (!this.link || this.drawn === this.link) return;
    this.drawn = this.link;
    this.code = await qrPath(this.link);
  }

  private async copy(): Promise<void> {
    await navigator.clipboard?.writeText(this.link).catch(() => undefined);
    this.copied = true;
  }

  protected override render(): TemplateResult | typeof nothing {
    const words = lang() === 'en' ? en : zh;
    const { code } = this;
    if (!code) return nothing;
    return html`<p>${words.how}</p>
      <svg
        class="qr"
        role="img"
        aria-label=${words.code}
        width="168"
        height="168"
        viewBox="-2 -2 ${code.size + 4} ${code.size + 4}"
      >
        <path d=${code.path} fill="#000" />
      </svg>
      <button
        class="button quiet"
        data-testid="keep-link"
        data-link=${this.link}
        @click=${() => void this.copy()}
      >
        ${this.copied ? words.copied : words.copy}
      </button>`;
  }
}
