/** The rep's console: who asks, about what, since when; chat, call, hand over. One tab is enough. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Offer, Thread } from '../protocol/service.js';
import { Desk } from '../room/desk.js';
import { isBusy, unread } from '../room/desk-state.js';
import { Given, Rung } from '../room/given.js';
import { loadCsrf } from '../client/storage.js';
import { Plain } from '../ui/base.js';
import { clockTime, duration, st, type ServiceKey } from '../ui/i18n/service.js';
import { icon, mark } from '../ui/icons.js';
import '../ui/look.js';
import { notify } from '../ui/notify.js';
import { face } from '../ui/rep-face.js';
import '../ui/rep-face.js';
import { sign } from '../ui/service-icons.js';
import { draftOf } from '../ui/service-chat.js';
import '../ui/service-chat.js';

const PRESENCE: Record<string, ServiceKey> = {
  available: 'available',
  full: 'full',
  in_call: 'in_call_state',
  wrap_up: 'wrap_up',
  suspended: 'suspended',
  offline: 'offline_state',
};

const SEARCH_AFTER_MS = 300;
const WIDE = matchMedia('(min-width: 901px)');

function seconds(since: number | null): number {
  return since === null ? 0 : Math.max(0, (Date.now() - since) / 1000);
}

/** Whoever waits longest stands first, then the latest talk. */
function order(a: Thread, b: Thread): number {
  if (a.waiting_since !== b.waiting_since) {
    return (a.waiting_since ?? Infinity) - (b.waiting_since ?? Infinity);
  }
  return b.last_at - a.last_at;
}

