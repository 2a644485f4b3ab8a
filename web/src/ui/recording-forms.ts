/** The question whether one may be recorded, and the form by which something is noted down. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { loadStill } from '../client/marker-stills.js';
import {
  MARKER_KINDS,
  type Marker,
  type MarkerKind,
  type Participant,
} from '../protocol/messages.js';
import { InMeeting } from './base.js';
import type { RoomState } from '../room/state.js';
import { lang, t } from './i18n/index.js';
import { icon } from './room-icons.js';

const KEPT = {
  kept: ['The recording is kept. It can be played in a moment.', '录制已保存，片刻后即可播放。'],
  portal: ['Open the recording', '打开录制'],
  fine: ['Close', '关闭'],
  noted: ['Noted in this meeting', '本次会议已记下'],
  picture: ['Show the picture', '查看画面'],
  no_picture: ['The picture is not there any more.', '画面已不可用。'],
  gone: ['You are no longer recorded.', '您已不再被录制。'],
  go_ask: [
    'Shall what this recording has of you go as well?',
    '是否同时删除本次录制中已有的您的内容？',
  ],
  goes: ['Goes', '将删除'],
  goes_text: [
    'Your voice, camera and shared screen with the pictures taken of it; your messages, notes and name; files made with you in them.',
    '您的声音、摄像头画面、共享屏幕及其截图；您的消息、笔记和名字；含有您的合成文件。',
  ],
  stays: ['Stays', '会保留'],
  stays_text: [
    'What others say, write or show, also where it is about you or you are seen on their screens; your messages in this meeting until it ends; that you answered, without your name.',
    '他人所说、所写、所展示的内容，包括涉及您或在其屏幕上出现您的部分；您在本次会议聊天中的消息保留到会议结束；您的答复记录（不含名字）。',
  ],
  when: ['When', '时间'],
  when_text: [
    'When the recording has ended, with what it gets of you if you agree again. A legal hold comes first. It does not come back.',
    '录制结束后删除；若您再次同意录制，之后的内容也一并删除。依法保留优先。删除后无法恢复。',
  ],
  go_out: ['Take me out of this recording', '从本次录制中删除我'],
  go_no: ['Keep it', '保留'],
  go_yes: ['Remove it', '删除'],
  go_asked: ['Your request is kept.', '已记下您的请求。'],
  go_asked_text: [
    'Everything of you in this recording goes when it has ended. You need not stay for that.',
    '录制结束后，将删除其中您的全部内容。您无需留在会议中等待。',
  ],
  go_held: ['Your request is kept, and waits.', '已记下您的请求，等待处理。'],
  go_held_text: [
    'This recording is under a legal hold. Everything of you in it goes when the hold is lifted; who keeps it sees that you asked.',
    '该录制处于依法保留状态，解除后将删除其中您的全部内容；管理员可以看到您的请求。',
  ],
  go_done: ['You are out of the recording.', '您已从录制中删除。'],
  go_done_text: [
    'Your voice, camera, shared screen, messages, notes and name were removed from it.',
    '其中您的声音、摄像头画面、共享屏幕、消息、笔记和名字均已删除。',
  ],
  go_failed: ['That was not taken up.', '请求未被受理。'],
  go_failed_text: ['Try again, or ask who keeps the recordings.', '请重试，或联系录制的管理员。'],
} as const;

function k(key: keyof typeof KEPT): string {
  return KEPT[key][lang() === 'en' ? 0 : 1];
}

/** The question, until it is answered; nobody is recorded before he said yes. Neither answer is made the easier one.
 *  Who was recorded and is not any more is asked whether what there is of him shall go; without an answer it stays. */
@customElement('parlor-consent')
export class Consent extends InMeeting {
  @state() private seen = '';
  /** The one that ran last here, until it was told that it is kept. */
  private ran = '';
  /** Who withdrew: what he is asked or told, and of which recording. */
  @state() private leaving: '' | 'ask' | 'asking' | 'asked' | 'held' | 'done' | 'failed' = '';
  private of = '';
  /** The last recording that he was in, the one of which he was asked since, and the one that he wants to be out of. */
  private was = '';
  private askedOf = '';
  private outOf = '';
  private told: RoomState['removal'];

