/**
 * /shared#shr_….secret: a recording, or a part of one, for whoever the link is for. The view is renewed while
 * it plays; what is taken back stops here as well.
 */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { ApiError } from '../client/http.js';
import {
  openShared,
  renewShared,
  sharedFileUrl,
  sharedStillUrl,
  type Shared,
} from '../client/shares.js';
import { saveAfterSignin } from '../client/after-signin.js';
import { loadRecent } from '../client/storage.js';
import type { Addresses } from '../media/playback.js';
import type { Player } from '../ui/admin/player.js';
import { isRecordingWord, r } from '../ui/admin/recording-words.js';
import { Plain } from '../ui/base.js';
import { lang, t } from '../ui/i18n/index.js';
import { mark } from '../ui/icons.js';
import '../ui/look.js';
import { whyNot } from '../ui/why-not.js';

/** Without an answer for so long nothing is shown any more: a link may have been taken back. */
const SILENT_MS = 60_000;
const ENDS_IT = [401, 403, 404, 410];
/** A guest of the meeting needs none; for whoever came with a sign-in it opens. */
const SIGNIN_MAY_HELP = ['signin_required', 'not_attendee'];
/** Its files are fetched, or the server cannot say now: asked again by itself. */
const MAY_PASS = ['away', 'unavailable'];

@customElement('parlor-shared')
export class SharedPage extends Plain {
  @state() private shared: Shared | null = null;
  /** Why it does not open: a code of the server; '' = it does, or is being opened. */
  @state() private refused = '';
  @state() private offline = false;
  private addresses: Addresses = { file: () => '', still: () => '' };
  private timer = 0;
  private heard = 0;

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('hashchange', () => location.reload());
    this.whileConnected(() => window.clearTimeout(this.timer));
    void this.open(loadRecent().map((one) => one.code));
  }

  private get code(): string {
    return location.hash.slice(1);
  }

  private async open(roomCodes: string[]): Promise<void> {
    this.refused = '';
    try {
      const player = import('../ui/admin/player.js');
      const shared = await openShared(this.code, roomCodes);
      await player;
      this.addresses = {
        file: (n) => sharedFileUrl(shared.id, n),
        still: (marker) => sharedStillUrl(shared.id, marker),
      };
      this.shared = shared;
      this.heard = performance.now();
      this.later(shared.renew_sec);
    } catch (error) {
      this.refuse(error);
    }
  }

  private later(seconds: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.renew(), seconds * 1000);
  }

  private async renew(): Promise<void> {
    const { shared } = this;
    if (!shared) return;
    try {
      await renewShared(shared.id);
      this.offline = false;
      this.heard = performance.now();
    } catch (error) {
      const status = error instanceof ApiError ? error.status : 0;
      if (error instanceof ApiError && error.code === 'no_view') {
        // The page slept longer than its view lasts: it is opened again, and goes on where it was.
        await openShared(
          this.code,
          loadRecent().map((one) => one.code),
        ).then(
          () => (this.heard = performance.now()),
          (why: unknown) => this.refuse(why),
        );
      } else if (ENDS_IT.includes(status)) this.refuse(error);
      else this.offline = true;
    }
    if (this.offline && performance.now() - this.heard > SILENT_MS)
      this.querySelector<Player>('parlor-player')?.stop();
    if (this.shared) this.later(shared.renew_sec);
  }

  /** The player goes, and with it every element that holds something of the recording. */
  private refuse(error: unknown): void {
    this.shared = null;
    this.refused = error instanceof ApiError ? error.code : 'internal';
    if (MAY_PASS.includes(this.refused))
      this.timer = window.setTimeout(() => location.reload(), 5000);
    if (SIGNIN_MAY_HELP.includes(this.refused)) saveAfterSignin(location.pathname + location.hash);
  }

  protected override updated(): void {
    document.title = `${this.shared?.recording.title || r('rec_untitled')} · ${t('brand')}`;
  }

  private tryRoom(event: Event): void {
    event.preventDefault();
    const said = this.querySelector<HTMLInputElement>('[name=room]')?.value ?? '';
    void this.open([said.slice(said.indexOf('#') + 1).trim()]);
  }

  private refusal(): TemplateResult {
    const word = `shared_${this.refused}`;
    return html`<section class="sheet">
      <p role="alert" data-testid="shared-refused" data-code=${this.refused}>
        ${isRecordingWord(word) ? r(word) : whyNot(this.refused)}
      </p>
      ${
        SIGNIN_MAY_HELP.includes(this.refused)
          ? html`<a
              class="button ${this.refused === 'signin_required' ? 'primary' : ''}"
              href="/signin"
              data-testid="shared-signin"
              >${r('shared_signin')}</a
            >`
          : nothing
      }
      ${
        this.refused === 'not_attendee'
          ? html`<form @submit=${(event: Event) => this.tryRoom(event)}>
              <label class="field"
                ><span>${r('shared_room')}</span
                ><input
                  name="room"
                  autocomplete="off"
                  autocapitalize="none"
                  required
                  data-testid="shared-room"
              /></label>
              <button class="button primary" data-testid="shared-room-go">
                ${r('shared_room_go')}
              </button>
            </form>`
          : nothing
      }
    </section>`;
  }

  /** Who looks, where the server knows him; and which line of the audit log that is. */
  private watermark({ watermark: it }: Shared): string {
    return it ? (it.name ? `${it.name} · ` : '') + it.view : '';
  }

  private recording(shared: Shared): TemplateResult {
    const when = new Date(shared.recording.started_at);
    return html`<h1 data-testid="rec-title">${shared.recording.title || r('rec_untitled')}</h1>
      <p class="muted">
        ${when.toLocaleString(lang(), { dateStyle: 'long', timeStyle: 'short' })} ·
        ${shared.manifest.participants.map((one) => one.name).join(lang() === 'en' ? ', ' : '、')}
      </p>
      ${this.offline ? html`<p role="status" class="note">${r('shared_offline')}</p>` : nothing}
      <parlor-player
        .manifest=${shared.manifest}
        .addresses=${this.addresses}
        .watermark=${this.watermark(shared)}
      ></parlor-player>`;
  }

  protected override render(): TemplateResult {
    return html`<header class="top">
        <a class="brand" href="/">${mark()}<span>${t('brand')}</span></a>
        <parlor-look></parlor-look>
      </header>
      <main id="main" class="shared">
        ${
          this.shared
            ? this.recording(this.shared)
            : this.refused
              ? this.refusal()
              : html`<p class="muted">${r('shared_opening')}</p>`
        }
      </main>`;
  }
}
