/** For hosts: how it is for each person now, and the record of the meeting as a file. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { ApiError } from '../client/http.js';
import type { PersonQuality } from '../protocol/messages.js';
import { InMeeting } from './base.js';
import { bars } from './icons.js';
import { lang } from './i18n/lang.js';
import { levelWord } from './level-word.js';

const WORDS = {
  title: ['Everybody', '每个人的网络'],
  who: ['Who', '参与者'],
  up: ['Loss up', '上行丢包'],
  down: ['Loss down', '下行丢包'],
  freezes: ['Freezes', '卡顿'],
  none: ['Nobody’s connection is measured yet.', '还没有测量到任何人的网络。'],
  record: ['Record of the meeting', '会议质量记录'],
  record_text: [
    'Loss, round trip, sizes and freezes by time, without names.',
    '按时间记录丢包、时延、画面大小与卡顿，不含姓名。',
  ],
  save_csv: ['Save as table (CSV)', '保存为表格（CSV）'],
  save_json: ['Save as JSON', '保存为 JSON'],
  not_yours: ['Only the host who made this meeting can save it.', '只有创建会议的主持人可以保存。'],
  failed: ['It could not be saved. Try again.', '保存失败，请重试。'],
} as const;

function w(word: keyof typeof WORDS, values: Record<string, string | number> = {}): string {
  const text: string = WORDS[word][lang() === 'en' ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (all, name: string) => String(values[name] ?? all));
}

const ASK_EVERY_MS = 5000;

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)}\u00a0%`;
}

function ms(value: number): string {
  return value < 0 ? '–' : `${value}\u00a0ms`;
}

/** The meeting so far. Rejects with an {@link ApiError}. */
async function record(
  id: string,
  format: string,
  token: string,
): Promise<{ name: string; blob: Blob }> {
  const path = `/v1/rooms/${encodeURIComponent(id)}/quality?format=${format}`;
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const answer = await fetch(path, { headers, cache: 'no-store' });
  if (!answer.ok) throw new ApiError(`http_${answer.status}`, answer.status);
  return { name: `quality-${id}.${format}`, blob: await answer.blob() };
}

/** The picture's lines and the jitter. */
function way(lines: number, jitter: number): string {
  return `${lines ? `${lines}p` : '–'}\u00a0±${ms(jitter)}`;
}

@customElement('parlor-people-quality')
export class PeopleQuality extends InMeeting {
  @state() private people: PersonQuality[] | null = null;
  @state() private problem = '';

  override connectedCallback(): void {
    super.connectedCallback();
    const timer = window.setInterval(() => void this.ask(), ASK_EVERY_MS);
    this.whileConnected(() => window.clearInterval(timer));
    void this.ask();
  }

  private async ask(): Promise<void> {
    if (document.hidden) return;
    const reply = await this.app.session.ask({ t: 'room_quality' }).catch(() => null);
    if (reply?.t === 'room_quality') this.people = reply.people;
  }

  private async save(format: 'csv' | 'json'): Promise<void> {
    this.problem = '';
    try {
      const file = await record(this.room.room?.id ?? '', format, this.app.session.bearer);
      const link = document.createElement('a');
      link.href = URL.createObjectURL(file.blob);
      link.download = file.name;
      link.click();
      URL.revokeObjectURL(link.href);
    } catch (error) {
      const refused = error instanceof ApiError && (error.status === 403 || error.status === 401);
      this.problem = w(refused ? 'not_yours' : 'failed');
    }
  }

  private person(one: PersonQuality): TemplateResult | typeof nothing {
    const known = this.room.participants[one.participant];
    if (!known) return nothing;
    return html`<tr data-testid="person-quality" data-participant=${one.participant}>
      <td>
        <span class="person-bars" role="img" aria-label=${levelWord(one.level)}
          >${bars(one.level)}</span
        >
        ${known.name}<br /><small>${ms(one.rtt_ms)}</small>
      </td>
      <td>${percent(one.loss_up)}<br /><small>${way(one.height_up, one.jitter_up_ms)}</small></td>
      <td>
        ${percent(one.loss_down)}<br /><small>${way(one.height_down, one.jitter_down_ms)}</small>
      </td>
      <td>
        ${one.freezes}${one.freezes ? html`<br /><small>${(one.freeze_ms / 1000).toFixed(1)} s</small>` : nothing}
      </td>
    </tr>`;
  }

  protected override render(): TemplateResult {
    const people = this.people ?? [];
    return html`<h3>${w('title')}</h3>
      ${
        people.length === 0
          ? html`<p class="empty">${w('none')}</p>`
          : html`<table>
              <thead>
                <tr>
                  <th>${w('who')}</th>
                  <th>${w('up')}</th>
                  <th>${w('down')}</th>
                  <th>${w('freezes')}</th>
                </tr>
              </thead>
              <tbody>
                ${people.map((one) => this.person(one))}
              </tbody>
            </table>`
      }
      <h3>${w('record')}</h3>
      <p class="hint">${w('record_text')}</p>
      <div class="house">
        <button class="button" data-testid="quality-csv" @click=${() => void this.save('csv')}>
          ${w('save_csv')}
        </button>
        <button class="button" data-testid="quality-json" @click=${() => void this.save('json')}>
          ${w('save_json')}
        </button>
      </div>
      ${this.problem ? html`<p role="alert" class="hint">${this.problem}</p>` : nothing}`;
  }
}
