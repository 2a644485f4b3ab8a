/** Choosing microphone, camera and speaker, before and in the call. */
import { html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { chime } from '../media/meter.js';
import { InMeeting } from './base.js';
import { t, type Key } from './i18n/index.js';
import { icon } from './icons.js';

@customElement('parlor-devices')
export class DevicePickers extends InMeeting {
  override connectedCallback(): void {
    super.connectedCallback();
    void this.app.local.refresh();
  }

  private picker(
    label: Key,
    testid: string,
    devices: MediaDeviceInfo[],
    chosen: string,
    choose: (id: string) => void,
  ): TemplateResult {
    const known = devices.some((one) => one.deviceId === chosen);
    return html`<label class="field">
      <span>${t(label)}</span>
      <select
        data-testid=${testid}
        @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}
      >
        ${known ? nothing : html`<option value="" selected>${t('default_device')}</option>`}
        ${devices.map(
          (one, i) =>
            html`<option value=${one.deviceId} ?selected=${one.deviceId === chosen}>
              ${one.label || `${t(label)} ${i + 1}`}
            </option>`,
        )}
      </select>
    </label>`;
  }

  protected override render(): TemplateResult {
    const { devices, microphoneId, cameraId, speakerId } = this.app.local.state;
    const { local } = this.app;
    const choosable = 'setSinkId' in HTMLMediaElement.prototype && devices.speakers.length > 0;
    return html`
      ${this.picker('microphone', 'microphone-select', devices.microphones, microphoneId, (id) =>
        local.choose('microphone', id),
      )}
      ${this.picker('camera', 'camera-select', devices.cameras, cameraId, (id) =>
        local.choose('camera', id),
      )}
      <div class="speaker-row">
        ${
          choosable
            ? this.picker('speaker', 'speaker-select', devices.speakers, speakerId, (id) =>
                local.chooseSpeaker(id),
              )
            : nothing
        }
        <button
          type="button"
          class="button quiet"
          data-testid="test-speaker"
          @click=${() => chime(speakerId)}
        >
          ${icon('sound')}${t('test_speaker')}
        </button>
      </div>
    `;
  }
}
