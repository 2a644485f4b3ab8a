/** Settings → API keys: made, rotated with overlap, revoked. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import {
  addKey,
  keys,
  revokeKey,
  rotateKey,
  type KeyInfo,
  type NewKey,
} from '../../client/account.js';
import { AdminSection } from './base.js';
import { isWord, w } from './words.js';

const SCOPES = ['rooms', 'tokens', 'live', 'service', 'recordings', 'sessions', 'admin'];
const DAY_SEC = 24 * 3600;

@customElement('parlor-admin-keys')
export class AdminKeys extends AdminSection {
  @state() private list: KeyInfo[] | undefined;
  @state() private made: NewKey | null = null;
  @state() private asking = '';

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(() => this.load());
  }

  private async load(): Promise<void> {
    this.list = await keys();
  }

  private add(event: Event): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    void this.run(async () => {
      this.made = await addKey(this.value('key-name'), this.checked('scope'));
      form.reset();
      await this.load();
      void this.reveal();
    });
  }

  private rotate(one: KeyInfo): void {
    void this.run(async () => {
      this.made = await rotateKey(one.id, DAY_SEC);
      await this.load();
      void this.reveal();
    }, w('key_overlap'));
  }

  private revoke(one: KeyInfo): void {
    void this.run(async () => {
      await revokeKey(one.id);
      this.asking = '';
      await this.load();
    });
  }

  private stateWords(one: KeyInfo): string {
    const word = `state_${one.state}`;
    return isWord(word) ? w(word, { when: this.when(one.expires_at) }) : one.state;
  }

  private sure(one: KeyInfo): TemplateResult {
    return html`<div class="edit" role="alertdialog" aria-label=${w('key_revoke')}>
      <p>${w('key_sure', { name: one.name })}</p>
      <button class="button grave" data-testid="key-sure" @click=${() => this.revoke(one)}>
        ${w('key_revoke')}
      </button>
    </div>`;
  }

  private row(one: KeyInfo): TemplateResult {
    const holds = one.state === 'active' || one.state === 'expiring';
    return html`<li data-testid="key-row" data-off=${!holds}>
      <div class="who">
        <b>${one.name}</b><span><code>${one.id}</code></span
        ><em>${this.stateWords(one)}</em>
      </div>
      <div class="tags">${one.scopes.map((scope) => html`<i>${scope}</i>`)}</div>
      <span class="muted">${w('key_used')}: ${this.when(one.last_used_at)}</span>
      ${
        holds
          ? html`<div class="acts">
              <button
                class="button quiet"
                ?disabled=${one.state !== 'active'}
                @click=${() => this.rotate(one)}
              >
                ${w('key_rotate')}
              </button>
              <button
                class="button quiet"
                data-testid="key-revoke"
                @click=${() => (this.asking = this.asking === one.id ? '' : one.id)}
              >
                ${w('key_revoke')}
              </button>
            </div>`
          : nothing
      }
      ${this.asking === one.id ? this.sure(one) : nothing}
    </li>`;
  }

  private shown(): TemplateResult | typeof nothing {
    const { made } = this;
    if (!made) return nothing;
    return html`<section class="shown" role="status" data-testid="key-made">
      <p>${w('key_once')}</p>
      ${this.copyable(w('key_id'), made.id)}${this.copyable(w('key_secret'), made.secret)}
    </section>`;
  }

  protected override render(): TemplateResult {
    return html`<h1>${w('nav_keys')}</h1>
      ${this.messages()}${this.shown()}${this.list ? nothing : this.waiting()}
      <ul class="rows">
        ${this.list?.map((one) => this.row(one))}
      </ul>
      <form class="sheet" @submit=${(event: Event) => this.add(event)}>
        <h2>${w('key_add')}</h2>
        ${this.input('key-name', w('key_name'), '', { required: true })}
        <fieldset>
          <legend>${w('key_scopes')}</legend>
          ${this.boxes(
            'scope',
            SCOPES.map((one) => [one, one]),
            ['rooms', 'tokens'],
          )}
        </fieldset>
        <button class="button primary" data-testid="key-add" ?disabled=${this.busy}>
          ${w('key_add')}
        </button>
      </form>`;
  }
}
