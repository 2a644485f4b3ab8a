/** This person's own microphone, camera and screen: what is on, what went wrong, which devices. */
import { loadChoices, saveChoices } from '../client/storage.js';
import { Store } from '../room/store.js';
import type { SourceKind } from '../protocol/messages.js';
import {
  listDevices,
  openDevices,
  problemOf,
  type DeviceKind,
  type DeviceList,
  type DeviceProblem,
  type Got,
} from './devices.js';
import { Meter } from './meter.js';
import { openScreen, type ScreenCapture } from './screen.js';

export interface LocalState {
  microphone: { track: MediaStreamTrack | null; on: boolean; problem: DeviceProblem | null };
  camera: { track: MediaStreamTrack | null; on: boolean; problem: DeviceProblem | null };
  screen: MediaStreamTrack | null;
  screenSound: MediaStreamTrack | null;
  asking: boolean;
  devices: DeviceList;
  speakerId: string;
  microphoneId: string;
  cameraId: string;
  motion: boolean;
  rawSound: boolean;
  /** A device problem that the person has not been told about yet. */
  problemNew: boolean;
  /** Heard talking while muted; the page hints at it. */
  talkingMuted: boolean;
}

/** What others must learn: a track came, went, or was muted. */
export type Published = (source: SourceKind, track: MediaStreamTrack | null, on: boolean) => void;

/** Louder than this (-30 dB) while muted, more often than not, is talking. */
const TALK_LEVEL = 0.5;
const TALK_LOOKS = 3;
const HINT_MS = 8000;
/** Who was told is not told again for a while. */
const HINT_AGAIN_MS = 30_000;
const LOOK_EVERY_MS = 150;

export class LocalMedia {
  readonly store: Store<LocalState>;
  meter: Meter | null = null;
  published: Published = () => undefined;
  /** Something the person should be told, by code. */
  notice: (code: string) => void = () => undefined;
  private screenCapture: ScreenCapture | null = null;
  private loud = 0;
  private hintAgain = 0;
  private held = false;
  /** How often all was let go: what the browser gives after that, of an earlier question, is not kept. */
  private ends = 0;
  readonly timer = window.setInterval(() => this.lookForTalk(), LOOK_EVERY_MS);

