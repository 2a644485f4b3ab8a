/** The front door: a new meeting in one click, or into one by link or code. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { ApiError, createRoom } from '../client/http.js';
import { saveAfterSignin } from '../client/after-signin.js';
import { forgetMeeting, loadChoices, loadCsrf, loadRecent, saveStart } from '../client/storage.js';
import { codeFromInput, entryFromHash, hashOf } from '../protocol/code.js';
import { canSeal, newKey } from '../media/sealable.js';
import { Plain } from '../ui/base.js';
import { isKey, lang, t } from '../ui/i18n/index.js';
import { icon, mark } from '../ui/icons.js';
import '../ui/look.js';
import { picture } from './picture.js';
import { whyNot } from '../ui/why-not.js';

@customElement('parlor-home')
export class HomePage extends Plain {
  @state() private recent = loadRecent();
  @state() private busy = false;
  @state() private error: string | TemplateResult = '';
  @state() private joinError = '';
  @state() private stranger = false;
  @state() private planning = false;

  override connectedCallback(): void {
    super.connectedCallback();
    void import('../ui/callers.js');
    window.addEventListener('pageshow', () => (this.busy = false));
  }

  protected override updated(): void {
    document.title = `${t('brand')} · ${t('tagline')}`;
  }

  private async schedule(): Promise<void> {
    await import('../ui/schedule.js');
    this.planning = true;
    await this.updateComplete;
    this.querySelector('parlor-schedule')?.open();
  }

  /** `check`: through the room before the door, to look at devices first. */
  private async start(check: boolean, sealed = false): Promise<void> {
    const clicked = Date.now();
    this.busy = true;
    this.error = '';
    try {
      const { name } = loadChoices();
      const made = await createRoom(name ? t('room_title', { name }) : '', sealed);
      const code = codeFromInput(made.code) ?? made.code;
      const key = sealed ? newKey() : '';
      saveStart(code, { token: made.host_token, clicked: check ? 0 : clicked });
      location.assign(`/m#${hashOf(code, key)}`);
    } catch (error) {
      const code = error instanceof ApiError ? error.code : 'internal';
      const key = `api_${code}`;
      this.stranger = code === 'unauthorized';
      this.error = isKey(key) ? t(key) : whyNot(code);
      this.busy = false;
    }
  }

  private join(event: Event): void {
    event.preventDefault();
    const typed = this.querySelector<HTMLInputElement>('#join-code')?.value.trim() ?? '';
    const { code, key } = entryFromHash(typed);
    this.joinError = code ? '' : t('code_wrong');
    if (code) location.assign(`/m#${hashOf(code, key)}`);
  }

  private forget(code: string): void {
    forgetMeeting(code);
    void import('../client/keys.js').then(({ saveKey }) => saveKey(code, ''));
    this.recent = loadRecent();
  }

  protected override render(): TemplateResult {
    return html`
      <header class="top">
        <a class="brand" href="/">${mark()}<span>${t('brand')}</span></a>
        <span class="spacer"></span>
        <a class="link" href="/admin" data-testid="to-admin"
          >${t(loadCsrf() ? 'manage' : 'signin')}</a
        >
        <parlor-look></parlor-look>
      </header>
      <main class="home">
        <section class="welcome">
          <h1>${t('tagline')}</h1>
          <p class="lead">${t('home_lead')}</p>
          <button
            class="button primary large"
            data-testid="new-meeting"
            ?disabled=${this.busy}
            @click=${() => this.start(false)}
          >
            ${icon('cam')}${t(this.busy ? 'new_meeting_busy' : 'new_meeting')}
          </button>
          ${
            this.error
              ? html`<p class="error" role="alert" data-testid="error-message">${this.error}</p>
                  ${
                    this.stranger
                      ? html`<a class="button" href="/signin" @click=${() => saveAfterSignin('/')}
                          >${t('signin')}</a
                        >`
                      : nothing
                  }`
              : nothing
          }
          ${this.joinForm()}
          <button
            class="link"
            data-testid="check-first"
            ?disabled=${this.busy}
            @click=${() => this.start(true)}
          >
            ${t('home_check')}
          </button>
          <button class="link" data-testid="schedule" @click=${() => this.schedule()}>
            ${lang() === 'en' ? 'Schedule a meeting' : '预约会议'}
          </button>
          ${
            canSeal()
              ? html`<button
                  class="link"
                  data-testid="new-sealed"
                  ?disabled=${this.busy}
                  @click=${() => this.start(false, true)}
                >
                  ${lang() === 'en' ? 'New meeting, end-to-end encrypted' : '发起端到端加密会议'}
                </button>`
              : nothing
          }
          <a class="link" href="/host" data-testid="new-live">${t('home_live')}</a>
        </section>
        <div class="picture" aria-hidden="true">${picture()}</div>
        ${this.recent.length > 0 ? this.list() : nothing}
      </main>
      ${this.planning ? html`<parlor-schedule></parlor-schedule>` : nothing}
      <footer class="foot">${t('home_private')}</footer>
    `;
  }

  private joinForm(): TemplateResult {
    return html`<form class="join" @submit=${(event: Event) => this.join(event)}>
      <label for="join-code">${t('join_label')}</label>
      <div class="join-row">
        <input
          id="join-code"
          data-testid="join-code"
          autocomplete="off"
          autocapitalize="none"
          spellcheck="false"
          placeholder=${t('join_placeholder')}
          aria-invalid=${this.joinError ? 'true' : 'false'}
          aria-describedby="join-error"
          @input=${() => (this.joinError = '')}
        />
        <button class="button" data-testid="join-button">${t('join')}</button>
      </div>
      <p id="join-error" class="error" role="alert">${this.joinError}</p>
    </form>`;
  }

  private list(): TemplateResult {
    return html`<section class="recent">
      <h2>${t('recent')}</h2>
      <ul data-testid="recent-list">
        ${this.recent.map((one) => {
          const title = one.title || t('untitled');
          const when = new Date(one.at).toLocaleString(lang(), {
            dateStyle: 'medium',
            timeStyle: 'short',
          });
          return html`<li>
            <a href="/m#${one.code}"><b>${title}</b><span>${one.code}</span><time>${when}</time></a>
            <button
              class="tile-button"
              aria-label=${t('recent_forget', { title })}
              @click=${() => this.forget(one.code)}
            >
              ${icon('close')}
            </button>
          </li>`;
        })}
      </ul>
    </section>`;
  }
}
