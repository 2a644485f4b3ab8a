/** The sheet of a viewer who wants, or is asked, to come on stage: his own picture first, then what he can do. Nobody is on
 *  air before he saw himself and said so. */
import { html, nothing, type TemplateResult } from 'lit';
import type { LiveState } from '../room/live.js';
import { lang } from './i18n/lang.js';
import { lt } from './i18n/live.js';

const WORDS = {
  invited: ['The host asks you to come on stage', '主播邀请您连麦'],
  allow: ['Allow this page to use your camera and microphone.', '请允许此页面使用摄像头和麦克风。'],
  hint: [
    'When the host agrees, everybody here sees and hears you.',
    '主播同意后，直播间的观众都会看到您、听到您。',
  ],
  ask: ['Ask the host', '发送申请'],
  asked: ['The host was asked', '已申请，请等待主播同意'],
  refused: [
    'The host cannot take you on just now. Thank you for offering: you can ask again later, or write what you would say.',
    '主播现在无法与您连麦，感谢您的申请。您可以稍后再试，也可以把想说的写在评论里。',
  ],
  fine: ['All right', '知道了'],
  look: ['See my camera first', '先看看我的画面'],
  come: ['Go on stage', '上麦'],
  no: ['No, thank you', '暂不参加'],
  leave: ['Leave the stage', '结束连麦'],
  cancel: ['Cancel', '取消'],
  recorded: ['If this stream is recorded, I may be in it', '如本直播被录制，我同意入镜'],
} as const;
const word = (key: keyof typeof WORDS): string => WORDS[key][lang() === 'en' ? 0 : 1];

interface Acts {
  ask: (recorded: boolean) => void;
  /** Opens the camera. */
  look: () => void;
  leave: () => void;
}

function first(stage: 'off' | 'invited', ready: boolean, act: Acts): TemplateResult {
  const go = (event: Event): void => {
    const sheet = (event.currentTarget as HTMLElement).closest('.stage-sheet');
    act.ask(sheet?.querySelector<HTMLInputElement>('[name=recorded]')?.checked ?? false);
  };
  const invited = stage === 'invited';
  return html`${
      ready
        ? html`<label class="check"
            ><input type="checkbox" name="recorded" data-testid="stage-recorded" /><span
              >${word('recorded')}</span
            ></label
          >`
        : nothing
    }
    <div class="product-do">
      ${
        invited && !ready
          ? html`<button class="button primary" data-testid="stage-look" @click=${act.look}>
              ${word('look')}
            </button>`
          : html`<button
              class="button primary"
              data-testid="stage-ask"
              ?disabled=${!ready}
              @click=${go}
            >
              ${word(invited ? 'come' : 'ask')}
            </button>`
      }
      ${
        invited
          ? html`<button class="button" data-testid="stage-no" @click=${act.leave}>
              ${word('no')}
            </button>`
          : nothing
      }
    </div>`;
}

const LEAVE = { on: 'leave', asked: 'cancel', refused: 'fine' } as const;

/** `ready`: he sees himself. Who was refused and opens the sheet again asks again. */
export function stageSheet(now: LiveState['stage'], ready: boolean, act: Acts): TemplateResult {
  const stage = now === 'refused' && ready ? 'off' : now;
  const off = word(ready ? 'hint' : 'allow');
  const said = { off, on: lt('stage_on') };
  return html`<div class="stage-sheet" data-stage=${stage}>
    ${
      stage === 'refused'
        ? nothing
        : html`<video
            class="preview"
            autoplay
            playsinline
            muted
            .muted=${true}
            data-testid="stage-preview"
          ></video>`
    }
    <p role="status">${stage === 'off' || stage === 'on' ? said[stage] : word(stage)}</p>
    ${
      stage === 'off' || stage === 'invited'
        ? first(stage, ready, act)
        : html`<div class="product-do">
            <button class="button" data-testid="stage-leave" @click=${act.leave}>
              ${word(LEAVE[stage])}
            </button>
          </div>`
    }
  </div>`;
}
