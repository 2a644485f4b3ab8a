/**
 * `<live-room room="rm_…">`: a live room inside a page of a brand's own site. This file alone is
 * loaded with the page: it draws the frame, the poster and the words, and fetches the viewer (all
 * that is seen and heard) when it is wanted, by the digest that was built in. No cookie, no inline
 * script or style, nothing of the page outside the shadow root is touched.
 */
import { words, type Word } from './words.js';
import frame from './frame.css?inline';

/** The viewer's file beside this one and its digest (SRI); put in by the build. */
declare const PARLOR_VIEWER: { file: string; integrity: string };

/** What the viewer is started with. */
export interface ViewerConfig {
  server: string;
  room: string;
  lang: string;
  host: HTMLElement;
  ground: HTMLElement;
}

/** The element that the viewer's file defines. */
export interface Viewer extends HTMLElement {
  start: (config: ViewerConfig) => Promise<void>;
  stop: () => void;
  /** '' = nobody said who he is; null = he signed out. */
  identify: (token: string | null) => void;
}

interface Card {
  title: string;
  image: string;
  state: string;
}

const KEPT = 'parlor.floating';
/** A floating player is taken up again on the site's next page within this time. */
const KEPT_MS = 60_000;
const OWN = new URL(import.meta.url);

let viewer: Promise<void> | null = null;

/** The viewer's script, once a page, refused by the browser when it is not the one that was built. */
function loadViewer(): Promise<void> {
  viewer ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.type = 'module';
    script.crossOrigin = 'anonymous';
    script.integrity = PARLOR_VIEWER.integrity;
    script.src = new URL(PARLOR_VIEWER.file, OWN).href;
    script.onload = () => resolve();
    script.onerror = () => {
      viewer = null;
      reject(new Error('viewer'));
    };
    document.head.append(script);
  });
  return viewer;
}

function remember(room: string | null): void {
  try {
    if (room) sessionStorage.setItem(KEPT, JSON.stringify({ room, at: Date.now() }));
    else sessionStorage.removeItem(KEPT);
  } catch {
    /* Without storage the player ends with the page. */
  }
}

/** The room whose player floated on the page before, if that was just now. */
function remembered(): string | null {
  try {
    const kept: unknown = JSON.parse(sessionStorage.getItem(KEPT) ?? 'null');
    if (!kept || typeof kept !== 'object' || !('room' in kept) || !('at' in kept)) return null;
    return Date.now() - Number(kept.at) < KEPT_MS ? String(kept.room) : null;
  } catch {
    return null;
  }
}

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  name: string,
  text = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}

export class LiveRoom extends HTMLElement {
  static observedAttributes = ['room', 'floating'];
  private readonly root = this.attachShadow({ mode: 'open' });
  private readonly ground = make('div', 'ground');
  private readonly cover = make('div', 'cover');
  private readonly tools = make('div', 'tools');
  private running: Viewer | null = null;
  /** Which beginning this is: what an earlier one still waited for is not for this one. */
  private turn = 0;
  private stillAlive = 0;
  private who: string | null = '';
  private whenSeen: IntersectionObserver | null = null;

  constructor() {
    super();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(frame);
    this.root.adoptedStyleSheets = [sheet];
    this.ground.part.add('ground');
    this.cover.part.add('cover');
    this.root.append(this.ground, this.cover, this.tools);
    this.drag();
  }

  /** The server that this script came from, unless said otherwise. */
  get server(): string {
    return this.getAttribute('server') ?? OWN.origin;
  }

  get room(): string {
    return this.getAttribute('room') ?? '';
  }

  get floating(): boolean {
    return this.hasAttribute('floating');
  }

  set floating(on: boolean) {
    this.toggleAttribute('floating', on);
  }

  /** Who is signed in at this site: a token that its server signed (docs/embed.md); null = he signed
   * out. */
  get identity(): string | null {
    return this.who;
  }

  set identity(token: string | null) {
    this.who = token;
    this.running?.identify(token);
  }

  /** What the site said before this script came stands on the element itself, before our setter. */
  private takeOver(name: 'identity' | 'floating'): void {
    if (!Object.hasOwn(this, name)) return;
    const early = this[name];
    Reflect.deleteProperty(this, name);
    Object.assign(this, { [name]: early });
  }

  private say(word: Word): string {
    const lang = this.closest('[lang]')?.getAttribute('lang') || navigator.language;
    return words[lang.toLowerCase().startsWith('zh') ? 'zh' : 'en'][word];
  }

  connectedCallback(): void {
    this.takeOver('identity');
    this.takeOver('floating');
    this.drawTools();
    if (!this.running && this.room) void this.begin();
  }

  disconnectedCallback(): void {
    this.whenSeen?.disconnect();
    clearInterval(this.stillAlive);
    /* A site's router may take the element out and put it in again. */
    queueMicrotask(() => this.isConnected || this.end());
  }

  attributeChangedCallback(name: string, before: string | null, now: string | null): void {
    if (!this.isConnected || before === now) return;
    if (name === 'floating') this.floated();
    else if (before !== null) {
      this.end();
      void this.begin();
    }
  }

  /* ---- the frame ---- */

  private async begin(): Promise<void> {
    const turn = ++this.turn;
    this.drawCover(this.say('loading'));
    const card = await this.ask(turn);
    if (!card) return;
    const poster =
      this.getAttribute('poster') ?? (card.image && new URL(card.image, this.server).href);
    if (poster) this.cover.prepend(Object.assign(make('img', 'poster'), { src: poster, alt: '' }));
    this.setAttribute('aria-label', card.title || this.say('live'));
    const when = this.getAttribute('loading') ?? 'lazy';
    if (when === 'click') this.drawCover(card.title, this.say('watch'), () => void this.run());
    else if (when === 'eager' || this.floating) void this.run();
    else this.runWhenSeen();
  }

