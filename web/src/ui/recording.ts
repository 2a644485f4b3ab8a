/** What people see of a recording: the sign that it runs. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { may, type RoomState } from '../room/state.js';
import { InMeeting } from './base.js';
import { t } from './i18n/index.js';

/** Whether this person can start and stop it. */
export function mayRecord(room: RoomState): boolean {
  const of = room.room;
  return may(room, 'moderate') && of?.recording.policy === 'by_host' && !of.end_to_end;
}

/** The chip in the bar: a word, not a colour alone. */
@customElement('parlor-recording-sign')
export class RecordingSign extends InMeeting {
  /** The question is fetched when there is something to be asked. */
  protected override updated(): void {
    if ((this.room.room?.recording.state ?? 'off') !== 'off') void import('./recording-forms.js');
  }

  protected override render(): TemplateResult | typeof nothing {
    const recording = this.room.room?.recording;
    if (!recording || recording.state === 'off') return nothing;
    const me = this.room.participants[this.room.me ?? ''];
    const words = recording.trouble
      ? t('recording_trouble')
      : t(recording.state === 'on' ? 'recording_on' : 'recording_paused');
    return html`<span
      class="chip recording-sign ${recording.state} ${recording.trouble ? 'trouble' : ''}"
      role="status"
      data-testid="recording"
      data-state=${recording.state}
      data-recorded=${me?.recorded ?? false}
      title=${t(me?.recorded ? 'recording_you' : 'recording_not_you')}
      ><i aria-hidden="true"></i>${words}</span
    >`;
  }
}
