/**
 * The viewer's side: the button, the sheet over the playing stream, and the bubble it becomes. It
 * touches nothing of the page around it: its line, its calls and its keyboard are its own.
 */
import { html, nothing, render, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { embedded, place } from '../client/place.js';
import type { Binding, Rep, Thread } from '../protocol/service.js';
import { Desk, type TapContext } from '../room/desk.js';
import { isBusy, ownThread, unread } from '../room/desk-state.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import { duration, st } from './i18n/service.js';
import { icon } from './icons.js';
import { pull } from './pull.js';
import { face } from './rep-face.js';
import './rep-face.js';
import { sign } from './service-icons.js';
import './service-call.js';
import './service-chat.js';

/** The link of *Keep this person* carries its token in the fragment; it is taken out of sight at once. */
function keptToken(): string {
  const keep = /^#keep=([a-z0-9]{20,64})$/.exec(location.hash)?.[1];
  if (!keep) return '';
  history.replaceState(history.state, '', location.pathname + location.search);
  return keep;
}

/** Less than this is a browser's own bar. */
const KEYBOARD_PX = 80;

type View = 'shut' | 'open' | 'bubble';

@customElement('parlor-service')
export class ServiceSheet extends Plain {
  /** What a tap tells of where it came from; read at the tap. */
  @property({ attribute: false }) context: () => TapContext = () => ({});
  @property() brand = '';
  /** Whose reps answer beside this stream; '' = whichever. */
  group: () => string = () => '';
  /** Where the button stands, outside of this element; null = inside. */
  @property({ attribute: false }) place: HTMLElement | null = null;
  readonly desk: Desk;
  /** A link that asks to be somebody else's device: nothing is done with it before he says yes. */
  @state() private link = keptToken();
  @state() private view: View = 'shut';
  @state() private asked = false;
  @state() private confirming = false;
  @state() private menu = false;
  @state() private keeping = false;
  @state() private kept = new Set<string>();
  private shownTap = '';
  private shownThread = '';
  private person = 0;
  private ducked = false;

  constructor(brand = '') {
    super();
    this.brand = brand;
    this.desk = new Desk({ as: 'visitor', ...(brand ? { brand } : {}) });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(this.desk.store.watch(() => this.changed()));
    if (this.link) {
      void import('./service-link.js');
      this.view = 'open';
    }
    /* The stream comes first; the line is open long before anybody taps. */
    const idle = window.setTimeout(() => {
      this.desk.open();
      void import('./service-care.js');
    }, 300);
    this.whileConnected(() => clearTimeout(idle));
    this.whileConnected(() => this.desk.close());
    const viewport = window.visualViewport;
    const fit = (): void => this.overKeyboard();
    viewport?.addEventListener('resize', fit);
    viewport?.addEventListener('scroll', fit);
    this.whileConnected(() => viewport?.removeEventListener('resize', fit));
    this.whileConnected(() => viewport?.removeEventListener('scroll', fit));
    const escape = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.isComposing && this.view === 'open') this.away();
    };
    window.addEventListener('keydown', escape);
    this.whileConnected(() => window.removeEventListener('keydown', escape));
    const second = window.setInterval(() => this.view === 'open' && this.requestUpdate(), 5000);
    this.whileConnected(() => clearInterval(second));
  }

  /** `parlor:tap`, `card`, `consent`, `bound`: card and bound when they are painted. */
  private mark(moment: string): void {
    const now = (): unknown => performance.mark(`parlor:${moment}`);
    if (moment === 'tap' || moment === 'consent') now();
    else void this.updateComplete.then(() => requestAnimationFrame(now));
  }

  private changed(): void {
    const { card, call, person } = this.desk.state;
    if (person !== this.person) this.view = 'shut';
    this.person = person;
    if (card && card.tap !== this.shownTap) this.mark('card');
    this.shownTap = card?.tap ?? '';
    const own = ownThread(this.desk.state)?.id ?? '';
    if (own && own !== this.shownThread) {
      this.mark('bound');
      if (this.view === 'open') this.focusInside();
    }
    this.shownThread = own;
    /* A call's strip that went with its conversation could not say that it is over. */
    if (this.ducked && !isBusy(call)) this.duck(false);
    if (call?.state === 'ringing' && call.by_rep && this.view === 'shut') this.view = 'open';
    this.requestUpdate();
  }

  /** What one writes in stands above the keyboard; the video behind keeps its size. */
  private overKeyboard(): void {
    const viewport = window.visualViewport;
    if (!viewport) return;
    const ground = place.ground() as HTMLElement;
    const { clientHeight } = document.documentElement;
    const keyboard = clientHeight - viewport.height * viewport.scale;
    const foot = embedded ? ground.getBoundingClientRect().bottom : clientHeight;
    const covered = foot - viewport.height - viewport.offsetTop;
    const up = keyboard > KEYBOARD_PX && viewport.scale < 1.05 ? Math.min(covered, keyboard) : 0;
    ground.style.setProperty('--keyboard', `${Math.max(0, Math.round(up))}px`);
  }

  /** Where there is a keyboard anyway one writes at once; on a phone it would jump up. */
  private focusInside(): void {
    void this.updateComplete.then(() => {
      /* What came while it was put away could not be scrolled to, and was not read. */
      this.querySelector<Plain>('parlor-service-chat')?.requestUpdate();
      const box = matchMedia('(hover: hover)').matches && this.querySelector('textarea');
      (box || this.querySelector<HTMLElement>('.service-sheet'))?.focus({ preventScroll: true });
    });
  }

  /** The tap: opens at once, whatever the network does. */
  readonly tap = (product?: string): void => {
    const thread = ownThread(this.desk.state);
    this.view = 'open';
    this.focusInside();
    this.menu = this.confirming = false;
    this.mark('tap');
    const context = { ...this.context(), ...(product ? { product } : {}) };
    this.dispatchEvent(new Event('parlor-tapped'));
    if (thread && product) this.desk.about(thread.id, product);
    if (thread && this.desk.state.up) return;
    this.asked = true;
    this.desk.tap(context);
  };

  /** What the page shows now stands where the sheet was. */
  aside(): void {
    this.view = ownThread(this.desk.state) ? 'bubble' : 'shut';
  }

  private readonly away = (): void => {
    this.aside();
    this.focusButton();
  };

  private focusButton(): void {
    void this.updateComplete.then(() => {
      const button = (this.place ?? this).querySelector<HTMLElement>('.service-button');
      button?.focus({ preventScroll: true });
    });
  }

  private yes(): void {
    this.mark('consent');
    this.desk.bind(true);
  }

  private no(): void {
    this.desk.bind(false);
    this.view = 'shut';
    this.focusButton();
  }

  private bindingOf(thread: Thread): Binding | undefined {
    return this.desk.state.bindings[thread.binding];
  }

  /* ---- drawing ---- */

  protected override render(): TemplateResult {
    const thread = ownThread(this.desk.state);
    const button = this.view === 'open' ? nothing : this.button(thread);
    if (this.place) render(button, this.place);
    return html`${this.place ? nothing : button}
      <section
        class="service-sheet"
        role="dialog"
        tabindex="-1"
        aria-label=${st('sheet')}
        data-testid="service-sheet"
        ?hidden=${this.view !== 'open'}
        @parlor-consult=${(event: CustomEvent<boolean>) => this.duck(event.detail)}
      >
        <button
          class="handle"
          data-testid="service-away"
          aria-label=${st('minimise')}
          @pointerdown=${(event: PointerEvent) => pull(event, this.querySelector('.service-sheet'), this.away)}
          @click=${this.away}
        >
          <span></span>${sign('down')}
        </button>
        ${
          this.link
            ? html`<parlor-service-link .answer=${this.answerLink}></parlor-service-link>`
            : thread
              ? this.chat(thread)
              : this.door()
        }
      </section>`;
  }

  private readonly answerLink = (yes: boolean): void => {
    if (yes) this.desk.redeem(this.link);
    else this.view = 'shut';
    this.link = '';
    this.asked = yes;
  };

  /** The stream is turned down while somebody talks beside it, and comes back at once. */
  private duck(on: boolean): void {
    this.ducked = on;
    this.dispatchEvent(
      new CustomEvent('parlor-duck', { detail: on, bubbles: true, composed: true }),
    );
  }

  private button(thread: Thread | null): TemplateResult {
    const { state } = this.desk;
    const rep = thread?.rep;
    const fresh = thread ? unread(state, thread, 'customer') : 0;
    const present = state.here[this.group()] ?? state.present;
    const count = present > 1 ? st('button_here', { n: present }) : st('button_one');
    const words = thread ? st('button_own') : present ? count : st('button_none');
    const label = fresh ? st('bubble', { n: fresh }) : `${st('button')}: ${rep?.name ?? words}`;
    return html`<button
      class="service-button ${this.view === 'bubble' ? 'bubbled' : ''}"
      data-testid="service-button"
      aria-label=${this.view === 'bubble' ? label : nothing}
      @click=${() => this.tap()}
    >
      ${rep ? face(rep.name, rep.photo, rep.id) : html`<span class="face plain">${icon('chat')}</span>`}
      <span class="words"><b>${rep?.name ?? st('button')}</b><small>${words}</small></span>
      ${fresh ? html`<span class="count" data-testid="service-count">${fresh}</span>` : nothing}
    </button>`;
  }

  /** Before he has anybody: the card, or that it is on its way. */
  private door(): TemplateResult {
    const { card, up, tapRefused, error, refused } = this.desk.state;
    if (tapRefused !== null) return html`<p class="calm">${tapRefused || st('refused')}</p>`;
    if (refused) return html`<p class="calm">${st('refused')}</p>`;
    if (!card) {
      const words = !up && this.asked ? st('offline') : st('finding');
      return html`<div class="card-slot" aria-busy="true">
        <span class="face plain">${icon('people')}</span>
        <p class="calm" role="status">${error && up ? this.refusal(error.code) : words}</p>
      </div>`;
    }
    return card.rep ? this.card(card.rep) : this.nobody(card.open_at);
  }

  /** What a tap draws, drawn outside of the page, where no element comes alive: a step for each view. */
  rehearsal(rep: Rep, thread: Thread): (() => void)[] {
    const scrap = document.createElement('div');
    return [() => render(this.card(rep), scrap), () => render(this.chat(thread), scrap)];
  }

  private refusal(code: string): string {
    return st(code === 'too_many' ? 'slowly' : 'refused');
  }

  private card(rep: Rep): TemplateResult {
    const { brand, brandName } = this.desk.state;
    return html`<div class="card-slot" data-testid="rep-card">
      <parlor-rep-face .rep=${rep} brand=${brand} brand-name=${brandName}></parlor-rep-face>
      <p class="presence" data-presence=${rep.presence}>${this.presence(rep)}</p>
      <p class="consent">${st('consent', { name: rep.name, brand: brandName })}</p>
      <div class="choices">
        <button class="button quiet" @click=${() => this.no()}>${st('not_now')}</button>
        <button class="button primary" data-testid="service-add" @click=${() => this.yes()}>
          ${st('add', { name: rep.name })}
        </button>
      </div>
    </div>`;
  }

  private nobody(openAt: number | null): TemplateResult {
    const { brandName } = this.desk.state;
    return html`<div class="card-slot" data-testid="rep-card">
      <span class="face plain">${icon('chat')}</span>
      <h2>${st('none_here')}</h2>
      <p>
        ${openAt ? html`${st('opens_at', { time: this.when(openAt) })}. ` : nothing}${st('none_text')}
      </p>
      <p class="consent">${st('consent_none', { brand: brandName })}</p>
      <div class="choices">
        <button class="button quiet" @click=${() => this.no()}>${st('not_now')}</button>
        <button class="button primary" data-testid="service-add" @click=${() => this.yes()}>
          ${st('add_message')}
        </button>
      </div>
    </div>`;
  }

  private when(at: number): string {
    const day: Intl.DateTimeFormatOptions =
      at - Date.now() > 12 * 3600_000 ? { weekday: 'short' } : {};
    return new Date(at).toLocaleString(lang(), { ...day, hour: '2-digit', minute: '2-digit' });
  }

  private presence(rep: Rep): string {
    if (rep.presence === 'available' || rep.presence === 'full') return st('online');
    return rep.presence === 'in_call' || rep.presence === 'wrap_up' ? st('busy') : st('away');
  }

  private chat(thread: Thread): TemplateResult {
    const { brand, brandName, up } = this.desk.state;
    const { rep } = thread;
    return html`<header class="chat-head">
        ${
          rep
            ? html`<parlor-rep-face
                .rep=${rep}
                brand=${brand}
                brand-name=${brandName}
              ></parlor-rep-face>`
            : html`<span class="face plain">${icon('chat')}</span
                ><span class="who"><b>${brandName}</b><small>${st('none_here')}</small></span>`
        }
        ${rep ? this.callKeys(thread) : nothing}
        <button
          class="tap-key"
          aria-label=${st('more')}
          aria-expanded=${this.menu}
          @click=${() => ((this.menu = !this.menu), (this.keeping = false))}
        >
          ${icon('more')}
        </button>
      </header>
      ${this.menu ? this.choices(thread) : nothing} ${this.moved(thread)}
      <parlor-care .desk=${this.desk} conversation=${thread.id}></parlor-care>
      <parlor-service-call
        .desk=${this.desk}
        as="customer"
        other=${this.otherName(thread)}
      ></parlor-service-call>
      ${up ? this.waiting(thread) : html`<p class="calm strip">${st('offline')}</p>`}
      <parlor-service-chat
        .desk=${this.desk}
        as="customer"
        conversation=${thread.id}
      ></parlor-service-chat>`;
  }

  private otherName(thread: Thread): string {
    return this.desk.state.call?.rep?.name ?? thread.assignee?.name ?? thread.rep?.name ?? '';
  }

  private callKeys(thread: Thread): TemplateResult | typeof nothing {
    if (isBusy(this.desk.state.call)) return nothing;
    return html`<button
        class="tap-key"
        data-testid="call-audio"
        aria-label=${st('call_audio')}
        @click=${() => this.desk.call(thread.id, false)}
      >
        ${sign('phone')}
      </button>
      <button
        class="tap-key"
        data-testid="call-video"
        aria-label=${st('call_video')}
        @click=${() => this.desk.call(thread.id, true)}
      >
        ${icon('cam')}
      </button>`;
  }

  private choices(thread: Thread): TemplateResult {
    const name = thread.rep?.name ?? '';
    if (!this.confirming) {
      return html`<div class="choices strip">
        ${
          this.keeping
            ? html`<parlor-service-keep
                .desk=${this.desk}
                binding=${thread.binding}
              ></parlor-service-keep>`
            : html`<button
                class="button quiet"
                data-testid="keep-person"
                @click=${() => void this.keepPerson()}
              >
                ${st('keep_person')}
              </button>`
        }
        <button class="button quiet" @click=${() => (this.confirming = true)}>
          ${st('remove')}
        </button>
      </div>`;
    }
    return html`<div class="choices strip" role="alert">
      <p>${st('remove_sure', { name })}</p>
      <button class="button quiet" @click=${() => (this.menu = this.confirming = false)}>
        ${st('keep')}
      </button>
      <button class="button primary" @click=${() => this.letGo(thread)}>${st('remove')}</button>
    </div>`;
  }

  private async keepPerson(): Promise<void> {
    await import('./service-keep.js');
    this.keeping = true;
  }

  private letGo(thread: Thread): void {
    this.menu = this.confirming = false;
    this.desk.binding(thread.binding, 'remove');
    this.view = 'shut';
    this.asked = false;
  }

  /** He was given to somebody else: said, and taken back with one tap for a day. */
  private moved(thread: Thread): TemplateResult | typeof nothing {
    const binding = this.bindingOf(thread);
    if (!binding?.previous || !binding.rep || this.kept.has(binding.id)) return nothing;
    const fine = (): void => {
      this.kept = new Set([...this.kept, binding.id]);
      this.desk.binding(binding.id, 'accept');
    };
    return html`<div class="choices strip" role="status">
      <p>${st('transferred', { name: binding.rep.name })}</p>
      ${
        binding.undo_until
          ? html`<button class="button quiet" @click=${() => this.desk.binding(binding.id, 'undo')}>
              ${st('undo', { name: binding.previous.name })}
            </button>`
          : nothing
      }
      <button class="button primary" @click=${fine}>${st('fine')}</button>
    </div>`;
  }

  private waiting(thread: Thread): TemplateResult | typeof nothing {
    const other = thread.assignee;
    if (thread.state === 'human' && other && thread.rep && other.id !== thread.rep.id) {
      return html`<p class="calm strip">
        ${st('answering', { name: other.name, own: thread.rep.name })}
      </p>`;
    }
    if (thread.state === 'bot') {
      return html`<p class="calm strip with-key" role="status" data-testid="bot">
        <span>${st('bot_answers')}</span>
        <button
          class="button quiet"
          data-testid="to-human"
          @click=${() => this.desk.human(thread.id)}
        >
          ${st('to_human')}
        </button>
      </p>`;
    }
    if (thread.state !== 'queued') return nothing;
    const told = this.desk.state.queue[thread.id];
    const n = told?.position ?? thread.position;
    const seconds = told?.estimate_s ?? thread.estimate_s;
    let words: string;
    if (told && told.reps_present === 0) {
      words = told.open_at
        ? `${st('waiting_none')} ${st('opens_at', { time: this.when(told.open_at) })}`
        : st('waiting_none');
    } else if (n <= 1) words = st('waiting_for');
    else if (seconds) words = st('waiting_n', { n, time: duration(seconds) });
    else words = st('waiting_unknown', { n });
    return html`<p class="calm strip" role="status" data-testid="queue">${words}</p>`;
  }
}
