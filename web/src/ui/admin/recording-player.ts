/** One recording in the portal: its player, who it is shared with, its files, keeping and deleting. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import {
  changeRecording,
  deleteRecording,
  fileUrl,
  loadRecording,
  minutesUrl,
  stillUrl,
  type Recording,
  type RecordingRow,
} from '../../client/recordings.js';
import { loadRule, saveRule, type RoomRule } from '../../client/keeping.js';
import type { Addresses } from '../../media/playback.js';
import { clockWords, instantOf } from '../../media/timeline.js';
import { t } from '../i18n/index.js';
import { AdminSection } from './base.js';
import { DAYS_MAX, k } from './keeping-words.js';
import './player.js';
import type { Player } from './player.js';
import './recording-shares.js';
import './renders.js';
import { isRecordingWord, r } from './recording-words.js';
import './transcript.js';
import { w } from './words.js';

/** A deep link names an instant of the room's clock. */
function wantedInstant(): number {
  return Number(/[?&]at=(\d+)/.exec(location.hash)?.[1] ?? -1);
}

/** What the list was searched for. */
function wantedWords(): string {
  return decodeURIComponent(/[?&]find=([^&]*)/.exec(location.hash)?.[1] ?? '');
}

/** A recording that still runs, or is being finished, is looked at again. */
const LOOK_MS = 1000;

function sourceWords(source: string): string {
  const word = `src_${source}`;
  return isRecordingWord(word) ? r(word) : source;
}

@customElement('parlor-recording-player')
export class RecordingPlayer extends AdminSection {
  @property() recording = '';
  @state() private rule: RoomRule | undefined;
  @state() private row: Recording | undefined;
  @state() private erases = false;
  /** It was asked whether it is to go for good. */
  @state() private sure = false;
  private timer = 0;
  private readonly addresses: Addresses = {
    file: (n) => fileUrl(this.recording, n),
    still: (marker) => stillUrl(this.recording, marker),
  };

  override connectedCallback(): void {
    super.connectedCallback();
    const go = (): void => {
      if (wantedInstant() >= 0) this.player?.seek(wantedInstant());
    };
    window.addEventListener('hashchange', go);
    this.whileConnected(() => window.removeEventListener('hashchange', go));
    this.whileConnected(() => window.clearTimeout(this.timer));
    const { title } = document;
    this.whileConnected(() => (document.title = title));
    void this.run(() => this.load());
  }

  private get player(): Player | null {
    return this.querySelector('parlor-player');
  }

  private async load(): Promise<void> {
    this.row = await loadRecording(this.recording);
    if (this.isConnected) document.title = `${this.row.title || r('rec_untitled')} · ${t('brand')}`;
    if (['on', 'paused', 'sealing'].includes(this.row.state) && this.isConnected)
      this.timer = window.setTimeout(() => void this.load().catch(() => undefined), LOOK_MS);
    this.rule = await loadRule(this.row.room);
    await import('./erasures.js');
    this.erases = true;
  }

  protected override render(): TemplateResult {
    const { row } = this;
    if (!row)
      return html`<h1>${w('nav_recordings')}</h1>
        ${this.messages()}${this.waiting()}`;
    const may = this.session.roles.some((role) => role === 'owner' || role === 'admin');
    return html`<p><a class="back" href="#/recordings">← ${r('rec_back')}</a></p>
      <h1 data-testid="rec-title">${row.title || r('rec_untitled')}</h1>
      <p class="muted">${this.when(row.started_at)} · ${row.people.join(w('comma'))}</p>
      ${this.messages()}
      ${
        row.manifest
          ? html`<parlor-player
                .manifest=${row.manifest}
                .addresses=${this.addresses}
                .at=${wantedInstant() < 0 ? instantOf(row.manifest, wantedWords()) : wantedInstant()}
                .watermark=${row.watermark ? this.session.user.name || this.session.user.login : ''}
              ></parlor-player>
              ${this.taken(row)}`
          : html`<p role="status">${r('rec_not_ready')}</p>`
      }
      ${
        row.transcript
          ? html`<parlor-transcript
              .session=${this.session}
              .row=${row}
              .wanted=${wantedWords()}
              .seek=${(ms: number) => this.player?.seek(ms)}
            ></parlor-transcript>`
          : nothing
      }
      ${
        may && row.state === 'ready'
          ? html`<parlor-recording-shares
              .session=${this.session}
              .row=${row}
              .position=${() => this.player?.position ?? row.from_ms}
            ></parlor-recording-shares>`
          : nothing
      }
      ${
        row.state === 'ready'
          ? html`<parlor-recording-renders
              .session=${this.session}
              .row=${row}
              .keeps=${may}
              .position=${() => this.player?.position ?? row.from_ms}
            ></parlor-recording-renders>`
          : nothing
      }
      ${this.keeping(row, may)}
      ${
        may && row.manifest?.participants.length && this.erases
          ? html`<parlor-recording-erasure
              .session=${this.session}
              .row=${row}
              .changed=${() => void this.load().catch(() => undefined)}
            ></parlor-recording-erasure>`
          : nothing
      }`;
  }

  /** What somebody takes along: where it stands now, and what was noted down. */
  private taken(row: Recording): TemplateResult {
    const link = (): string => {
      const at = Math.round(this.player?.position ?? row.from_ms);
      return `${location.origin}/admin#/recordings/${row.id}?at=${at}`;
    };
    return html`<div class="choices">
      <button
        type="button"
        class="button quiet"
        data-testid="rec-link"
        @click=${() => void this.copy(link())}
      >
        ${r('rec_link')}
      </button>
      <a
        class="button quiet"
        data-testid="rec-minutes"
        href=${minutesUrl(row.id)}
        download="${row.id}.md"
      >
        ${r('rec_minutes')}
      </a>
    </div>`;
  }