  protected override willUpdate(): void {
    const { room, removal, participants, me } = this.room;
    if (removal !== this.told && removal?.removal === 'done') this.leaving = 'done';
    this.told = removal;
    const recording = room?.recording;
    if (!recording || recording.state === 'off') return;
    this.ran = recording.id;
    const self = participants[me ?? ''];
    if (self) this.follow(recording.id, self);
  }

  ask(id = this.ran): void {
    this.of = this.askedOf = id;
    this.leaving = 'ask';
  }

  private follow(id: string, me: Participant): void {
    if (me.recorded) {
      this.was = id;
      this.askedOf = '';
      if (this.leaving === 'ask' && this.of === id) this.leaving = '';
      return;
    }
    const asked = this.askedOf === id || this.outOf === id;
    if (this.was === id && me.consent === 'refused' && !asked) this.ask(id);
  }

  private async wantOut(): Promise<void> {
    const recording = this.of;
    this.leaving = 'asking';
    const reply = await this.app.session
      .ask({ t: 'consent', answer: false, remove: true, recording })
      .catch(() => null);
    const kept = reply?.t === 'consent';
    if (kept) this.outOf = recording;
    if (kept) this.leaving = reply.removal === 'held' ? 'held' : 'asked';
    else this.leaving = 'failed';
  }

  private leaveWords(): TemplateResult {
    const { leaving } = this;
    if (leaving !== 'ask' && leaving !== 'asking' && leaving !== '')
      return html`<p><b>${k(`go_${leaving}`)}</b> ${k(`go_${leaving}_text`)}</p>`;
    return html`<p><b>${k('gone')}</b> ${k('go_ask')}</p>
      <dl>
        ${(['goes', 'stays', 'when'] as const).map(
          (one) =>
            html`<dt>${k(one)}</dt>
              <dd>${k(`${one}_text`)}</dd>`,
        )}
      </dl>`;
  }

  private leave(): TemplateResult {
    const { leaving } = this;
    const told = leaving === 'asked' || leaving === 'held' || leaving === 'done';
    const stay = (): void => {
      this.leaving = '';
    };
    return html`<div
      class="ask consent left ${told ? 'told' : ''}"
      role=${told ? 'status' : 'alertdialog'}
      aria-label=${k('gone')}
      data-testid="consent-left"
      data-state=${leaving}
    >
      ${icon('record')}
      <div class="what">${this.leaveWords()}</div>
      <button class="button ${told ? 'quiet' : ''}" data-testid="left-keep" @click=${stay}>
        ${k(told ? 'fine' : 'go_no')}
      </button>
      ${
        told
          ? nothing
          : html`<button
              class="button"
              data-testid="left-remove"
              ?disabled=${leaving === 'asking'}
              @click=${() => void this.wantOut()}
            >
              ${k('go_yes')}
            </button>`
      }
    </div>`;
  }

  /** As the bar of the meeting knows it. */
  private get owns(): boolean {
    return document.querySelector('[data-testid=record-toggle]') !== null;
  }

  /** Who may record is told where it is now. */
  private kept(): TemplateResult | typeof nothing {
    const { ran } = this;
    if (!ran || !this.owns) return nothing;
    const close = (): void => {
      this.ran = '';
      this.requestUpdate();
    };
    return html`<div class="ask consent" role="status" data-testid="recording-kept">
      ${icon('record')}
      <p>${k('kept')}</p>
      <a
        class="button"
        href="/admin#/recordings/${ran}"
        target="_blank"
        rel="noopener"
        @click=${close}
        >${k('portal')}</a
      >
      <button class="button quiet" @click=${close}>${k('fine')}</button>
    </div>`;
  }

  protected override render(): TemplateResult | typeof nothing {
    const recording = this.room.room?.recording;
    const me = this.room.participants[this.room.me ?? ''];
    const runs = recording !== undefined && recording.state !== 'off';
    const unasked = runs && me?.consent === 'unknown' && this.seen !== recording.id;
    if (!unasked && this.leaving) return this.leave();
    if (!runs) return this.kept();
    if (!unasked) return nothing;
    const notice = recording.mode === 'notice';
    const answer = (yes: boolean): void => {
      this.seen = recording.id;
      if (!yes || !notice) this.app.session.consent(yes);
    };
    return html`<div
      class="ask consent"
      role="alertdialog"
      aria-label=${t('recording_on')}
      data-testid="consent-ask"
    >
      ${icon('record')}
      <p>${t(notice ? 'consent_notice' : 'consent_ask')}</p>
      <button
        class="button ${notice ? 'primary' : ''}"
        data-testid="consent-yes"
        @click=${() => answer(true)}
      >
        ${t(notice ? 'consent_understood' : 'consent_yes')}
      </button>
      <button class="button" data-testid="consent-no" @click=${() => answer(false)}>
        ${t('consent_no')}
      </button>
    </div>`;
  }
}

