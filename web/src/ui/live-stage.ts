/** The sheet of a viewer who wants to come on stage: his own picture, and what he can do. */
import { html, nothing, type TemplateResult } from 'lit';
import type { LiveState } from '../room/live.js';
import { lt } from './i18n/live.js';

export function stageSheet(
  stage: LiveState['stage'],
  ready: boolean,
  act: { ask: () => void; leave: () => void },
): TemplateResult {
  return html`<div class="stage-sheet">
    <video
      class="preview"
      autoplay
      playsinline
      muted
      .muted=${true}
      data-testid="stage-preview"
    ></video>
    <p role="status">
      ${stage === 'asked' ? lt('stage_asked') : stage === 'on' ? lt('stage_on') : nothing}
    </p>
    <div class="product-do">
      ${
        stage === 'off'
          ? html`<button
              class="button primary"
              data-testid="stage-ask"
              ?disabled=${!ready}
              @click=${act.ask}
            >
              ${lt('stage_ask')}
            </button>`
          : html`<button class="button" data-testid="stage-leave" @click=${act.leave}>
              ${lt(stage === 'on' ? 'stage_leave' : 'stage_cancel')}
            </button>`
      }
    </div>
  </div>`;
}
