/** Settings → Brand. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { changeBrand, ownBrand, type BrandInfo } from '../../client/account.js';
import { loadStorage } from '../../client/keeping.js';
import { AdminSection } from './base.js';
import { DAYS_MAX, k } from './keeping-words.js';
import { w } from './words.js';

@customElement('parlor-admin-brand')
export class AdminBrand extends AdminSection {
  @state() private brand: BrandInfo | undefined;
  /** So many recordings go within seven days by what was just saved. */
  @state() private going = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(async () => {
      this.brand = await ownBrand();
    });
  }

  private words(name: string): string[] {
    return this.value(name)
      .split(/[\s,]+/)
      .filter((one) => one !== '');
  }

  private save(event: Event): void {
    event.preventDefault();
    const { brand } = this;
    if (!brand) return;
    const secret = this.value('oidc_secret');
    const change = {
      name: this.value('name'),
      origins: this.words('origins'),
      domains: this.words('domains'),
      confirm: this.value('confirm'),
      may_start: this.value('may_start'),
      consent: this.value('consent'),
      retention_days: Number(this.value('retention')),
      silence_h: Number(this.value('silence')),
      oidc_issuer: this.value('oidc_issuer'),
      oidc_client: this.value('oidc_client'),
      ...(secret ? { oidc_secret: secret } : {}),
    };
    void this.run(async () => {
      this.brand = await changeBrand(brand.id, change);
      // Who keeps them for less hears what that takes away.
      const less = this.brand.retention_days !== brand.retention_days;
      this.going = less ? ((await loadStorage().catch(() => null))?.going ?? 0) : 0;
    }, w('saved'));
  }

  private area(name: string, label: string, values: string[], hint = ''): TemplateResult {
    return html`<label class="field"
      ><span>${label}</span
      ><textarea
        name=${name}
        rows="3"
        placeholder=${hint}
        .value=${values.join('\n')}
        spellcheck="false"
      ></textarea>
    </label>`;
  }

  protected override render(): TemplateResult {
    const { brand } = this;
    if (!brand)
      return html`<h1>${w('nav_brand')}</h1>
        ${this.messages()}${this.waiting()}`;
    return html`<h1>${w('nav_brand')}</h1>
      <form class="sheet" @submit=${(event: Event) => this.save(event)}>
        ${this.input('name', w('brand_name'), brand.name, { required: true })}
        ${this.choice('may_start', w('brand_may_start'), brand.may_start, [
          ['signed_in', w('may_signed_in')],
          ['anyone', w('may_anyone')],
        ])}
        ${this.choice('consent', w('brand_consent'), brand.consent, [
          ['ask', w('consent_ask')],
          ['notice', w('consent_notice')],
        ])}
        ${this.choice('confirm', w('brand_confirm'), brand.confirm, [
          ['never', w('confirm_never')],
          ['first', w('confirm_first')],
          ['always', w('confirm_always')],
        ])}
        ${this.input('retention', w('brand_retention'), String(brand.retention_days), {
          type: 'number',
          required: true,
          min: 0,
          max: DAYS_MAX,
        })}
        ${this.input('silence', w('brand_silence'), String(brand.silence_h), {
          type: 'number',
          required: true,
          min: 1,
          max: 720,
        })}
        ${this.area('origins', w('brand_origins'), brand.origins, w('brand_origins_hint'))}
        ${this.area('domains', w('brand_domains'), brand.domains)}
        <fieldset>
          <legend>${w('brand_oidc')}</legend>
          ${this.copyable(w('brand_callback'), `${location.origin}/v1/signin/callback/${brand.id}`)}
          ${this.input('oidc_issuer', w('brand_issuer'), brand.oidc_issuer ?? '', {
            hint: 'https://login.example',
          })}
          ${this.input('oidc_client', w('brand_client'), brand.oidc_client ?? '')}
          ${this.input('oidc_secret', w('brand_secret'), '', {
            type: 'password',
            complete: 'new-password',
            hint: brand.has_oidc_secret ? w('brand_secret_set') : '',
          })}
        </fieldset>
        ${this.messages()}
        ${
          this.going
            ? html`<p role="status" data-testid="brand-going">
                ${k('brand_going', { n: String(this.going) })}
                <a href="#/storage">${w('nav_storage')}</a>
              </p>`
            : nothing
        }
        <button class="button primary" data-testid="brand-save" ?disabled=${this.busy}>
          ${w('save')}
        </button>
      </form>`;
  }
}
