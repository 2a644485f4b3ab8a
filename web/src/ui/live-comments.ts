/** What viewers say, newest last; for a host with a hand on each comment. */
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Comment } from '../protocol/live.js';
import { commentPieces } from '../room/live.js';
import { hue } from './avatar.js';
import { Plain } from './base.js';
import { lang } from './i18n/lang.js';
import { lt, type LiveKey } from './i18n/live.js';
import { icon } from './icons.js';

/** What a host may do with a comment. */
const HAND: [action: string, key: LiveKey][] = [
  ['pin', 'c_pin'],
  ['delete', 'c_delete'],
  ['mute', 'c_mute'],
  ['shadow', 'c_shadow'],
  ['invite', 'c_invite'],
];
/** Nearer to the end than this, new comments pull the list along. */
const NEAR_PX = 60;

@customElement('parlor-live-comments')
export class LiveComments extends Plain {
  @property({ attribute: false }) comments: Comment[] = [];
  @property({ attribute: false }) top: Comment | null = null;
  @property({ attribute: false }) hosts: string[] = [];
  /** Set: the list has a host's buttons, which call it. */
  @property({ attribute: false }) moderate: ((id: string, action: string) => void) | null = null;
  private open = '';
  private atEnd = true;

  private get list(): HTMLElement | null {
    return this.querySelector('ol');
  }

  protected override willUpdate(changed: PropertyValues): void {
    const { list } = this;
    if (list && changed.has('comments'))
      this.atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_PX;
  }

  protected override updated(): void {
    const { list } = this;
    if (list && this.atEnd) list.scrollTop = list.scrollHeight;
  }

  private text(comment: Comment): (TemplateResult | string)[] {
    return commentPieces(comment.text, this.hosts).map((one) =>
      one.link
        ? html`<a href=${one.text} target="_blank" rel="noopener noreferrer">${one.text}</a>`
        : one.text,
    );
  }

  private one(comment: Comment): TemplateResult {
    return html`<li
      class="comment hue-${hue(comment.participant)}"
      data-testid="comment"
      data-id=${comment.id}
    >
      <span class="c-who">${comment.name}</span>
      ${comment.host || comment.bot ? html`<span class="host-badge">${comment.bot ? (lang() === 'en' ? 'Bot' : '机器人') : lt('host_badge')}</span>` : nothing}
      <span class="c-said">${this.text(comment)}</span>
      ${this.moderate ? this.hand(comment) : nothing}
    </li>`;
  }

  private hand(comment: Comment): TemplateResult {
    const open = this.open === comment.id;
    return html`<button
        class="hand-toggle"
        aria-expanded=${open}
        aria-label=${comment.name}
        data-testid="comment-more"
        @click=${() => {
          this.open = open ? '' : comment.id;
          this.requestUpdate();
        }}
      >
        ${icon('more')}
      </button>
      ${
        open
          ? html`<span class="hands"
              >${HAND.map(
                ([action, key]) =>
                  html`<button
                    data-testid="comment-${action}"
                    @click=${() => {
                      this.open = '';
                      this.moderate?.(comment.id, action);
                      this.requestUpdate();
                    }}
                  >
                    ${lt(key)}
                  </button>`,
              )}</span
            >`
          : nothing
      }`;
  }

  protected override render(): TemplateResult {
    return html`${
        this.top
          ? html`<p class="top-comment" data-testid="top-comment">
              ${icon('pin')}<span class="c-who">${this.top.name}</span>
              <span class="c-said">${this.text(this.top)}</span>
              ${
                this.moderate
                  ? html`<button
                      class="hand-toggle"
                      aria-label=${lt('c_unpin')}
                      @click=${() => this.moderate?.(this.top?.id ?? '', 'unpin')}
                    >
                      ${icon('close')}
                    </button>`
                  : nothing
              }
            </p>`
          : nothing
      }
      <ol aria-live="polite" aria-label=${lt('comments')} tabindex="0">
        ${
          this.comments.length
            ? this.comments.map((one) => this.one(one))
            : html`<li class="none">${lt('no_comments')}</li>`
        }
      </ol>`;
  }
}
