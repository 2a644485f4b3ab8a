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
import { st } from './i18n/service.js';
import { whyNot } from './why-not.js';
import './styles/broadcast.css';

const LOOK_EVERY_MS = 5000;
/** Codes against which signing in helps. */
const SIGN_IN = ['unauthorized', 'forbidden'];

/** Its message is the problem's code. */
class Refused extends Error {}

/** Throws a Refused. */
async function ask(path: string, method = 'GET', body?: object): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json', 'X-Parlor-CSRF': loadCsrf() };
  const reply = await fetch(path, {
    method,
    headers,
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch(() => {
    throw new Refused('offline');
  });
  const json: unknown = await reply.json().catch(() => null);
  if (!reply.ok) throw new Refused((json as { code?: string } | null)?.code ?? 'internal');
  return json;
}

const codeOf = (error: unknown): string => (error instanceof Refused ? error.message : 'internal');

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
  count: ['seen by {shown}, confirmed by {confirmed}', '{shown} 人已看到，{confirmed} 人已确认'],
  who: ['Who has not (CSV)', '未看到的客户 (CSV)'],
  failed: ['That did not work.', '操作未成功。'],
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
  /** Why the list is not told now. */
  @state() private away = '';

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
      this.away = '';
    } catch (error) {
      this.away = codeOf(error);
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
      this.problem = codeOf(error);
    }
    await this.look();
  };

  /** What a key of a row does; who pressed it hears if it was not done. */
  private async act(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
      this.problem = '';
    } catch (error) {
      this.problem = codeOf(error);
    }
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
      <button class="button quiet" @click=${() => void this.act(() => this.save(item))}>
        ${word('who')}
      </button>
      ${
        item.stands
          ? html`<button
              class="button quiet"
              @click=${() => void this.act(() => ask(`/v1/broadcasts/${item.id}`, 'DELETE'))}
            >
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
      ${this.problem ? html`<p role="alert">${word('failed')} ${whyNot(this.problem)}</p>` : nothing}
      ${
        this.away
          ? html`<p role="alert">${whyNot(this.away)}</p>
              ${
                SIGN_IN.includes(this.away)
                  ? html`<p><a class="button" href="/signin">${st('desk_sign_in')}</a></p>`
                  : nothing
              }`
          : nothing
      }
      <ul>
        ${this.rows.map((item) => this.one(item))}
      </ul>
    </section>`;
  }
}
