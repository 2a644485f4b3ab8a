/** Whom a host made quiet, with the way back; and all that was said as a table. Fetched on need. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Quiet } from '../protocol/live.js';
import type { LiveState } from '../room/live.js';
import type { Session } from '../room/session.js';
import type { Store } from '../room/store.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';

const WORDS = {
  head: ['Made quiet', '已禁言或屏蔽'],
  nobody: ['Nobody', '暂无'],
  muted: ['muted', '已禁言'],
  shadowed: ['hidden quietly', '静默屏蔽'],
  unmute: ['Let speak again', '解除禁言'],
  unshadow: ['Show again', '取消屏蔽'],
  export_: ['All comments as a table (CSV)', '导出全部评论 (CSV)'],
  failed: ['The table could not be had', '导出失败'],
} as const;
const word = (key: keyof typeof WORDS): string => WORDS[key][lang() === 'en' ? 0 : 1];

@customElement('parlor-host-quiet')
export class HostQuiet extends Plain {
  @property({ attribute: false }) session!: Session;
  @property({ attribute: false }) live!: Store<LiveState>;
  @state() private failed = false;

  override connectedCallback(): void {
    super.connectedCallback();
    this.whileConnected(this.live.watch(() => this.requestUpdate()));
  }

  private readonly save = async (): Promise<void> => {
    const { session } = this;
    const room = encodeURIComponent(session.state.room?.id ?? '');
    const zone = -new Date().getTimezoneOffset();
    const path = `/v1/rooms/${room}/comments?format=csv&utc_offset_min=${zone}`;
    const headers: Record<string, string> = session.bearer
      ? { authorization: `Bearer ${session.bearer}` }
      : {};
    const answer = await fetch(path, { headers }).catch(() => null);
    this.failed = !answer?.ok;
    if (!answer?.ok) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(await answer.blob());
    link.download = `comments-${room}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  };

  private one(person: Quiet): TemplateResult {
    const undo = (action: 'unmute' | 'unshadow'): TemplateResult =>
      html`<button
        class="button quiet"
        data-testid="quiet-${action}"
        @click=${() => this.session.tell({ t: 'moderate', comment: person.comment, action })}
      >
        ${word(action)}
      </button>`;
    return html`<li class="host-row" data-testid="quiet" data-id=${person.comment}>
      <span class="shelf-words"
        ><strong>${person.name}</strong
        ><span class="soft"
          >${[person.muted ? word('muted') : '', person.shadowed ? word('shadowed') : ''].filter(Boolean).join(' · ')}</span
        ></span
      >
      ${person.muted ? undo('unmute') : nothing} ${person.shadowed ? undo('unshadow') : nothing}
    </li>`;
  }

  protected override render(): TemplateResult {
    const { quiet } = this.live.get();
    return html`<section>
      <h2>${word('head')}</h2>
      ${
        quiet.length
          ? html`<ul class="quiet-list">
              ${quiet.map((one) => this.one(one))}
            </ul>`
          : html`<p class="hint">${word('nobody')}</p>`
      }
      <button class="button" data-testid="comments-export" @click=${this.save}>
        ${word('export_')}
      </button>
      ${this.failed ? html`<p class="warn" role="alert">${word('failed')}</p>` : nothing}
    </section>`;
  }
}
