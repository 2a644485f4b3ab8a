/** /signin: by password, by the brand's own provider, or by the one-time link that led here. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { signin, signinWays, type SigninWays } from '../client/account.js';
import { takeAfterSignin } from '../client/after-signin.js';
import { problemWords, w } from '../ui/admin/words.js';
import { Plain } from '../ui/base.js';
import { t } from '../ui/i18n/index.js';
import { mark } from '../ui/icons.js';
import '../ui/look.js';

/** The link's secret stands in the fragment, and leaves the address bar before anything else. */
function takeLink(): string {
  const params = new URLSearchParams(location.hash.slice(1));
  const link = params.get('link') ?? '';
  if (location.hash) history.replaceState(null, '', location.pathname + location.search);
  return link;
}

/** Where each role works; who has several begins at the first of them here. */
const DOORS = [
  ['owner', '/admin'],
  ['admin', '/admin'],
  ['auditor', '/admin'],
  ['supervisor', '/board'],
  ['rep', '/rep'],
  ['host', '/host'],
  ['assistant', '/host'],
] as const;

function doorOf(roles: string[]): string {
  return DOORS.find(([role]) => roles.includes(role))?.[1] ?? '/';
}

@customElement('parlor-signin')
export class SigninPage extends Plain {
  @state() private ways: SigninWays | null = null;
  @state() private busy = false;
  @state() private problem = '';
  @state() private byLink = false;
  /** The console that the link was made for. */
  private readonly as = new URLSearchParams(location.search).get('as') ?? '';
  private readonly brand = new URLSearchParams(location.search).get('brand') ?? '';

  override connectedCallback(): void {
    super.connectedCallback();
    const failed = new URLSearchParams(location.search).get('failed');
    if (failed) this.problem = w('err_signin_failed');
    const link = takeLink();
    if (link) void this.enter({ link });
    void signinWays(this.brand).then(
      (ways) => (this.ways = ways),
      (error: unknown) => (this.problem = problemWords(error)),
    );
  }

  protected override updated(): void {
    document.title = `${w('signin_title')} · ${t('brand')}`;
  }

  private async enter(by: Parameters<typeof signin>[0]): Promise<void> {
    this.busy = true;
    this.byLink = 'link' in by;
    this.problem = '';
    try {
      const session = await signin(by);
      const account = this.byLink && !this.as && !session.user.has_password;
      const door = doorOf(session.roles.includes(this.as) ? [this.as] : session.roles);
      location.replace(takeAfterSignin() ?? (account ? '/admin#/account' : door));
    } catch (error) {
      this.problem = problemWords(error);
      this.busy = this.byLink = false;
    }
  }

  private submit(event: Event): void {
    event.preventDefault();
    const field = (name: string): string =>
      this.querySelector<HTMLInputElement>(`[name=${name}]`)?.value ?? '';
    const brand = (field('brand') || this.brand).trim();
    void this.enter({ brand, login: field('login').trim(), password: field('password') });
  }

  private form(ways: SigninWays): TemplateResult {
    return html`<form class="sheet" @submit=${(event: Event) => this.submit(event)}>
      ${
        ways.needs_brand
          ? html`<label class="field"
              ><span>${w('signin_brand')}</span
              ><input name="brand" autocomplete="organization" .value=${this.brand}
            /></label>`
          : nothing
      }
      <label class="field"
        ><span>${w('signin_login')}</span
        ><input name="login" autocomplete="username" autocapitalize="none" required
      /></label>
      <label class="field"
        ><span>${w('signin_password')}</span
        ><input name="password" type="password" autocomplete="current-password" required
      /></label>
      <p class="error" role="alert" data-testid="signin-error">${this.problem}</p>
      <button class="button primary large" data-testid="signin-go" ?disabled=${this.busy}>
        ${w(this.busy ? 'signin_by_link' : 'signin_go')}
      </button>
      ${
        ways.oidc
          ? html`<a
              class="button"
              data-testid="signin-oidc"
              href="/v1/signin/oidc?brand=${encodeURIComponent(this.brand)}"
              >${w('signin_oidc')}</a
            >`
          : nothing
      }
    </form>`;
  }

  private body(): TemplateResult {
    if (this.byLink) return html`<p role="status">${w('signin_by_link')}</p>`;
    if (!this.ways) return html`<p class="error" role="alert">${this.problem}</p>`;
    if (!this.ways.ready) return html`<p>${w('signin_not_ready')}</p>`;
    return this.form(this.ways);
  }

  protected override render(): TemplateResult {
    return html`
      <header class="top">
        <a class="brand" href="/">${mark()}<span>${t('brand')}</span></a>
        <parlor-look></parlor-look>
      </header>
      <main class="signin">
        <h1>${this.ways?.brand ?? w('signin_title')}</h1>
        <p class="lead">${w('signin_lead')}</p>
        ${this.body()}
      </main>
    `;
  }
}