  constructor() {
    const kept = loadChoices();
    this.store = new Store<LocalState>({
      microphone: { track: null, on: kept.microphone, problem: null },
      camera: { track: null, on: kept.camera, problem: null },
      screen: null,
      screenSound: null,
      asking: false,
      devices: { microphones: [], cameras: [], speakers: [] },
      speakerId: kept.speakerId,
      microphoneId: kept.microphoneId,
      cameraId: kept.cameraId,
      motion: kept.motion,
      rawSound: kept.rawSound,
      problemNew: false,
      talkingMuted: false,
    });
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.refresh());
  }

  get state(): LocalState {
    return this.store.get();
  }

  async refresh(): Promise<void> {
    this.store.patch({ devices: await listDevices() });
  }

  /** Opens both devices in one prompt, as far as they are wanted. */
  async start(microphone: boolean, camera: boolean): Promise<void> {
    this.setOn('microphone', microphone);
    this.setOn('camera', camera);
    await this.open(microphone, camera);
  }

  private async open(microphone: boolean, camera: boolean): Promise<void> {
    if (!microphone && !camera) return;
    const { microphoneId, cameraId, rawSound } = this.state;
    const { ends } = this;
    this.store.patch({ asking: true });
    const got = await openDevices({ microphone, camera, microphoneId, cameraId, rawSound });
    this.store.patch({ asking: false });
    if (ends !== this.ends) {
      got.microphone?.stop();
      got.camera?.stop();
      return;
    }
    if (microphone) this.take('microphone', got);
    if (camera) this.take('camera', got);
    await this.refresh();
  }

  private take(kind: DeviceKind, got: Got): void {
    const track = got[kind];
    const problem = got.problems[kind] ?? null;
    const old = this.state[kind].track;
    if (!track) {
      const on = old !== null && this.state[kind].on;
      this.store.patch({ [kind]: { track: old, on, problem }, problemNew: problem !== null });
      return;
    }
    if (!this.state[kind].on && kind === 'camera') {
      track.stop();
      return;
    }
    old?.stop();
    track.addEventListener('ended', () => void this.unplugged(kind, track));
    if (kind === 'microphone') this.newMicrophone(track);
    const id = track.getSettings().deviceId ?? '';
    this.store.patch({
      [kind]: { track, on: this.state[kind].on, problem: null },
      [`${kind}Id`]: id,
    });
    this.published(kind, track, this.state[kind].on);
  }

  private newMicrophone(track: MediaStreamTrack): void {
    track.enabled = this.state.microphone.on;
    this.meter?.close();
    this.meter = this.metered(track);
  }

  protected metered(track: MediaStreamTrack): Meter | null {
    return new Meter(track);
  }

  private setOn(kind: DeviceKind, on: boolean): void {
    this.store.patch({ [kind]: { ...this.state[kind], on } });
    saveChoices({ [kind]: on });
  }

  /** The device was pulled out: use another one if there is any, and say so. */
  private async unplugged(kind: DeviceKind, track: MediaStreamTrack): Promise<void> {
    if (this.state[kind].track !== track) return;
    this.store.patch({ [kind]: { ...this.state[kind], track: null }, [`${kind}Id`]: '' });
    const wasOn = this.state[kind].on;
    if (wasOn) await this.open(kind === 'microphone', kind === 'camera');
    if (this.state[kind].track) {
      this.notice(`${kind}_replaced`);
      return;
    }
    if (kind === 'microphone') this.meter?.close();
    if (kind === 'microphone') this.meter = null;
    this.store.patch({ [kind]: { track: null, on: false, problem: wasOn ? 'none' : null } });
    this.published(kind, null, false);
    this.notice(`${kind}_unplugged`);
  }

  /** Asks again for what failed. */
  async retry(): Promise<void> {
    const wanted = (kind: DeviceKind): boolean =>
      this.state[kind].on || this.state[kind].problem !== null;
    const camera = wanted('camera');
    if (camera) this.state.camera.track?.stop();
    await this.start(wanted('microphone'), camera);
  }

  async setMicrophone(on: boolean): Promise<void> {
    this.setOn('microphone', on);
    this.store.patch({ talkingMuted: false });
    const { track } = this.state.microphone;
    if (!track) {
      if (on) await this.open(true, false);
      return;
    }
    track.enabled = on;
    this.published('microphone', track, on);
  }

  /** While space is held a muted microphone is open. */
  async holdToTalk(down: boolean): Promise<void> {
    if (down === this.held || (down && this.state.microphone.on)) return;
    this.held = down;
    await this.setMicrophone(down);
  }

  async setCamera(on: boolean): Promise<void> {
    this.setOn('camera', on);
    if (on) {
      await this.open(false, true);
      return;
    }
    this.state.camera.track?.stop();
    this.store.patch({ camera: { track: null, on: false, problem: null } });
    this.published('camera', null, false);
  }

  /** Another microphone or camera, before or in the call. */
  async choose(kind: DeviceKind, deviceId: string): Promise<void> {
    this.store.patch({ [`${kind}Id`]: deviceId });
    saveChoices({ [`${kind}Id`]: deviceId });
    if (!this.state[kind].track && !this.state[kind].on) return;
    /* Many cameras cannot be opened twice, and a phone has one at a time. */
    if (kind === 'camera') this.state.camera.track?.stop();
    await this.open(kind === 'microphone', kind === 'camera');
  }

  chooseSpeaker(speakerId: string): void {
    this.store.patch({ speakerId });
    saveChoices({ speakerId });
  }

  setMotion(motion: boolean): void {
    this.store.patch({ motion });
    saveChoices({ motion });
    this.screenCapture?.setMotion(motion);
    const { screen } = this.state;
    if (screen) this.published('screen', screen, true);
  }

  async setRawSound(rawSound: boolean): Promise<void> {
    this.store.patch({ rawSound });
    saveChoices({ rawSound });
    if (this.state.microphone.track) await this.open(true, false);
  }

  /** Asks for a screen; resolves with false when none was given. */
  async startScreen(): Promise<boolean> {
    const { ends } = this;
    try {
      const capture = await openScreen(this.state.motion);
      if (ends !== this.ends) {
        capture.stop();
        return false;
      }
      this.stopScreen();
      this.screenCapture = capture;
      capture.video.addEventListener('ended', () => {
        if (this.screenCapture === capture) this.stopScreen();
      });
      this.store.patch({ screen: capture.video, screenSound: capture.audio });
      this.published('screen', capture.video, true);
      if (capture.audio) this.published('screen_audio', capture.audio, true);
      return true;
    } catch (error) {
      const problem = problemOf(error);
      if (problem !== 'refused') this.notice('screen_failed');
      return false;
    }
  }

  stopScreen(): void {
    const capture = this.screenCapture;
    if (!capture) return;
    this.screenCapture = null;
    capture.stop();
    this.store.patch({ screen: null, screenSound: null });
    this.published('screen', null, false);
    if (capture.audio) this.published('screen_audio', null, false);
  }

  private lookForTalk(): void {
    const { microphone, talkingMuted } = this.state;
    const muted = microphone.track !== null && !microphone.on;
    const loud = muted && (this.meter?.level() ?? 0) > TALK_LEVEL;
    this.loud = Math.min(Math.max(this.loud + (loud ? 1 : -0.5), 0), TALK_LOOKS);
    if (this.loud < TALK_LOOKS || talkingMuted || Date.now() < this.hintAgain) return;
    this.loud = 0;
    this.hintAgain = Date.now() + HINT_AGAIN_MS;
    this.store.patch({ talkingMuted: true });
    window.setTimeout(() => this.hintSeen(), HINT_MS);
  }

  /** The person knows what is wrong with the devices. */
  problemSeen(): void {
    this.store.patch({ problemNew: false });
  }

  hintSeen(): void {
    if (this.state.talkingMuted) this.store.patch({ talkingMuted: false });
  }

  /** Lets go of every device. */
  stop(): void {
    this.ends++;
    this.stopScreen();
    this.meter?.close();
    this.meter = null;
    for (const kind of ['microphone', 'camera'] as const) {
      const { track } = this.state[kind];
      this.store.patch({ [kind]: { ...this.state[kind], track: null } });
      track?.stop();
    }
  }
}
