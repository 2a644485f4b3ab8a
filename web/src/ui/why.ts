/** Why it looks and sounds as it does: loss, round trip, sizes, and who is the narrow place. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import type { MediaStats, ReceivedPicture, SentLayer } from '../media/stats.js';
import { may } from '../room/state.js';
import { InMeeting } from './base.js';
import { t } from './i18n/index.js';
import { isWhyKey, yt } from './i18n/why.js';
import { bars } from './icons.js';
import './people-quality.js';
import { levelWord } from './level-word.js';

function percent(share: number): string {
  return `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}

/** A rate as people read it. */
export function rate(bps: number): string {
  return bps >= 1e6 ? `${(bps / 1e6).toFixed(1)} Mbit/s` : `${Math.round(bps / 1000)} kbit/s`;
}

function limit(word: string): string {
  const key = `limit_${word}`;
  return isWhyKey(key) ? yt(key) : word;
}

function layer(one: SentLayer): string {
  const key = `layer_${one.rid}`;
  return isWhyKey(key) ? yt(key) : '';
}

@customElement('parlor-why')
export class Why extends InMeeting {
  protected override render(): TemplateResult {
    const { you } = this.room;
    const { stats } = this.app.engine.store.get();
    return html`<div class="why" data-testid="why">
      <p class="why-head">
        ${bars(you?.level ?? 3)}
        <span
          ><b>${you ? levelWord(you.level) : ''}</b>
          ${you ? yt(`why_${you.why}`) : yt('why_unknown')}</span
        >
      </p>
      <dl>
        ${this.row('why_rtt', `${you?.rtt_ms || stats?.rttMs || 0} ms`)}
        ${this.row('why_loss_up', percent(you?.loss_up ?? 0))}
        ${this.row('why_loss_down', percent(you?.loss_down ?? 0))}
        ${this.row('why_up', rate(you?.up_bps || sum(stats?.sent)))}
        ${this.row('why_down', rate(you?.down_bps || sum(stats?.received)))}
        ${this.row('why_path', yt(stats?.relayed ? 'why_relay' : 'why_direct'))}
      </dl>
      ${stats ? this.tables(stats) : nothing} ${this.everybody()}
    </div>`;
  }

  /** For hosts. */
  private everybody(): TemplateResult | typeof nothing {
    if (!may(this.room, 'moderate')) return nothing;
    return html`<parlor-people-quality .app=${this.app}></parlor-people-quality>`;
  }

  private row(
    key: 'why_rtt' | 'why_loss_up' | 'why_loss_down' | 'why_up' | 'why_down' | 'why_path',
    value: string,
  ): TemplateResult {
    return html`<div>
      <dt>${yt(key)}</dt>
      <dd>${value}</dd>
    </div>`;
  }

  private tables(stats: MediaStats): TemplateResult {
    const received = stats.received.filter((one) => one.bps > 0);
    return html`
      <h3>${yt('why_sent')}</h3>
      ${stats.sent.length === 0 ? html`<p class="empty">${yt('why_nothing')}</p>` : this.sent(stats.sent)}
      <h3>${yt('why_received')}</h3>
      ${received.length === 0 ? html`<p class="empty">${yt('why_nothing')}</p>` : this.received(received)}
    `;
  }

  private sent(layers: SentLayer[]): TemplateResult {
    return html`<table>
      <thead>
        <tr>
          <th>${yt('why_size')}</th>
          <th>${yt('why_rate')}</th>
          <th>${yt('why_limit')}</th>
        </tr>
      </thead>
      <tbody>
        ${layers.map(
          (one) =>
            html`<tr>
              <td>${one.width}×${one.height} ${one.fps}/s ${layer(one)}</td>
              <td>${rate(one.bps)}</td>
              <td>${limit(one.limited)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private received(pictures: ReceivedPicture[]): TemplateResult {
    return html`<table>
      <thead>
        <tr>
          <th>${yt('why_who')}</th>
          <th>${yt('why_size')}</th>
          <th>${yt('why_rate')}</th>
          <th>${yt('why_loss')}</th>
        </tr>
      </thead>
      <tbody>
        ${pictures.map(
          (one) =>
            html`<tr>
              <td>${this.who(one.mid)}</td>
              <td>${one.width}×${one.height} ${one.fps}/s</td>
              <td>${rate(one.bps)}</td>
              <td>${percent(one.loss)}</td>
            </tr>`,
        )}
      </tbody>
    </table>`;
  }

  private who(mid: string): string {
    const use = this.room.slots[mid];
    const name = this.room.participants[use?.participant ?? '']?.name ?? '';
    return use?.source === 'screen' ? t('screen_of', { name }) : name;
  }
}

function sum(rows: { bps: number }[] | undefined): number {
  return (rows ?? []).reduce((all, one) => all + one.bps, 0);
}
