/** What all elements of the pages share. They render into the page itself (no shadow root): one
 *  style sheet, labels that reach across elements, and selectors that any test tool understands. */
import { LitElement } from 'lit';
import { property } from 'lit/decorators.js';
import type { Engine } from '../media/engine.js';
import type { LocalMedia } from '../media/local.js';
import type { Session } from '../room/session.js';
import type { RoomState } from '../room/state.js';
import { watchLang } from './i18n/lang.js';

/** An element that is drawn anew when the language changes. */
export class Plain extends LitElement {
  private readonly stops: (() => void)[] = [];
  /** It stood in the page before its class was loaded. */
  private readonly upgraded = this.isConnected;

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** Undone when the element leaves the page. */
  protected whileConnected(stop: () => void): void {
    this.stops.push(stop);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    // What such an element was given is handed over by Lit at the first update, which would come after this.
    if (this.upgraded && !this.hasUpdated) this.performUpdate();
    this.whileConnected(watchLang(() => this.requestUpdate()));
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.stops.splice(0)) stop();
  }
}

/** What the elements of a meeting work on. */
export interface App {
  session: Session;
  local: LocalMedia;
  engine: Engine;
  /** Which panel is open; one at a time. */
  panel: Panel;
  openPanel: (panel: Panel) => void;
  openDialog: (dialog: Dialog) => void;
}

export type Panel = 'chat' | 'people' | 'why' | 'doc' | 'panel' | null;
export type Dialog = 'invite' | 'settings' | 'help' | 'leave' | 'more' | 'marker' | null;

/** An element that is drawn anew when anything in the meeting changes. */
export class InMeeting extends Plain {
  @property({ attribute: false }) app!: App;

  override connectedCallback(): void {
    super.connectedCallback();
    const redraw = (): void => this.requestUpdate();
    this.whileConnected(this.app.session.store.watch(redraw));
    this.whileConnected(this.app.local.store.watch(redraw));
    this.whileConnected(this.app.engine.store.watch(redraw));
  }

  protected get room(): RoomState {
    return this.app.session.state;
  }
}
