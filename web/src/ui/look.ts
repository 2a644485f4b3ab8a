/** Language and light or dark: chosen by the browser, changed here, remembered. */
import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { loadChoices, saveChoices } from '../client/storage.js';
import { Plain } from './base.js';
import { lang, setLang, t } from './i18n/index.js';
import { icon } from './icons.js';

type Theme = 'auto' | 'light' | 'dark';
const THEMES: Theme[] = ['auto', 'light', 'dark'];

function theme(): Theme {
  return THEMES.find((one) => one === loadChoices().theme) ?? 'auto';
}

function show(next: Theme): void {
  if (next === 'auto') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
}

show(theme());

@customElement('parlor-look')
export class Look extends Plain {
  @state() private theme = theme();

  private choose(next: Theme): void {
    this.theme = next;
    saveChoices({ theme: next });
    show(next);
  }

  protected override render(): TemplateResult {
    const next = THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length] ?? 'auto';
    return html`<div class="look">
      <button
        class="button quiet"
        data-testid="theme-toggle"
        aria-label="${t('theme')}: ${t(`theme_${this.theme}`)}"
        @click=${() => this.choose(next)}
      >
        ${icon('theme')}<span>${t(`theme_${this.theme}`)}</span>
      </button>
      <button
        class="button quiet"
        data-testid="language-toggle"
        aria-label=${t('language_label')}
        lang=${lang() === 'en' ? 'zh-CN' : 'en'}
        @click=${() => setLang(lang() === 'en' ? 'zh-CN' : 'en')}
      >
        ${icon('globe')}<span>${t('language')}</span>
      </button>
    </div>`;
  }
}
