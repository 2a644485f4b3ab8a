/** Beside a conversation, for the rep alone: his note, tags, what he sends, to whom he gives it. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { materials, type MaterialInfo } from '../client/materials.js';
import type { Shelved } from '../client/shelf.js';
import { readingsOf, type Reading } from '../client/talks.js';
import type { AssistCard, Thread } from '../protocol/service.js';
import type { Desk } from '../room/desk.js';
import { Plain } from './base.js';
import { ct, type CareKey } from './i18n/care.js';
import { lang } from './i18n/lang.js';
import { st } from './i18n/service.js';
import { products } from './rep-context.js';
import './service-care.js';

@customElement('parlor-rep-aside')
export class RepAside extends Plain {
  @property({ attribute: false }) desk!: Desk;
  @property({ attribute: false }) thread!: Thread;
  @state() private documents: MaterialInfo[] = [];
  @state() private shelf: Shelved[] = [];
  @state() private readings: Reading[] = [];
  private asked = '';
  /** Whose note or tags were changed here. */
  @state() private saved = '';
  @state() private to: { thread: string; rep: string } | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(this.desk.store.watch(() => this.requestUpdate()));
    void materials()
      .then((list) => (this.documents = list.filter((one) => !one.withdrawn)))
      .catch(() => undefined);
  }

  protected override willUpdate(): void {
    const { id } = this.thread;
    if (id === this.asked) return;
    this.asked = id;
    this.readings = [];
    void products().then((list) => (this.shelf = list));
    void readingsOf(id)
      .then((list) => this.asked === id && (this.readings = list))
      .catch(() => undefined);
  }

  /** The brand's documents; the newest version goes out. */
  private materials(thread: Thread): TemplateResult | typeof nothing {
    if (!this.documents.length) return nothing;
    const send = (event: Event): void => {
      const box = event.target as HTMLSelectElement;
      if (box.value) this.desk.say(thread.id, '', undefined, 'material', { material: box.value });
      box.value = '';
    };
    return html`<label
      >${st('material_send')}
      <select data-testid="material" @change=${send}>
        <option value="">${ct('choose')}</option>
        ${this.documents.map((one) => html`<option value=${one.id}>${one.title}</option>`)}
      </select>
    </label>`;
  }

  /** Off the shelf into the chat. */
  private products(thread: Thread): TemplateResult | typeof nothing {
    if (!this.shelf.length) return nothing;
    const send = (event: Event): void => {
      const box = event.target as HTMLSelectElement;
      const one = this.shelf.find(({ sku }) => sku === box.value);
      if (one)
        this.desk.say(thread.id, '', undefined, 'product', { sku: one.sku, title: one.title });
      box.value = '';
    };
    return html`<label
      >${ct('product_send')}
      <select data-testid="product" @change=${send}>
        <option value="">${ct('choose')}</option>
        ${this.shelf.map(
          (one) =>
            html`<option value=${one.sku}>
              ${one.title}${one.price ? ` · ${one.price}` : ''}
            </option>`,
        )}
      </select>
    </label>`;
  }

  /** Nobody reads along without its being seen. */
  private read(): TemplateResult | typeof nothing {
    if (!this.readings.length) return nothing;
    const line = (one: Reading): TemplateResult => {
      const time = new Date(one.at).toLocaleString(lang(), {
        dateStyle: 'short',
        timeStyle: 'short',
      });
      const key = one.act === 'read' ? 'reading_read' : 'reading_move';
      return html`<li>${ct(key, { name: one.name || one.by, time, reason: one.reason })}</li>`;
    };
    return html`<div class="where" data-testid="readings">
      ${ct('readings')}
      <ul>
        ${this.readings.slice(0, 5).map(line)}
      </ul>
    </div>`;
  }

  /** What the brand's system found, for him alone. */
  private assist(thread: Thread): TemplateResult | typeof nothing {
    const cards = this.desk.state.assist[thread.id] ?? [];
    if (!cards.length || thread.state === 'ended') return nothing;
    return html`<section class="assist" aria-label=${ct('assist')} data-testid="assist">
      <h3>${ct('assist')}</h3>
      ${repeat(
        [...cards].reverse(),
        (one) => one.id,
        (one) => this.card(thread, one),
      )}
    </section>`;
  }

  private card(thread: Thread, one: AssistCard): TemplateResult {
    const send = (kind: string, data: object) => () =>
      this.desk.say(thread.id, '', undefined, kind, data);
    const key = (word: CareKey, act: () => void): TemplateResult =>
      html`<button class="link" @click=${act}>${ct(word)}</button>`;
    return html`<article class="assist-card" data-testid="assist-card">
      ${one.title ? html`<b>${one.title}</b>` : nothing}
      ${one.text ? html`<p>${one.text}</p>` : nothing}
      <div class="keys">
        ${one.text ? key('assist_use', () => this.use(one.text)) : nothing}
        ${one.sku ? key('assist_product', send('product', { sku: one.sku, title: one.title || one.sku })) : nothing}
        ${one.material ? key('assist_material', send('material', { material: one.material })) : nothing}
        ${
          one.url
            ? html`<a class="link" href=${one.url} target="_blank" rel="noopener noreferrer"
                >${ct('assist_open')}</a
              >`
            : nothing
        }
      </div>
    </article>`;
  }

  /** Into the box, to be read and sent by himself. */
  private use(text: string): void {
    const box = document.querySelector<HTMLTextAreaElement>('parlor-service-chat textarea');
    if (!box) return;
    box.value = box.value ? `${box.value.trimEnd()} ${text}` : text;
    box.dispatchEvent(new Event('input', { bubbles: true }));
    box.focus();
  }

  private rated(thread: Thread): TemplateResult | typeof nothing {
    const { score, text } = thread.rating ?? {};
    if (!score) return nothing;
    return html`<p class="where" data-testid="rated">
      ${ct('rated', { n: score })} <span aria-hidden="true">${'★'.repeat(score)}</span>
      ${text ? html`<br />“${text}”` : nothing}
    </p>`;
  }

  /** A hotline's customer may become his own: he offers, the customer says yes or no. */
  private upgrade(thread: Thread): TemplateResult | typeof nothing {
    const me = this.desk.state.me?.id;
    const mine = thread.rep?.id === me;
    if (thread.personal_since) {
      const words = mine ? ct('is_mine') : ct('is_others', { name: thread.rep?.name ?? '' });
      return html`<p class="where" data-testid="personal">${words}</p>`;
    }
    if (thread.upgrade && thread.upgrade.until > Date.now()) {
      const words = ct('upgrade_waits', { name: thread.upgrade.rep.name });
      return html`<p class="where" data-testid="upgrade-waits">${words}</p>`;
    }
    if (thread.state !== 'human' || thread.assignee?.id !== me) return nothing;
    return html`<button
      class="button quiet"
      data-testid="upgrade"
      @click=${() => this.desk.tell({ t: 'upgrade', conversation: thread.id })}
    >
      ${ct('upgrade')}
    </button>`;
  }

  /** To a colleague: chosen, then said again, for it takes effect at once. */
  private give(thread: Thread): TemplateResult {
    const others = this.desk.state.colleagues.filter((one) => one.id !== this.desk.state.me?.id);
    const chosen = this.to?.thread === thread.id ? this.to.rep : '';
    const choose = (event: Event): void => {
      this.to = { thread: thread.id, rep: (event.target as HTMLSelectElement).value };
    };
    const give = (): void => {
      this.desk.thread(thread.id, { assign: chosen });
      this.to = null;
    };
    return html`<label
        >${st('transfer')}
        <select data-testid="assign" .value=${chosen} @change=${choose}>
          <option value="">${ct('nobody_else')}</option>
          ${others.map((one) => html`<option value=${one.id}>${one.name}</option>`)}
        </select>
      </label>
      ${
        chosen
          ? html`<button class="button primary" data-testid="assign-do" @click=${give}>
              ${ct('give', { name: others.find((one) => one.id === chosen)?.name ?? '' })}
            </button>`
          : nothing
      }`;
  }

  protected override render(): TemplateResult {
    const { thread } = this;
    const keep = (change: (text: string) => object) => (event: Event) => {
      this.desk.thread(thread.id, change((event.target as HTMLTextAreaElement).value));
      this.saved = thread.id;
    };
    return html`
      <parlor-rep-context .thread=${thread} noted></parlor-rep-context>
      ${this.assist(thread)} ${this.rated(thread)}
      <label
        >${st('note')}
        <textarea
          rows="4"
          data-testid="note"
          .value=${thread.note}
          @change=${keep((note) => ({ note }))}
        ></textarea>
      </label>
      <label
        >${st('tags')}
        <input .value=${thread.customer?.tags ?? ''} @change=${keep((tags) => ({ tags }))} />
      </label>
      <p class="where" role="status">${this.saved === thread.id ? ct('kept') : nothing}</p>
      ${this.materials(thread)} ${this.products(thread)} ${this.upgrade(thread)}
      ${this.give(thread)}
      ${
        thread.state === 'human' || thread.state === 'queued'
          ? html`<button
              class="button quiet"
              data-testid="close-thread"
              @click=${() => this.desk.thread(thread.id, { close: true })}
            >
              ${st('close_thread')}
            </button>`
          : nothing
      }
      ${this.read()}
    `;
  }
}
