/** A link of *Keep this person* says what it does before it does it: anybody can send one. Fetched when there is one. */
import { html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';

const en = {
  ask: 'Connect this device?',
  text: 'Whoever made this link reads what you wrote and write here. Connect only if you made it yourself.',
  yes: 'Connect',
  no: 'Not now',
};
const zh: typeof en = {
  ask: '要连接这台设备吗？',
  text: '生成此链接的人能看到你在这里写过和将要写的内容。只有链接是你自己生成的才连接。',
  yes: '连接',
  no: '先不',
};

@customElement('parlor-service-link')
export class ServiceLink extends Plain {
  @property({ attribute: false }) answer!: (yes: boolean) => void;

  protected override render(): TemplateResult {
    const words = lang() === 'en' ? en : zh;
    return html`<div class="card-slot" data-testid="keep-asks">
      <h2>${words.ask}</h2>
      <p class="consent">${words.text}</p>
      <div class="choices">
        <button class="button quiet" @click=${() => this.answer(false)}>${words.no}</button>
        <button class="button primary" data-testid="keep-agree" @click=${() => this.answer(true)}>
          ${words.yes}
        </button>
      </div>
    </div>`;
  }
}
