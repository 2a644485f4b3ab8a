/** Storage: what recordings use, what that will be, and what goes within seven days. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { loadStorage, type Storage } from '../../client/keeping.js';
import { changeRecording, type RecordingRow } from '../../client/recordings.js';
import { AdminSection } from './base.js';
import { k } from './keeping-words.js';
import { r } from './recording-words.js';
import { w } from './words.js';
import '../styles/recordings.css';

/** 1.5 GB, in the steps that disks are sold by. */
export function sizeWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, at] = [bytes, 0];
  while (value >= 1000 && at < units.length - 1) [value, at] = [value / 1000, at + 1];
  return `${value >= 100 || at === 0 ? Math.round(value) : value.toFixed(1)} ${units[at] ?? ''}`;
}

@customElement('parlor-admin-storage')
export class AdminStorage extends AdminSection {
  @state() private storage: Storage | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    void this.run(() => this.load());
  }

  private async load(): Promise<void> {
    this.storage = await loadStorage();
  }

  private rescue(one: RecordingRow): void {
    const change = one.state === 'binned' ? { state: 'ready' } : { hold: r('rec_held') };
    void this.run(async () => {
      await changeRecording(one.id, change);
      await this.load();
    }, w('saved'));
  }

  private number(label: string, value: string, id: string): TemplateResult {
    return html`<div>
      <dt>${label}</dt>
      <dd data-testid=${id}>${value}</dd>
    </div>`;
  }

  private numbers(it: Storage): TemplateResult {
    return html`<dl class="numbers">
      ${this.number(k('storage_used'), sizeWords(it.bytes), 'storage-used')}
      ${this.number(k('storage_count'), String(it.kept), 'storage-count')}
      ${this.number(k('storage_bin'), `${it.binned} · ${sizeWords(it.binned_bytes)}`, 'storage-bin')}
      ${this.number(r('rec_held'), String(it.held), 'storage-held')}
      ${this.number(k('storage_day'), sizeWords(it.bytes_a_day), 'storage-day')}
      ${this.number(k('storage_forecast'), sizeWords(it.bytes_in_30_days), 'storage-forecast')}
      ${it.disk_free >= 0 ? this.number(k('storage_free'), sizeWords(it.disk_free), 'storage-free') : nothing}
    </dl>`;
  }

  private row(one: RecordingRow, may: boolean): TemplateResult {
    const binned = one.state === 'binned';
    return html`<li data-testid="storage-row">
      <a href="#/recordings/${one.id}">
        <b>${one.title || r('rec_untitled')}</b>
        <span class="muted">${this.when(one.started_at)} · ${sizeWords(one.bytes)}</span>
      </a>
      <span class="tags">
        <i class=${binned ? 'grave' : ''}
          >${k(binned ? 'storage_for_good' : 'storage_to_bin', { when: this.when(one.purge_at) })}</i
        >
      </span>
      ${
        may
          ? html`<button
              class="button"
              data-testid="storage-keep"
              ?disabled=${this.busy}
              @click=${() => this.rescue(one)}
            >
              ${r(binned ? 'rec_restore' : 'rec_hold')}
            </button>`
          : nothing
      }
    </li>`;
  }

  protected override render(): TemplateResult {
    const { storage } = this;
    const may = this.session.roles.some((role) => role === 'owner' || role === 'admin');
    return html`<h1>${w('nav_storage')}</h1>
      ${this.messages()}
      ${
        storage
          ? html`${this.numbers(storage)}
              <h2>${k('storage_soon', { n: String(storage.going) })}</h2>
              ${storage.soon.length ? nothing : html`<p class="muted">${k('storage_nothing')}</p>`}
              <ul class="rows recordings">
                ${storage.soon.map((one) => this.row(one, may))}
              </ul>`
          : this.waiting()
      }`;
  }
}
