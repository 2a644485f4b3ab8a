/** Settings → Brand. */
import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { changeBrand, ownBrand, type BrandInfo } from '../../client/account.js';
import { AdminSection } from './base.js';
import { w } from './words.js';

@customElement('parlor-admin-brand')
export class AdminBrand extends AdminSection {
  @state() private brand: BrandInfo | undefined;

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
      retention_days: Number(this.value('retention')) || 0,
      silence_h: Number(this.value('silence')),
      oidc_issuer: this.value('oidc_issuer'),
      oidc_client: this.value('oidc_client'),
      ...(secret ? { oidc_secret: secret } : {}),
    };
    void this.run(async () => {
      this.brand = await changeBrand(brand.id, change);
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
        })}
        ${this.input('silence', w('brand_silence'), String(brand.silence_h), {
          type: 'number',
          required: true,
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
        <button class="button primary" data-testid="brand-save" ?disabled=${this.busy}>
          ${w('save')}
        </button>
      </form>`;
  }
}
