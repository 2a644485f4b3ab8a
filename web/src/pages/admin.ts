/** /admin: the frame around the sections (ui/admin/sections.ts), one of them at a time by `#/…`. */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { html as staticHtml, unsafeStatic } from 'lit/static-html.js';
import { currentSession, signOut, type SessionInfo } from '../client/account.js';
import { ApiError } from '../client/http.js';
import { saveAfterSignin, takeAfterSignin } from '../client/after-signin.js';
import { loadCsrf } from '../client/storage.js';
import { sectionsFor, type Section } from '../ui/admin/sections.js';
import { problemWords, w } from '../ui/admin/words.js';
import { Plain } from '../ui/base.js';
import { t } from '../ui/i18n/index.js';
import { mark } from '../ui/icons.js';
import '../ui/look.js';

/** Pages of their own, and whom they are for. */
const PLACES = [
  ['/host', 'nav_live', ['owner', 'admin', 'host', 'assistant']],
  ['/rep', 'nav_desk', ['rep']],
  ['/board', 'nav_board', ['owner', 'admin', 'supervisor']],
] as const;

@customElement('parlor-admin')
export class AdminPage extends Plain {
  @state() private session: SessionInfo | null = null;
  @state() private open: Section | undefined;
  @state() private problem = '';

  override connectedCallback(): void {
    super.connectedCallback();
    const go = (): void => void this.go();
    window.addEventListener('hashchange', go);
    this.whileConnected(() => window.removeEventListener('hashchange', go));
    void this.begin();
  }

  private async begin(): Promise<void> {
    try {
      this.session = await currentSession();
      // A provider's sign-in always ends here.
      const after = takeAfterSignin();
      if (after) location.replace(after);
      if (loadCsrf()) void import('../ui/rings.js').then(({ listenForRings }) => listenForRings());
      await this.go();
    } catch (error) {
      if (error instanceof ApiError && (error.status === 401 || error.status === 403)) {
        // A link to one moment of a recording leads there still.
        if (location.hash.startsWith('#/')) saveAfterSignin(`/admin${location.hash}`);
        location.replace('/signin');
      } else this.problem = problemWords(error);
    }
  }

  /** A path may go on after the section's own: `#/recordings/rec_1` opens `recordings`. */
  private async go(): Promise<void> {
    if (!this.session) return;
    const path = location.hash.replace(/^#\//, '');
    const sections = sectionsFor(this.session);
    const next =
      sections.find((one) => path === one.path || path.startsWith(`${one.path}/`)) ?? sections[0];
    try {
      await next?.load();
      this.open = next;
    } catch (error) {
      this.problem = problemWords(error);
    }
  }

  protected override updated(changed: PropertyValues): void {
    document.title = `${this.open ? w(this.open.label) : t('brand')} · ${t('brand')}`;
    if (changed.has('open'))
      this.querySelector('.sections [aria-current=page]')?.scrollIntoView({
        block: 'nearest',
        inline: 'center',
      });
  }

  private async leave(): Promise<void> {
    await signOut().catch(() => undefined);
    location.replace('/signin');
  }

  private nav(session: SessionInfo): TemplateResult {
    let group: string | undefined;
    return html`<nav class="sections" aria-label=${w('nav')}>
      ${sectionsFor(session).map((one) => {
        const title = one.group !== group && one.group ? html`<b>${w(one.group)}</b>` : nothing;
        group = one.group;
        return html`${title}<a
            href="#/${one.path}"
            data-testid="nav-${one.path}"
            aria-current=${one === this.open ? 'page' : 'false'}
            >${w(one.label)}</a
          >`;
      })}
      <b>${w('nav_go')}</b>
      ${PLACES.filter(([, , roles]) => roles.some((role) => session.roles.includes(role))).map(
        ([href, word]) => html`<a href=${href} data-testid="go${href}">${w(word)}</a>`,
      )}
      <a href="/" data-testid="nav-meet">${w('nav_meet')}</a>
    </nav>`;
  }

  private body(session: SessionInfo): TemplateResult {
    const { open } = this;
    if (!open) return html`<p>${sectionsFor(session).length ? w('loading') : w('no_section')}</p>`;
    // The tag is one of our own table's, never of the address.
    const tag = unsafeStatic(open.tag);
    return staticHtml`<${tag} .session=${session}></${tag}>` as TemplateResult;
  }

  protected override render(): TemplateResult {
    const { session } = this;
    return html`
      <header class="top">
        <a class="brand" href="/">${mark()}<span>${session?.brand.name ?? t('brand')}</span></a>
        <parlor-look></parlor-look>
        ${
          session && !session.demo
            ? html`<button
                class="button quiet"
                data-testid="sign-out"
                @click=${() => void this.leave()}
              >
                ${w('sign_out')}
              </button>`
            : nothing
        }
      </header>
      <div class="admin">
        ${session ? this.nav(session) : nothing}
        <main id="main">
          <p class="error" role="alert">${this.problem}</p>
          ${session ? this.body(session) : nothing}
        </main>
      </div>
    `;
  }
}
