/** Who is of another company says so beside his name, everywhere. */
import { html, nothing, type TemplateResult } from 'lit';
import { lang } from './i18n/lang.js';

export function external(company: string): string {
  return `${lang() === 'en' ? 'External' : '外部'} · ${company}`;
}

export function externalSign(company?: string): TemplateResult | typeof nothing {
  return company
    ? html`<small class="external" data-testid="external">${external(company)}</small>`
    : nothing;
}
