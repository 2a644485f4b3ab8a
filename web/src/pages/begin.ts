/** Every door of a server that is not set up yet: what to run on its machine, until that is done. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { signinWays } from '../client/account.js';
import { setupCommand, type Place } from '../client/setup-command.js';
import { Plain } from '../ui/base.js';
import { bt } from '../ui/i18n/begin.js';
import { t } from '../ui/i18n/index.js';
import { icon, mark } from '../ui/icons.js';
import '../ui/look.js';

const ASK_AGAIN_MS = 4000;
const SAY_COPIED_MS = 2000;
const PLACES: Place[] = ['installed', 'built'];

@customElement('parlor-begin')
export class BeginPage extends Plain {
  @state() private name = '';
  @state() private login = '';
  @state() private place: Place = 'installed';
  @state() private copied = false;
  @state() private ready = false;
  private timer = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.look();
    this.whileConnected(() => clearTimeout(this.timer));
  }

  protected override updated(): void {
    document.title = `${bt(this.ready ? 'done' : 'title')} · ${t('brand')}`;
  }

  private async look(): Promise<void> {
    if (document.visibilityState === 'visible')
      this.ready = await signinWays('').then(
        (ways) => ways.ready,
        () => this.ready,
      );
    if (!this.ready && this.isConnected)
      this.timer = window.setTimeout(() => void this.look(), ASK_AGAIN_MS);
  }

  private get command(): string {
    const login = this.login.replace(/\s/g, '') || 'you@shop.example';
    return setupCommand(this.place, this.name.trim() || bt('name_example'), login);
  }

  private async copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(this.command);
    } catch {
      const line = this.querySelector('.command code');
      if (line) getSelection()?.selectAllChildren(line);
      if (!document.execCommand('copy')) return;
    }
    this.copied = true;
    window.setTimeout(() => (this.copied = false), SAY_COPIED_MS);
  }

  protected override render(): TemplateResult {
    return html`
      <header class="top">
        <span class="brand">${mark()}<span>${t('brand')}</span></span>
        <parlor-look></parlor-look>
      </header>
      <main class="begin" data-testid="begin">
        ${this.ready ? this.done() : this.steps()}
        <p class="foot">${this.ready ? nothing : bt('look')}</p>
      </main>
    `;
  }

  private steps(): TemplateResult {
    return html`
      <h1>${bt('title')}</h1>
      <p class="lead">${bt('lead')}</p>
      <ol class="steps">
        <li>
          <h2>${bt('who')}</h2>
          <div class="pair">${this.field('name')} ${this.field('login')}</div>
          <p class="muted">${bt('who_hint')}</p>
        </li>
        <li>
          <h2>${bt('run')}</h2>
          ${this.places()}
          <div class="command">
            <code data-testid="setup-command" tabindex="0">${this.command}</code>
            <button class="button primary" data-testid="copy-command" @click=${() => this.copy()}>
              ${icon(this.copied ? 'check' : 'copy')}<span aria-live="polite"
                >${bt(this.copied ? 'copied' : 'copy')}</span
              >
            </button>
          </div>
          <p class="muted">${bt('run_hint')}</p>
        </li>
        <li>
          <h2>${bt('open')}</h2>
          <p class="muted">${bt('open_hint')}</p>
        </li>
      </ol>
      <p class="waiting" role="status">${bt('waiting')}</p>
    `;
  }

  private field(which: 'name' | 'login'): TemplateResult {
    const example = which === 'name' ? bt('name_example') : 'you@shop.example';
    return html`<label class="field"
      ><span>${bt(which)}</span
      ><input
        data-testid="begin-${which}"
        maxlength=${which === 'name' ? 80 : 254}
        autocomplete=${which === 'name' ? 'organization' : 'email'}
        autocapitalize=${which === 'name' ? 'words' : 'none'}
        placeholder=${example}
        .value=${this[which]}
        @input=${(event: Event) => (this[which] = (event.target as HTMLInputElement).value)}
    /></label>`;
  }

  private places(): TemplateResult {
    return html`<fieldset class="places">
      <legend class="visually-hidden">${bt('place')}</legend>
      ${PLACES.map(
        (one) =>
          html`<label
            ><input
              type="radio"
              name="place"
              .checked=${this.place === one}
              @change=${() => (this.place = one)}
            /><span>${bt(one)}</span></label
          >`,
      )}
    </fieldset>`;
  }

  private done(): TemplateResult {
    return html`<section role="status" data-testid="begin-done">
      <h1>${bt('done')}</h1>
      <p class="lead">${bt('done_hint')}</p>
      <a class="button primary large" href="/signin">${bt('signin')}</a>
    </section>`;
  }
}