  private keeping(row: Recording, may: boolean): TemplateResult {
    const held = row.hold !== null;
    const binned = row.state === 'binned';
    return html`<details class="sheet">
      <summary>${r('rec_keeping')}</summary>
      <p class="muted">SHA-256 ${row.sha256 ?? ''}</p>
      <ul class="files">
        ${row.manifest?.files.map((file) => {
          const who = row.manifest?.participants.find((one) => one.id === file.participant);
          return html`<li>
            <a
              href=${fileUrl(row.id, file.n)}
              download="${row.id}-${file.n}.${file.codec === 'H264' ? 'mp4' : 'webm'}"
            >
              ${who?.name ?? ''} · ${sourceWords(file.source)} · ${clockWords(file.duration_ms)} ·
              ${(file.bytes / 1e6).toFixed(1)} MB
            </a>
            <small class="muted hash">SHA-256 ${file.sha256}</small>
          </li>`;
        })}
      </ul>
      ${binned && row.purge_at ? html`<p class="error">${r('rec_goes', { when: this.when(row.purge_at) })}</p>` : nothing}
      ${may ? html`${this.retention(row)}${this.deeds(row, held, binned)}` : nothing}
    </details>`;
  }

  private saveRetention(event: Event, room: string): void {
    event.preventDefault();
    const days = this.value('retention');
    const local = this.value('local-days');
    void this.run(async () => {
      this.rule = await saveRule(room, {
        record: this.value('rule-record'),
        consent: this.value('rule-consent'),
        retention_days: days === '' ? null : Number(days),
        local_days: local === '' ? null : Number(local),
      });
    }, w('saved'));
  }

  private retention(row: RecordingRow): TemplateResult {
    return html`<form class="find" @submit=${(event: Event) => this.saveRetention(event, row.room)}>
      ${this.choice('rule-record', k('rule_record'), this.rule?.record ?? 'by_host', [
        ['by_host', k('rule_by_host')],
        ['always', k('rule_always')],
        ['never', k('rule_never')],
      ])}
      ${this.choice('rule-consent', k('rule_consent'), this.rule?.consent ?? 'ask', [
        ['ask', k('rule_ask')],
        ['notice', k('rule_notice')],
      ])}
      ${this.input('retention', k('rule_retention'), String(this.rule?.retention_days ?? ''), {
        type: 'number',
        min: 0,
        max: DAYS_MAX,
        hint: k('rule_brand'),
      })}
      ${this.input('local-days', k('rule_local'), String(this.rule?.local_days ?? ''), {
        type: 'number',
        min: 0,
        max: DAYS_MAX,
        hint: k('rule_server'),
      })}
      <button class="button" data-testid="rule-save" ?disabled=${this.busy}>
        ${k('rule_save')}
      </button>
    </form>`;
  }

  private deeds(row: RecordingRow, held: boolean, binned: boolean): TemplateResult {
    const change = (what: { hold?: string | null; state?: string }) => () =>
      void this.run(
        async () => {
          await changeRecording(row.id, what);
          await this.load();
        },
        w('saved'),
        this.meanwhile(),
      );
    if (this.sure) return this.forGood(row);
    return html`${
        held
          ? html`<p>${r('rec_held')}: ${row.hold}</p>`
          : this.input('hold-reason', r('rec_why_hold'), '', { hint: r('rec_why_hold_hint') })
      }
      <div class="choices">
        <button class="button" data-testid="rec-hold" @click=${() => this.hold(held, change)}>
          ${r(held ? 'rec_unhold' : 'rec_hold')}
        </button>
        ${
          binned
            ? html`<button
                class="button"
                data-testid="rec-restore"
                @click=${change({ state: 'ready' })}
              >
                ${r('rec_restore')}
              </button>`
            : nothing
        }
        <button
          class="button grave"
          data-testid="rec-delete"
          ?disabled=${held || this.busy}
          @click=${() => (binned ? (this.sure = true) : void this.bin(row))}
        >
          ${r(binned ? 'rec_delete_forever' : 'rec_delete')}
        </button>
      </div>`;
  }

  /** A hold says why: whoever wants to delete it is told. */
  private hold(held: boolean, change: (what: { hold: string | null }) => () => void): void {
    const reason = held ? null : this.value('hold-reason').trim();
    if (reason === '') this.querySelector<HTMLInputElement>('[name=hold-reason]')?.focus();
    else change({ hold: reason })();
  }

  /** Somebody else was quicker; what stands here is looked at anew. */
  private meanwhile(): Record<string, string> {
    return { conflict: r('rec_meanwhile') };
  }

  private async bin(row: RecordingRow): Promise<void> {
    const remove = async (): Promise<void> => {
      await deleteRecording(row.id, false);
      await this.load();
    };
    if (!(await this.run(remove, r('rec_binned'), this.meanwhile())))
      await this.load().catch(() => undefined);
  }

  private forGood(row: RecordingRow): TemplateResult {
    const remove = (): void => {
      const gone = async (): Promise<void> => {
        await deleteRecording(row.id, true);
        location.hash = '#/recordings';
      };
      void this.run(gone, '', this.meanwhile());
    };
    return html`<div role="alertdialog" aria-label=${r('rec_delete_forever')}>
      <p>${r('rec_sure', { title: row.title || r('rec_untitled') })}</p>
      <div class="choices">
        <button class="button grave" data-testid="rec-sure" ?disabled=${this.busy} @click=${remove}>
          ${r('rec_delete_forever')}
        </button>
        <button class="button" @click=${() => (this.sure = false)}>${r('rec_keep')}</button>
      </div>
    </div>`;
  }
}
