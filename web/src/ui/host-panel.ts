/** The side of the host's console: products, voices, guests, rules. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { LiveState } from '../room/live.js';
import { reduceLive } from '../room/live.js';
import type { Session } from '../room/session.js';
import type { Store } from '../room/store.js';
import { Unread } from '../room/unread.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import { isLiveKey, lt, type LiveKey } from './i18n/live.js';
import './host-words.js';
import './live-comments.js';
import { picture, price } from './live-pin.js';
import { pollResult } from './live-poll.js';

type Tab = 'shelf' | 'comments' | 'guests' | 'words' | 'rules';

@customElement('parlor-host-panel')
export class HostPanel extends Plain {
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) live!: Store<LiveState>;
  @state() private tab: Tab = 'shelf';
  @state() private sorting = false;
  private readonly unread = new Unread();
  /** The blocked words that were told last; null: they are being written. */
  @state() private told: string | null = null;
  /** Why a comment was not said. */
  @state() private unsaid: LiveKey | '' = '';

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(this.live.watch(() => this.requestUpdate()));
  }

  private readonly startPoll = (event: Event): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const options = data
      .getAll('option')
      .map((one) => String(one).trim())
      .filter(Boolean);
    const question = String(data.get('question') ?? '').trim();
    if (question && options.length > 1) this.session.tell({ t: 'poll', question, options });
  };

  private readonly comment = (event: Event): void => {
    event.preventDefault();
    const input = (event.currentTarget as HTMLFormElement).querySelector('input');
    const text = input?.value.trim();
    if (!input || !text) return;
    input.value = '';
    this.unsaid = '';
    void this.session
      .ask({ t: 'comment', client_id: crypto.randomUUID(), text })
      .then((reply) => this.live.set(reduceLive(this.live.get(), reply)))
      .catch((error: unknown) => {
        const key = `err_${(error as { code?: string }).code}`;
        this.unsaid = isLiveKey(key) ? key : 'err_other';
        input.value ||= text;
      });
  };

  private readonly toggleSorting = (): void => {
    void import('./host-shelf.js');
    this.sorting = !this.sorting;
  };

  private readonly moderate = (id: string, action: string): void => {
    const { participant } = this.live.get().comments.find((one) => one.id === id) ?? {};
    if (action !== 'invite') this.session.tell({ t: 'moderate', comment: id, action });
    else if (participant) this.session.tell({ t: 'stage', on: true, participant });
  };

  private shelf(): TemplateResult {
    const { shelf, pin, live } = this.live.get();
    /* Nobody is shown anything after it is over. */
    const over = live?.state === 'ended';
    const sort = html`<p class="shelf-sort">
      <button
        class="button quiet"
        data-testid="shelf-sort"
        aria-expanded=${this.sorting}
        @click=${this.toggleSorting}
      >
        ${lt(this.sorting ? 'shelf_sorted' : 'shelf_sort')}
      </button>
    </p>`;
    if (this.sorting) return html`${sort}<parlor-host-shelf></parlor-host-shelf>`;
    if (shelf.length === 0)
      return html`${sort}
        <p class="empty">${lt('shelf_empty')}</p>`;
    return html`${over ? nothing : html`<p class="hint">${lt('pin_hint')}</p>`} ${sort}
      <ul class="shelf">
        ${shelf.map((one, index) => {
          const on = pin?.sku === one.sku;
          return html`<li
            class="host-row"
            ?data-on=${on}
            data-testid="host-product"
            data-sku=${one.sku}
          >
            <span class="shelf-picture"
              >${picture(one)}<span class="shelf-number">${index + 1}</span></span
            >
            <span class="shelf-words"
              ><strong>${one.title}</strong
              ><span class="price">${price(one)}</span>
              ${one.stock ? html`<span class="stock">${one.stock}</span>` : nothing}</span
            >
            ${
              over
                ? nothing
                : html`<button
                    class="button ${on ? '' : 'primary'}"
                    data-testid="pin"
                    aria-pressed=${on}
                    @click=${() => (on ? this.session.tell({ t: 'pin' }) : this.session.tell({ t: 'pin', sku: one.sku }))}
                  >
                    ${lt(on ? 'unpin_it' : 'pin_it')}
                  </button>`
            }
          </li>`;
        })}
      </ul>`;
  }

  private voices(): TemplateResult {
    const { comments, top, linkHosts } = this.live.get();
    return html`<parlor-live-comments
        .comments=${comments}
        .top=${top}
        .hosts=${linkHosts}
        .moderate=${this.moderate}
      ></parlor-live-comments>
      ${comments.length === 0 ? html`<p class="empty">${lt('no_comments')}</p>` : nothing}
      <form class="host-say" @submit=${this.comment}>
        <input
          maxlength="200"
          autocomplete="off"
          placeholder=${lt('comment')}
          aria-label=${lt('comment_label')}
          data-testid="comment-input"
        />
        <button class="button">${lt('send')}</button>
      </form>
      ${this.unsaid ? html`<p class="warn" role="alert" data-testid="unsaid">${lt(this.unsaid)}</p>` : nothing}`;
  }

  private stage(): TemplateResult {
    const { guests } = this.live.get();
    if (guests.length === 0) return html`<p class="empty">${lt('no_guests')}</p>`;
    return html`<ul class="guest-list">
      ${guests.map(
        (one) =>
          html`<li data-testid="guest">
            <strong>${one.name}</strong>
            ${one.invited ? html`<span class="soft" data-testid="guest-invited">${lt('guest_invited')}</span>` : nothing}
            ${
              one.on_stage || one.invited
                ? nothing
                : html`<button
                    class="button primary"
                    data-testid="admit"
                    @click=${() => this.session.tell({ t: 'stage', on: true, participant: one.participant })}
                  >
                    ${lt('admit')}
                  </button>`
            }
            <button
              class="button quiet"
              data-testid="send-off"
              @click=${() => this.session.tell({ t: 'stage', on: false, participant: one.participant })}
            >
              ${lt(one.on_stage ? 'send_off' : one.invited ? 'cancel' : 'refuse')}
            </button>
          </li>`,
      )}
    </ul>`;
  }

  private rules(): TemplateResult {
    void import('./host-quiet.js');
    const { live, blocked, poll } = this.live.get();
    const saveWords = (event: Event): void => {
      event.preventDefault();
      const typed = new FormData(event.currentTarget as HTMLFormElement).get('words');
      const words = String(typed ?? '')
        .split('\n')
        .map((one) => one.trim())
        .filter(Boolean)
        .slice(0, 200);
      this.session.tell({ t: 'blocked', words });
      /* The server keeps them folded. */
      this.told = words.join('\n').toLowerCase();
    };
    return html`<section class="rules">
      <form @submit=${this.startPoll}>
        <h2>${lt('poll')}</h2>
        ${
          poll?.open
            ? html`<p>${poll.question}</p>
                ${pollResult(poll, -1)}
                <button
                  type="button"
                  class="button"
                  data-testid="poll-end"
                  @click=${() => this.session.tell({ t: 'poll' })}
                >
                  ${lt('poll_end')}
                </button>`
            : html`${
                  poll
                    ? html`<p>${poll.question}</p>
                        ${pollResult(poll, -1)}`
                    : nothing
                }
                <input
                  name="question"
                  maxlength="120"
                  placeholder=${lt('poll_question')}
                  aria-label=${lt('poll_question')}
                  data-testid="poll-question"
                />
                ${[1, 2, 3, 4].map((n) => html`<input name="option" maxlength="60" placeholder=${lt('poll_option', { n })} aria-label=${lt('poll_option', { n })} />`)}
                <button class="button" data-testid="poll-start">${lt('poll_start')}</button>`
        }
      </form>
      <label class="field row">
        <span>${lt('slow_mode')}</span>
        <select
          data-testid="slow"
          @change=${(event: Event) => this.session.tell({ t: 'live', slow_s: Number((event.target as HTMLSelectElement).value) })}
        >
          ${[0, 5, 10, 30, 60].map((n) => html`<option value=${n} ?selected=${live?.slow_s === n}>${n ? lt('seconds', { n }) : lt('off')}</option>`)}
        </select>
      </label>
      <form @submit=${saveWords}>
        <label class="field"
          ><span>${lt('blocked_words')}</span
          ><textarea
            name="words"
            rows="4"
            .value=${blocked.join('\n')}
            @input=${() => (this.told = null)}
          ></textarea>
        </label>
        <span class="choices"
          ><button class="button">${lt('save')}</button>
          <span role="status" data-testid="words-kept"
            >${this.told === blocked.join('\n') ? lt('saved') : ''}</span
          ></span
        >
      </form>
      <parlor-host-quiet .session=${this.session} .live=${this.live}></parlor-host-quiet>
    </section>`;
  }

  protected override render(): TemplateResult {
    const { guests, shelf, comments } = this.live.get();
    const asking = guests.filter((one) => !one.on_stage).length;
    const fresh = this.unread.count(comments, this.tab === 'comments');
    const tabs: [Tab, string][] = [
      ['shelf', `${lt('shelf')} ${shelf.length || ''}`],
      ['comments', fresh ? `${lt('comments')} (${fresh})` : lt('comments')],
      ['guests', asking ? `${lt('guests')} (${asking})` : lt('guests')],
      ['words', lang() === 'en' ? 'To all' : '广播'],
      ['rules', lt('rules')],
    ];
    return html`<aside class="host-side">
      <div class="tabs" role="tablist">
        ${tabs.map(
          ([tab, words]) =>
            html`<button
              role="tab"
              aria-selected=${this.tab === tab}
              data-testid="tab-${tab}"
              @click=${() => (this.tab = tab)}
            >
              ${words}
            </button>`,
        )}
      </div>
      <div class="host-panel" role="tabpanel" data-tab=${this.tab}>
        ${{ shelf: () => this.shelf(), comments: () => this.voices(), guests: () => this.stage(), words: () => html`<parlor-to-all .session=${this.session}></parlor-to-all>`, rules: () => this.rules() }[this.tab]()}
      </div>
    </aside>`;
  }
}
