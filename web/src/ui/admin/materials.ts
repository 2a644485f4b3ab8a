/** Settings → Materials: documents with versions that advisers send. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { materials, putMaterial, type MaterialInfo } from '../../client/materials.js';
import { AdminSection } from './base.js';
import { mw } from './materials-words.js';
import { w } from './words.js';

@customElement('parlor-admin-materials')
export class AdminMaterials extends AdminSection {
  @state() private list: MaterialInfo[] | undefined;
  @state() private renewing = '';

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(() => this.load());
  }

  private async load(): Promise<void> {
    this.list = await materials();
  }

  /** TRUE: it is kept. */
  private put(spec: Parameters<typeof putMaterial>[0]): Promise<boolean> {
    return this.run(async () => {
      await putMaterial(spec);
      this.renewing = '';
      await this.load();
    }, w('saved'));
  }

  private add(event: Event): void {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    // What was refused stays where it was typed.
    void this.put({
      title: this.value('material-title'),
      url: this.value('material-url'),
    }).then((good) => good && form.reset());
  }

  private renew(event: Event, one: MaterialInfo): void {
    event.preventDefault();
    void this.put({ id: one.id, url: this.value('material-next') });
  }

  private row(one: MaterialInfo): TemplateResult {
    return html`<li data-testid="material-row" data-off=${one.withdrawn}>
      <div class="who">
        <b>${one.title}</b><span>${one.url}</span
        ><em>${one.withdrawn ? mw('withdrawn') : mw('version', { n: one.version })}</em>
      </div>
      <div class="acts">
        <button
          class="button quiet"
          @click=${() => (this.renewing = this.renewing === one.id ? '' : one.id)}
        >
          ${mw('renew')}
        </button>
        <button
          class="button quiet"
          @click=${() => void this.put({ id: one.id, withdrawn: !one.withdrawn })}
        >
          ${mw(one.withdrawn ? 'bring_back' : 'withdraw')}
        </button>
      </div>
      ${
        this.renewing === one.id
          ? html`<form class="edit" @submit=${(event: Event) => this.renew(event, one)}>
              ${this.input('material-next', mw('url'), one.url, { required: true, type: 'url' })}
              <button class="button primary" ?disabled=${this.busy}>${w('save')}</button>
            </form>`
          : nothing
      }
    </li>`;
  }

  protected override render(): TemplateResult {
    return html`<h1>${mw('title')}</h1>
      <p class="muted">${mw('lead')}</p>
      ${this.messages()}${this.list ? nothing : this.waiting()}
      ${this.list?.length === 0 ? html`<p class="muted">${mw('none')}</p>` : nothing}
      <ul class="rows">
        ${this.list?.map((one) => this.row(one))}
      </ul>
      <form class="sheet" @submit=${(event: Event) => this.add(event)}>
        <h2>${mw('add')}</h2>
        ${this.input('material-title', mw('name'), '', { required: true })}
        ${this.input('material-url', mw('url'), '', { required: true, type: 'url' })}
        <button class="button primary" data-testid="material-add" ?disabled=${this.busy}>
          ${mw('add')}
        </button>
      </form>`;
  }
}