/** He who kept it may think again. */
export function wantOut(): void {
  document.querySelector<Consent>('parlor-consent')?.ask();
}

export const wantOutWord = (): string => k('go_out');

/** Notes down what was agreed, at the instant at which it was opened: what is on the screen then may have gone when the words are written. */
@customElement('parlor-marker-form')
export class MarkerForm extends InMeeting {
  @state() private kind: MarkerKind = 'conclusion';
  /** Of each note whose picture was asked for: where it is in this page; '' = nowhere. */
  @state() private pictures: Readonly<Record<string, string>> = {};
  private readonly since = performance.now();

  private readonly submit = (event: Event): void => {
    event.preventDefault();
    const form = event.target as HTMLFormElement;
    const text = (form.elements.namedItem('text') as HTMLInputElement).value.trim();
    const owner = (form.elements.namedItem('owner') as HTMLInputElement).value.trim();
    if (!text) return;
    this.app.session.mark(this.kind, text, owner, Math.round(performance.now() - this.since));
    this.app.openDialog(null);
  };

  protected override firstUpdated(): void {
    this.querySelector<HTMLInputElement>('input[name=text]')?.focus();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const url of Object.values(this.pictures)) URL.revokeObjectURL(url);
    this.pictures = {};
  }

  private async look(marker: string): Promise<void> {
    const picture = await loadStill(
      this.room.room?.id ?? '',
      marker,
      this.app.session.bearer,
    ).catch(() => null);
    /* The form may have been closed meanwhile. */
    if (!this.isConnected) return;
    const url = picture ? URL.createObjectURL(picture) : '';
    this.pictures = { ...this.pictures, [marker]: url };
  }

  private note(one: Marker): TemplateResult {
    const picture = this.pictures[one.id];
    return html`<li data-testid="noted">
      <b>${t(`marker_${one.kind}`)}</b>
      ${one.text}${one.owner ? html` <i>${one.owner}</i>` : nothing}
      ${
        one.still && picture === undefined
          ? html`<button
              type="button"
              class="button quiet"
              data-testid="noted-picture"
              @click=${() => void this.look(one.id)}
            >
              ${k('picture')}
            </button>`
          : nothing
      }
      ${picture ? html`<img src=${picture} alt=${one.text} data-testid="noted-image" />` : nothing}
      ${picture === '' ? html`<p role="alert">${k('no_picture')}</p>` : nothing}
    </li>`;
  }

  /** The newest first. */
  private notes(): TemplateResult | typeof nothing {
    const { markers } = this.room;
    if (!markers.length) return nothing;
    return html`<h3>${k('noted')}</h3>
      <ul class="noted" tabindex="0" aria-label=${k('noted')}>
        ${[...markers].reverse().map((one) => this.note(one))}
      </ul>`;
  }

  protected override render(): TemplateResult {
    return html`<form class="marker-form" @submit=${this.submit}>
      <div class="kinds" role="radiogroup" aria-label=${t('marker')}>
        ${MARKER_KINDS.map(
          (kind) =>
            html`<button
              type="button"
              role="radio"
              class="button ${kind === this.kind ? 'primary' : 'quiet'}"
              aria-checked=${kind === this.kind}
              data-testid="marker-${kind}"
              @click=${() => (this.kind = kind)}
            >
              ${t(`marker_${kind}`)}
            </button>`,
        )}
      </div>
      <label class="field">
        <span>${t('marker_text')}</span>
        <input name="text" data-testid="marker-text" maxlength="500" required autocomplete="off" />
      </label>
      <label class="field">
        <span>${t('marker_owner')}</span>
        <input name="owner" data-testid="marker-owner" maxlength="64" autocomplete="off" />
      </label>
      <button class="button primary" data-testid="marker-save">${t('marker_save')}</button>
      ${this.notes()}
    </form>`;
  }
}
