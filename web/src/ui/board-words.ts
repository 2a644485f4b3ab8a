/** Words to everybody of the brand, on the supervisor's board: sending, counting, and who has not had them. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import {
  bool,
  def,
  list,
  nullable,
  num,
  opt,
  shape,
  str,
  type Checked,
} from '../protocol/check.js';
import { loadCsrf } from '../client/storage.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import './styles/broadcast.css';

const LOOK_EVERY_MS = 5000;

/** Throws the status. */
async function ask(path: string, method = 'GET', body?: object): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json', 'X-Parlor-CSRF': loadCsrf() };
  const reply = await fetch(path, {
    method,
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!reply.ok) throw new Error(String(reply.status));
  return reply.json();
}

const counts = shape({ shown: num, confirmed: num });
const row = shape({ id: str, text: str, confirm: bool, stands: bool, counts });
type Row = Checked<typeof row>;
const rows = shape({ broadcasts: def(list(row), []) });
const missing = shape({
  people: list(
    shape({
      customer: nullable(str),
      customer_ref: nullable(str),
      rep: nullable(str),
      name: opt(str),
    }),
  ),
  cursor: nullable(str),
});

const WORDS = {
  head: ['To all customers', '致所有客户'],
  text: ['Words to everybody in our live rooms and on our pages', '发给直播间与页面上所有客户的话'],
  confirm: ['Ask everybody to confirm', '请每个人确认已读'],
  send: ['Send', '发送'],
  end: ['Take back', '撤回'],
  count: ['{shown} have seen it, {confirmed} confirmed', '{shown} 人已看到，{confirmed} 人已确认'],
  who: ['Who has not (CSV)', '未看到的客户 (CSV)'],
  failed: ['It was not sent ({code})', '发送失败（{code}）'],
} as const;

function word(key: keyof typeof WORDS, params: Record<string, string | number> = {}): string {
  return WORDS[key][lang() === 'en' ? 0 : 1].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(params[name] ?? ''),
  );
}

/** A cell is never a formula. */
const cell = (value: string | null | undefined): string =>
  `"${(value ?? '').replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`;

@customElement('parlor-board-words')
export class BoardWords extends Plain {
  @state() private rows: Row[] = [];
  @state() private problem = '';

  override connectedCallback(): void {
    super.connectedCallback();
    const timer = window.setInterval(() => void this.look(), LOOK_EVERY_MS);
    this.whileConnected(() => clearInterval(timer));
    void this.look();
  }

  private async look(): Promise<void> {
    if (document.hidden) return;
    try {
      const all = rows(await ask('/v1/broadcasts'), 'broadcasts');
      this.rows = all.broadcasts.slice(0, 5);
    } catch {
      /* The board says that the line is away. */
    }
  }

  private readonly send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const text = String(data.get('text') ?? '').trim();
    if (!text) return;
    const body = { text, confirm: data.get('confirm') !== null, client_id: crypto.randomUUID() };
    try {
      await ask('/v1/broadcasts', 'POST', body);
      form.reset();
      this.problem = '';
    } catch (error) {
      this.problem = error instanceof Error ? error.message : '?';
    }
    await this.look();
  };

  private async end(id: string): Promise<void> {
    await ask(`/v1/broadcasts/${id}`, 'DELETE').catch(() => undefined);
    await this.look();
  }

  /** All pages, as a file. */
  private async save(one: Row): Promise<void> {
    const lines = ['customer,customer_ref,rep'];
    const what = one.confirm ? 'confirmed' : 'shown';
    for (let cursor: string | null = ''; cursor !== null;) {
      const path = `/v1/broadcasts/${one.id}/missing?what=${what}&limit=5000${cursor ? `&cursor=${cursor}` : ''}`;
      const page = missing(await ask(path), 'missing');
      for (const person of page.people)
        lines.push(
          [person.customer ?? person.name, person.customer_ref, person.rep].map(cell).join(),
        );
      ({ cursor } = page);
    }
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([`${lines.join('\r\n')}\r\n`], { type: 'text/csv' }));
    link.download = `${one.id}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  private one(item: Row): TemplateResult {
    return html`<li class="wait" data-testid="words-row" data-id=${item.id}>
      <span class="row-words"><b>${item.text}</b><small>${word('count', item.counts)}</small></span>
      <button class="button quiet" @click=${() => void this.save(item).catch(() => undefined)}>
        ${word('who')}
      </button>
      ${
        item.stands
          ? html`<button class="button quiet" @click=${() => void this.end(item.id)}>
              ${word('end')}
            </button>`
          : nothing
      }
    </li>`;
  }

  protected override render(): TemplateResult {
    return html`<section class="words-wide">
      <h2>${word('head')}</h2>
      <form class="departure" @submit=${(event: Event) => void this.send(event)}>
        <label
          >${word('text')}
          <textarea name="text" maxlength="500" required data-testid="words-text"></textarea>
        </label>
        <span class="words-line"
          ><label class="words-check"
            ><input type="checkbox" name="confirm" /> ${word('confirm')}</label
          >
          <button class="button primary" data-testid="words-send">${word('send')}</button></span
        >
      </form>
      ${this.problem ? html`<p role="alert">${word('failed', { code: this.problem })}</p>` : nothing}
      <ul>
        ${this.rows.map((item) => this.one(item))}
      </ul>
    </section>`;
  }
}
