/** The shelf behind the stream: products are brought in from a file or by hand, put in order by drag or by keys, taken away.
 *  Fetched on need. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { ApiError } from '../client/http.js';
import { putOrder, putProducts, removeProduct, shelved, type Shelved } from '../client/shelf.js';
import { textOf } from '../room/file-text.js';
import { moved, readProducts } from '../room/products-file.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import './styles/host-ways.css';
import { whyNot } from './why-not.js';

const WORDS = {
  head: ['All products of the brand', '品牌全部商品'],
  hint: [
    'Drag a product by its handle, or use the arrow keys on it. The first nine have the keys 1–9.',
    '拖动手柄调整顺序，或选中手柄后按方向键。前九件对应数字键 1–9。',
  ],
  move: ['Move “{title}”', '移动「{title}」'],
  remove: ['Take “{title}” away', '移除「{title}」'],
  remove_sure: ['Take away?', '确定移除？'],
  file: ['Bring in a file (CSV or JSON)', '导入文件（CSV 或 JSON）'],
  file_hint: [
    'Columns: sku, title, price, stock, image, url. A known sku is changed.',
    '列：货号、名称、价格、库存、图片、链接。相同货号会被更新。',
  ],
  brought: ['{n} products brought in', '已导入 {n} 件商品'],
  bad: ['Left out, no sku or title: line {lines}', '缺少货号或名称，未导入：第 {lines} 行'],
  add: ['Add one', '添加一件'],
  sku: ['sku', '货号'],
  title: ['Title', '名称'],
  price: ['Price', '价格'],
  stock: ['Stock', '库存'],
  image: ['Picture (https://…)', '图片 (https://…)'],
  url: ['In the shop (https://…)', '商品链接 (https://…)'],
  save: ['Add', '添加'],
  signin: [
    'Sign in as host, assistant or admin to change the shelf.',
    '请以主播、助理或管理员身份登录后再修改商品。',
  ],
} as const;

function word(key: keyof typeof WORDS, params: Record<string, string | number> = {}): string {
  return WORDS[key][lang() === 'en' ? 0 : 1].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(params[name] ?? ''),
  );
}

const FIELDS = ['sku', 'title', 'price', 'stock', 'image', 'url'] as const;
const SHOWN_BAD = 10;

@customElement('parlor-host-shelf')
export class HostShelf extends Plain {
  @state() private list: Shelved[] = [];
  @state() private note = '';
  @state() private problem: string | TemplateResult = '';
  @state() private sure = '';
  /** Which one is in the hand; -1 = none. */
  @state() private held = -1;
  /** What goes to the server goes one after the other. */
  private queue: Promise<unknown> = Promise.resolve();
  /** An order that has not gone yet: it takes what the list is by then. */
  private waiting = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.queue = this.tried(this.load());
  }

  private async load(): Promise<void> {
    const list = await shelved();
    if (!this.waiting && this.held < 0) this.list = list;
  }

  /** Does it, then shows what the server has. FALSE: it failed, and `problem` says so until the next change. */
  private change(what: () => Promise<unknown>): Promise<boolean> {
    const done = this.queue.then(async () => {
      this.problem = '';
      const went = await this.tried(what());
      await this.tried(this.load());
      return went;
    });
    this.queue = done;
    return done;
  }

  private async tried(what: Promise<unknown>): Promise<boolean> {
    return what.then(
      () => true,
      (error: unknown) => {
        const status = error instanceof ApiError ? error.status : 0;
        const code = error instanceof ApiError ? error.code : 'internal';
        this.problem = status === 401 || status === 403 ? word('signin') : whyNot(code);
        return false;
      },
    );
  }

  /** What is shown is what is wished; the server's word comes behind it. */
  private order(list: Shelved[]): void {
    this.list = list;
    if (this.waiting) return;
    this.waiting = true;
    void this.change(() => {
      this.waiting = false;
      return putOrder(this.list);
    });
  }

  private readonly bring = async (event: Event): Promise<void> => {
    const input = event.currentTarget as HTMLInputElement;
    const file = input.files?.[0];
    if (!file) return;
    const { rows, bad } = readProducts(textOf(await file.arrayBuffer()));
    input.value = '';
    if (!(await this.change(() => putProducts(rows)))) return;
    const lines = bad.slice(0, SHOWN_BAD).join(', ') + (bad.length > SHOWN_BAD ? ' …' : '');
    this.note = [word('brought', { n: rows.length }), bad.length ? word('bad', { lines }) : '']
      .filter(Boolean)
      .join(' · ');
  };

  private readonly add = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const text = (name: string): string => String(data.get(name) ?? '').trim();
    const [sku, title, price, stock, image, url] = FIELDS.map(text);
    const made = {
      sku: sku ?? '',
      title: title ?? '',
      price: price ?? '',
      stock: stock ?? '',
      image: image ?? '',
      url: url ?? '',
    };
    if (await this.change(() => putProducts([made]))) form.reset();
  };

  private async takeAway(sku: string): Promise<void> {
    this.sure = '';
    await this.change(async () => {
      await removeProduct(sku);
      /* An order that waits would bring it back. */
      this.list = this.list.filter((one) => one.sku !== sku);
    });
  }

  /* ---- by hand and by keys ---- */

  private grab(event: PointerEvent, index: number): void {
    (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
    this.held = index;
  }

  private drag(event: PointerEvent): void {
    if (this.held < 0) return;
    const under = document.elementFromPoint(event.clientX, event.clientY);
    const row = under?.closest<HTMLElement>('parlor-host-shelf [data-index]');
    const to = Number(row?.dataset['index'] ?? this.held);
    if (to === this.held) return;
    this.list = moved(this.list, this.held, to);
    this.held = to;
  }

  /** The keys go on with what was dragged: rows are not moved, what stands in them is. */
  private drop(): void {
    if (this.held < 0) return;
    const { sku } = this.list[this.held] ?? { sku: '' };
    this.held = -1;
    this.order(this.list);
    this.focusOn(sku);
  }

  private focusOn(sku: string): void {
    void this.updateComplete.then(() =>
      this.querySelector<HTMLElement>(`[data-sku="${CSS.escape(sku)}"] .shelf-handle`)?.focus(),
    );
  }

  private key(event: KeyboardEvent, index: number): void {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || index + step < 0 || index + step >= this.list.length) return;
    event.preventDefault();
    const { sku } = this.list[index] ?? { sku: '' };
    this.order(moved(this.list, index, index + step));
    this.focusOn(sku);
  }

  private one(product: Shelved, index: number): TemplateResult {
    const { sku, title } = product;
    return html`<li
      class="host-row"
      data-testid="shelf-item"
      data-sku=${sku}
      data-index=${index}
      ?data-on=${this.held === index}
    >
      <button
        class="shelf-handle"
        data-testid="shelf-handle"
        aria-label=${word('move', { title })}
        @pointerdown=${(event: PointerEvent) => this.grab(event, index)}
        @pointermove=${(event: PointerEvent) => this.drag(event)}
        @pointerup=${() => this.drop()}
        @pointercancel=${() => this.drop()}
        @keydown=${(event: KeyboardEvent) => this.key(event, index)}
      >
        ⠿
      </button>
      <span class="shelf-words"
        ><strong>${index + 1}. ${title}</strong
        ><span class="soft"
          >${[sku, product.price, product.stock].filter(Boolean).join(' · ')}</span
        ></span
      >
      ${
        this.sure === sku
          ? html`<button
              class="button danger"
              data-testid="shelf-remove-sure"
              @click=${() => void this.takeAway(sku)}
            >
              ${word('remove_sure')}
            </button>`
          : html`<button
              class="button quiet"
              data-testid="shelf-remove"
              aria-label=${word('remove', { title })}
              @click=${() => (this.sure = sku)}
            >
              ✕
            </button>`
      }
    </li>`;
  }

  protected override render(): TemplateResult {
    return html`<section class="rules ways host-shelf">
      <label class="field"
        ><span>${word('file')}</span
        ><input
          type="file"
          accept=".csv,.json,.txt,text/csv,application/json"
          data-testid="shelf-file"
          @change=${this.bring}
        /><span class="hint">${word('file_hint')}</span></label
      >
      ${this.note ? html`<p role="status" data-testid="shelf-note">${this.note}</p>` : nothing}
      ${this.problem ? html`<p class="warn" role="alert">${this.problem}</p>` : nothing}
      <div>
        <h2>${word('head')}</h2>
        <p class="hint">${word('hint')}</p>
        <ul class="shelf-order">
          ${this.list.map((one, index) => this.one(one, index))}
        </ul>
      </div>
      <details>
        <summary>${word('add')}</summary>
        <form @submit=${this.add}>
          ${FIELDS.map(
            (name) =>
              html`<label class="field"
                ><span>${word(name)}</span
                ><input
                  name=${name}
                  ?required=${name === 'sku' || name === 'title'}
                  data-testid="add-${name}"
              /></label>`,
          )}
          <button class="button primary" data-testid="add-save">${word('save')}</button>
        </form>
      </details>
    </section>`;
  }
}