@customElement('parlor-rep')
export class RepPage extends Plain {
  private readonly desk = new Desk(
    location.hash.length > 1
      ? { as: 'rep', rep: decodeURIComponent(location.hash.slice(1)) }
      : { as: 'rep' },
  );
  @state() private chosen = '';
  @state() private search = '';
  @state() private sound = false;
  private searchTimer = 0;
  private context: AudioContext | null = null;
  private known = new Set<string>();
  private readonly given = new Given();
  private readonly rung = new Rung();
  /** What the server found by these words, whatever it found them in. */
  @state() private found = new Set<string>();
  /** It had a line, or was refused one. */
  private lost = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(this.desk.store.watch(() => this.changed()));
    window.addEventListener('hashchange', () => location.reload());
    const key = (event: KeyboardEvent): void => this.onKey(event);
    window.addEventListener('keydown', key);
    this.whileConnected(() => window.removeEventListener('keydown', key));
    const second = window.setInterval(() => this.requestUpdate(), 1000);
    this.whileConnected(() => clearInterval(second));
    this.desk.open();
    void import('../ui/rep-aside.js');
    if (loadCsrf()) void import('../ui/rings.js').then(({ listenForRings }) => listenForRings());
    void import('../ui/service-call.js');
  }

  /* ---- what is told ---- */

  private changed(): void {
    const { offers, call, up } = this.desk.state;
    this.lost = !up;
    for (const one of offers) if (!this.known.has(one.id)) this.ring(one.conversation, one.id);
    this.known = new Set(offers.map((one) => one.id));
    /* A colleague or the board gave him a conversation: it rings as an offer does. */
    for (const one of this.given.look(this.desk.state, this.chosen)) this.ring(one, one.id);
    this.chosen = this.rung.look(call) || this.chosen;
    this.count();
    this.requestUpdate();
  }

  /** What waits for him stands in the tab's name. */
  private count(): void {
    const n = this.desk.state.offers.length + this.waiting() + this.given.size;
    document.title = `${n ? `(${n}) ` : ''}${st('desk')}`;
  }

  private waiting(): number {
    const { state } = this.desk;
    return Object.values(state.threads).filter((one) => unread(state, one, 'rep') > 0).length;
  }

  private ring(thread: Thread, tag: string): void {
    if (this.sound) this.chime();
    notify(st('offers'), this.nameOf(thread), tag);
  }

  /** Two soft tones; the browser allows them after the touch that switched them on. */
  private chime(): void {
    const context = (this.context ??= new AudioContext());
    for (const [i, hz] of [659, 880].entries()) {
      const [tone, level] = [context.createOscillator(), context.createGain()];
      const at = context.currentTime + i * 0.16;
      tone.frequency.value = hz;
      level.gain.setValueAtTime(0.12, at);
      level.gain.exponentialRampToValueAtTime(0.001, at + 0.3);
      tone.connect(level).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.3);
    }
  }

  private readonly toggleSound = (): void => {
    this.sound = !this.sound;
    if (!this.sound) return;
    this.chime();
    if ('Notification' in window && Notification.permission === 'default') {
      void Notification.requestPermission();
    }
  };

  /* ---- what one does ---- */

  private onKey(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const busy = /^(TEXTAREA|INPUT|SELECT|BUTTON|A)$/.test(target.tagName);
    const offer = this.desk.state.offers[0];
    if (event.key === 'Enter' && !busy && offer) {
      event.preventDefault();
      this.accept(offer);
    }
    if (event.key === 'Escape' && !event.isComposing) this.chosen = '';
  }

  private accept(offer: Offer): void {
    this.desk.reply(offer.id, true);
    this.choose(offer.conversation.id);
  }

  private choose(id: string): void {
    this.chosen = id;
    this.given.look(this.desk.state, id);
    this.count();
    void this.updateComplete.then(() => this.querySelector('textarea')?.focus());
  }

  private nameOf(thread: Thread): string {
    const { customer } = thread;
    return customer?.display || st('guest', { id: (customer?.id ?? '').slice(-4) });
  }

  /* ---- drawing ---- */

  protected override render(): TemplateResult {
    const { me, up, refused, brandName } = this.desk.state;
    return html`<main class="desk ${this.chosen ? 'in-thread' : ''}">
      <header class="desk-head">
        <a class="brand" href="/" aria-label="Parlor">${mark()}</a>
        <h1>${brandName || st('desk')}</h1>
        ${me ? this.self() : nothing}
        <parlor-look></parlor-look>
      </header>
      ${me && !refused ? html`${this.callBar()} ${this.work()}` : this.outside(up)}
    </main>`;
  }

  private outside(up: boolean): TemplateResult {
    const { error, refused } = this.desk.state;
    if (refused) return html`<p class="calm wide">${st('desk_departed')}</p>`;
    if (!error) return html`<p class="calm wide">${this.lost && !up ? st('offline') : ''}</p>`;
    return html`<div class="wide" data-testid="rep-outside">
      <p>${st('desk_forbidden')}</p>
      <p><a class="button primary" href="/signin">${st('desk_sign_in')}</a></p>
    </div>`;
  }

  private self(): TemplateResult | typeof nothing {
    const { me, up } = this.desk.state;
    if (!me) return nothing;
    const presence = up ? me.presence : 'offline';
    return html`<div class="self">
      <span class="presence" data-presence=${presence} data-testid="presence">
        ${st(PRESENCE[presence] ?? 'offline_state')}<span class="own-name"> · ${me.name}</span>
      </span>
      <button
        class="button quiet"
        data-testid="suspend"
        aria-pressed=${me.suspended}
        @click=${() => this.desk.suspend(!me.suspended)}
      >
        ${st(me.suspended ? 'resume' : 'suspend')}
      </button>
      <button
        class="tap-key"
        aria-pressed=${this.sound}
        aria-label=${st('sound')}
        title=${st('sound')}
        @click=${this.toggleSound}
      >
        ${icon(this.sound ? 'sound' : 'soundOff')}
      </button>
    </div>`;
  }

  private work(): TemplateResult {
    const thread = this.desk.state.threads[this.chosen];
    return html`<nav class="threads" aria-label=${st('desk')}>
        ${this.offers()}
        <input
          type="search"
          placeholder=${st('search')}
          aria-label=${st('search')}
          .value=${this.search}
          @input=${(event: Event) => this.look((event.target as HTMLInputElement).value)}
        />
        ${this.list()}
      </nav>
      ${thread ? this.thread(thread) : html`<p class="calm wide pick">${st('desk_pick')}</p>`}`;
  }

  /** The call stands in one place, whichever conversation is looked at: with its strip it would end. */
  private callBar(): TemplateResult | typeof nothing {
    const { call, callRefused, threads } = this.desk.state;
    const refused = callRefused?.conversation === this.chosen ? callRefused : null;
    const shown = isBusy(call) ? call : refused;
    if (!shown) return nothing;
    const thread = threads[shown.conversation];
    return html`<div class="desk-call">
      <parlor-service-call
        .desk=${this.desk}
        as="rep"
        other=${thread ? this.nameOf(thread) : (call?.rep?.name ?? '')}
      ></parlor-service-call>
    </div>`;
  }

  private offers(): TemplateResult {
    return html`${repeat(
      this.desk.state.offers,
      (one) => one.id,
      (one) =>
        html`<article class="offer" data-testid="offer" role="alert">
          <header>
            ${face(this.nameOf(one.conversation), '', one.conversation.customer?.id ?? one.conversation.id)}
            <b>${this.nameOf(one.conversation)}</b>
            <small aria-live="off"
              >${Math.max(0, Math.ceil((one.until - Date.now()) / 1000))} s</small
            >
          </header>
          <p>${one.conversation.last_text}</p>
          ${this.where(one.conversation)}
          <parlor-rep-context .thread=${one.conversation}></parlor-rep-context>
          <div class="choices">
            <button class="button quiet" @click=${() => this.desk.reply(one.id, false)}>
              ${st('reject')}
            </button>
            <button
              class="button primary"
              data-testid="accept"
              title=${st('accept_hint')}
              @click=${() => this.accept(one)}
            >
              ${st('accept')}
            </button>
          </div>
        </article>`,
    )}`;
  }

  /** Where he was when he asked. */
  private where(thread: Thread): TemplateResult | typeof nothing {
    const parts = [
      thread.room_ms !== null && st('at_second', { time: clockTime(thread.room_ms) }),
      thread.customer && st(thread.customer.here ? 'here' : 'gone'),
    ].filter(Boolean);
    return parts.length ? html`<p class="where">${parts.join(' · ')}</p>` : nothing;
  }

  /** Those that are not in this list, ended long ago, are looked for at the server. */
  private look(words: string): void {
    this.search = words;
    this.found = new Set();
    clearTimeout(this.searchTimer);
    const text = words.trim();
    if (text.length < 2) return;
    this.searchTimer = window.setTimeout(() => {
      void import('../client/talks.js')
        .then((one) => one.findTalks(this.desk.state.me?.id ?? '', text))
        .then((list) => {
          for (const thread of list) this.desk.found(thread);
          if (text === this.search.trim()) this.found = new Set(list.map((one) => one.id));
        })
        .catch(() => undefined);
    }, SEARCH_AFTER_MS);
  }

  private list(): TemplateResult {
    const words = this.search.trim().toLowerCase();
    const fits = (one: Thread): boolean =>
      !words ||
      this.found.has(one.id) ||
      [this.nameOf(one), one.last_text, one.note, one.product, one.customer?.tags ?? '']
        .join('\n')
        .toLowerCase()
        .includes(words);
    const threads = Object.values(this.desk.state.threads).filter(fits).sort(order);
    if (!threads.length)
      return html`<p class="calm empty">${st(words ? 'search_none' : 'desk_empty')}</p>
        ${
          this.sound || words
            ? nothing
            : html`<button class="button quiet" data-testid="sound-hint" @click=${this.toggleSound}>
                ${icon('soundOff')}${st('sound')}
              </button>`
        }`;
    return html`<ul>
      ${repeat(
        threads,
        (one) => one.id,
        (one) => html`<li>${this.row(one)}</li>`,
      )}
    </ul>`;
  }

  private row(one: Thread): TemplateResult {
    const fresh = unread(this.desk.state, one, 'rep');
    const wait = seconds(one.waiting_since);
    const draft = one.id !== this.chosen && draftOf(one.id);
    return html`<button
      class="row"
      data-testid="thread"
      data-state=${one.state}
      aria-current=${one.id === this.chosen}
      @click=${() => this.choose(one.id)}
    >
      ${face(this.nameOf(one), '', one.customer?.id ?? one.id)}
      <span class="row-words">
        <b>${this.nameOf(one)}</b>
        <span>${draft ? html`<i>${st('unsaved')}:</i> ${draft}` : one.last_text}</span>
        <small class=${wait > 60 ? 'late' : ''}>
          ${one.waiting_since ? st('waits', { time: duration(wait) }) : this.stands(one)}
        </small>
      </span>
      ${this.given.has(one.id) ? html`<span class="given">${st('given_to_you')}</span>` : nothing}
      ${fresh ? html`<span class="count">${fresh}</span>` : nothing}
    </button>`;
  }

  /** Where it stands, and with whom if not with him. */
  private stands(one: Thread): string {
    const other = one.state === 'human' && one.assignee?.id !== this.desk.state.me?.id;
    const name = other ? (one.assignee?.name ?? '') : '';
    return name ? st('with_other', { name }) : st(`state_${one.state}`);
  }

  private thread(thread: Thread): TemplateResult {
    return html`<section class="thread" data-testid="open-thread">
        <header class="chat-head">
          <button
            class="tap-key only-phone"
            aria-label=${st('back')}
            @click=${() => (this.chosen = '')}
          >
            ${sign('back')}
          </button>
          <span class="who"
            ><b>${this.nameOf(thread)}</b><small>${this.stands(thread)}</small></span
          >
          ${isBusy(this.desk.state.call) ? nothing : this.callKeys(thread)}
        </header>
        <parlor-service-chat
          .desk=${this.desk}
          as="rep"
          conversation=${thread.id}
        ></parlor-service-chat>
      </section>
      ${this.aside(thread)}`;
  }

  private callKeys(thread: Thread): TemplateResult {
    return html`<button
        class="tap-key"
        data-testid="call-audio"
        aria-label=${st('call_audio')}
        title=${st('call_audio')}
        @click=${() => this.desk.call(thread.id, false)}
      >
        ${sign('phone')}
      </button>
      <button
        class="tap-key"
        aria-label=${st('call_video')}
        title=${st('call_video')}
        @click=${() => this.desk.call(thread.id, true)}
      >
        ${icon('cam')}
      </button>`;
  }

  /** On a phone it is folded away: the talk needs the height. */
  private aside(thread: Thread): TemplateResult {
    return html`<details class="context" ?open=${WIDE.matches}>
      <summary>${st('about')}</summary>
      <div>
        ${this.where(thread)}
        <parlor-rep-aside .desk=${this.desk} .thread=${thread}></parlor-rep-aside>
      </div>
    </details>`;
  }
}
