/** In a form about a stream: who of the brand answers its viewers. Nothing where there is no choice. Fetched on need. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { groupNames } from '../client/account.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';

const WORDS = {
  who: ['Who answers the viewers', '由哪个顾问组接待观众'],
  first: ['The first group', '默认顾问组'],
} as const;
const word = (key: keyof typeof WORDS): string => WORDS[key][lang() === 'en' ? 0 : 1];

@customElement('parlor-host-group')
export class HostGroup extends Plain {
  /** Its id; '' = the brand's first. */
  @property() value = '';
  @state() private groups: { id: string; name: string }[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    /* Who is not signed in has a key of this stream alone, and is told of no groups. */
    void groupNames().then(
      (list) => (this.groups = list),
      () => undefined,
    );
  }

  protected override render(): TemplateResult | typeof nothing {
    const { groups, value } = this;
    if (groups.length < 2) return nothing;
    const [first, ...rest] = groups;
    const named = (one: { id: string; name: string }): string => one.name || one.id;
    return html`<label class="field"
      ><span>${word('who')}</span
      ><select name="group" data-testid="f-group">
        <option value="" ?selected=${!value || value === first?.id}>
          ${first ? named(first) : word('first')}
        </option>
        ${rest.map(
          (one) =>
            html`<option value=${one.id} ?selected=${value === one.id}>${named(one)}</option>`,
        )}
      </select></label
    >`;
  }
}