  private async ask(turn: number): Promise<Card | null> {
    const path = `${this.server}/v1/rooms/${encodeURIComponent(this.room)}/live`;
    const answer = await fetch(path, { credentials: 'omit' }).catch(() => null);
    const card = answer?.ok ? ((await answer.json()) as Card) : null;
    if (turn !== this.turn) return null;
    if (card) return card;
    this.failed(answer ? `http_${answer.status}` : 'offline');
    return null;
  }

  private runWhenSeen(): void {
    this.whenSeen = new IntersectionObserver((entries) => {
      if (!entries.some((one) => one.isIntersecting)) return;
      this.whenSeen?.disconnect();
      void this.run();
    });
    this.whenSeen.observe(this);
  }

  private async run(): Promise<void> {
    const turn = ++this.turn;
    this.drawCover(this.say('loading'));
    try {
      await loadViewer();
      if (turn !== this.turn) return;
      const viewer = document.createElement('live-room-viewer') as Viewer;
      this.running = viewer;
      this.ground.append(viewer);
      const lang = this.closest('[lang]')?.getAttribute('lang') ?? '';
      const { server, room, ground } = this;
      await viewer.start({ server, room, lang, host: this, ground });
      if (turn !== this.turn) return;
      this.cover.hidden = true;
      this.emit('ready', { room: this.room });
      if (this.floating) this.floated();
    } catch (error) {
      if (turn !== this.turn) return;
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'viewer';
      this.end();
      this.failed(code);
    }
  }

  private end(): void {
    this.turn++;
    this.running?.stop();
    this.running?.remove();
    this.running = null;
  }

  private failed(code: string): void {
    const gone = code === 'http_404';
    this.drawCover(this.say(gone ? 'gone' : 'failed'), this.say('again'), () => void this.begin());
    this.emit('problem', { code });
  }

  private drawCover(text: string, action = '', act: () => void = () => undefined): void {
    this.cover.hidden = false;
    const line = make('p', 'line', text);
    line.setAttribute('role', 'status');
    this.cover.replaceChildren(...this.cover.querySelectorAll('.poster'), line);
    if (!action) return;
    const button = make('button', 'act', action);
    button.part.add('button');
    button.addEventListener('click', act);
    this.cover.append(button);
  }

  /** FALSE when the site has said that it takes the matter over (preventDefault). */
  emit(name: string, detail: object, cancelable = false): boolean {
    return this.dispatchEvent(
      new CustomEvent(name, { detail, cancelable, bubbles: true, composed: true }),
    );
  }

  /* ---- the floating player ---- */

  private drawTools(): void {
    if (this.tools.childElementCount) return;
    const button = (name: string, word: Word, path: string, act: () => void): void => {
      const one = make('button', name);
      one.setAttribute('aria-label', this.say(word));
      one.dataset['testid'] = name;
      const icon = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      icon.setAttribute('viewBox', '0 0 24 24');
      icon.setAttribute('aria-hidden', 'true');
      const line = document.createElementNS('http://www.w3.org/2000/svg', 'path');
      line.setAttribute('d', path);
      icon.append(line);
      one.append(icon);
      one.addEventListener('click', act);
      this.tools.append(one);
    };
    button('expand', 'expand', 'M5 10V5h5M19 14v5h-5M5 5l6 6M19 19l-6-6', () => {
      this.floating = false;
    });
    button('close', 'close', 'M6 6l12 12M18 6L6 18', () => this.close());
  }

  private close(): void {
    this.floating = false;
    this.end();
    this.drawCover('', this.say('watch'), () => void this.run());
    this.emit('closed', { room: this.room });
  }

  private floated(): void {
    clearInterval(this.stillAlive);
    this.style.translate = '';
    if (this.floating) {
      remember(this.room);
      this.stillAlive = window.setInterval(() => remember(this.room), KEPT_MS / 4);
    } else {
      remember(null);
    }
    this.emit('floating', { floating: this.floating });
    if (!this.floating) this.scrollIntoView({ block: 'nearest' });
  }

  /** A floating player is pushed out of the way. */
  private drag(): void {
    let from: { x: number; y: number } | null = null;
    let [x, y] = [0, 0];
    this.tools.addEventListener('pointerdown', (event) => {
      if (!this.floating || event.target !== this.tools) return;
      if (!this.style.translate) [x, y] = [0, 0];
      from = { x: event.clientX - x, y: event.clientY - y };
      this.tools.setPointerCapture(event.pointerId);
    });
    this.tools.addEventListener('pointermove', (event) => {
      if (!from) return;
      [x, y] = [event.clientX - from.x, event.clientY - from.y];
      this.style.translate = `${x}px ${y}px`;
    });
    this.tools.addEventListener('lostpointercapture', () => (from = null));
  }
}

/** `<script … data-room="rm_…">` alone is enough; and a player that floated on the page before goes
 *  on floating on this one. */
function takeUp(): void {
  const script = document.querySelector<HTMLScriptElement>(
    'script[data-room][src*="/embed/live-room"]',
  );
  const shown = document.querySelector('live-room');
  const kept = remembered();
  if (shown && shown.getAttribute('room') === kept) shown.toggleAttribute('floating', true);
  if (shown || (!script && !kept)) return;
  const element = document.createElement('live-room');
  element.setAttribute('room', kept ?? script?.dataset['room'] ?? '');
  if (kept) element.toggleAttribute('floating', true);
  if (kept || !script || script.parentElement === document.head) document.body.append(element);
  else script.after(element);
}

if (!customElements.get('live-room')) {
  customElements.define('live-room', LiveRoom);
  takeUp();
}
