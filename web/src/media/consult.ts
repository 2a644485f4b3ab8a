/**
 * A consult beside the stream: a room of its own on its own peer connection. Nothing of the
 * stream's connection is touched. Loaded on demand.
 */
import { forgetMeeting, saveSeat } from '../client/storage.js';
import { Session } from '../room/session.js';
import { slotOf } from '../room/slots.js';
import type { RoomState } from '../room/state.js';
import { Store } from '../room/store.js';
import { Engine } from './engine.js';
import { LocalMedia } from './local.js';
import { takeStill } from './still.js';

export interface ConsultState {
  connected: boolean;
  microphone: boolean;
  camera: boolean;
  /** One's own screen is shared. */
  screen: boolean;
  /** The other's picture, when he shows one; his screen goes before his camera. */
  remote: MediaStream | null;
  remoteIsScreen: boolean;
  own: MediaStream | null;
  soundBlocked: boolean;
  problem: string;
  /** Of the recording: nobody is written before all have said yes. */
  recording: 'off' | 'on' | 'paused';
  consent: 'unknown' | 'given' | 'refused';
  recorded: boolean;
}

/** Nobody looks at how loud it is: an audio context more beside a stream is spared. */
class Quiet extends LocalMedia {
  protected override metered(): null {
    return null;
  }

  /** Nor is a device chosen here. */
  override refresh(): Promise<void> {
    return Promise.resolve();
  }
}

/** Whom one sees: the first who is there and is not oneself. */
function otherIn(room: RoomState): string | undefined {
  return Object.keys(room.participants).find((id) => id !== room.me);
}

export class Consult {
  readonly store = new Store<ConsultState>({
    connected: false,
    microphone: true,
    camera: false,
    screen: false,
    remote: null,
    remoteIsScreen: false,
    own: null,
    soundBlocked: false,
    problem: '',
    recording: 'off',
    consent: 'unknown',
    recorded: false,
  });
  private readonly session: Session;
  private readonly local = new Quiet();
  private readonly engine: Engine;
  private readonly stops: (() => void)[] = [];
  private shown = '';
  private stopped = false;

  constructor(
    readonly room: string,
    token: string,
    private readonly name: string,
  ) {
    saveSeat(room, { resume: '', token, name, microphone: true, camera: false });
    this.session = new Session(room);
    /* Few slots: beside a stream each one more costs, since browsers make a connection on the
       threads that hand packets to their other connections. */
    this.engine = new Engine(this.session, this.local, 'consult');
    const look = (): void => this.look();
    this.stops.push(this.session.store.watch(look));
    this.stops.push(this.engine.store.watch(look));
    this.stops.push(this.local.store.watch(look));
  }

  async start(video: boolean): Promise<void> {
    const { name } = this;
    void this.engine.prepare();
    const lang = document.documentElement.lang;
    const joined = this.session.join({ name, microphone: true, camera: video, lang });
    await this.opened(this.local.start(true, video));
    await joined;
    forgetMeeting(this.room);
  }

  /** What the browser gives only after the call was over is closed at once. */
  private async opened(what: Promise<unknown>): Promise<void> {
    await what;
    if (this.stopped) this.local.stop();
  }

  private look(): void {
    const room = this.session.state;
    const { microphone, camera, screen } = this.local.state;
    const other = otherIn(room);
    const screenOf = room.screenOf !== room.me ? room.screenOf : null;
    this.tellView(other, screenOf);
    const me = room.participants[room.me ?? ''];
    this.store.patch({
      connected: this.engine.pc?.connectionState === 'connected' && other !== undefined,
      microphone: microphone.on,
      camera: camera.on && camera.track !== null,
      screen: screen !== null,
      ...this.seen(room, other, screenOf),
      own: this.ownStream(camera.on ? camera.track : null),
      soundBlocked: this.engine.store.get().soundBlocked,
      problem: microphone.problem ?? '',
      recording: room.room?.recording.state ?? 'off',
      consent: me?.consent ?? 'unknown',
      recorded: me?.recorded ?? false,
    });
  }

  /** The server sends what is looked at. */
  private tellView(other: string | undefined, screenOf: string | null): void {
    const key = `${other ?? ''} ${screenOf ?? ''}`;
    if (other !== undefined && key !== this.shown) {
      const tiles = [{ participant: other, width: 640, height: 360 }];
      this.session.view({
        tiles,
        pinned: null,
        screen: screenOf,
        visible: true,
        layout: 'speaker',
      });
    }
    this.shown = key;
  }

  private seen(
    room: RoomState,
    other: string | undefined,
    screenOf: string | null,
  ): Pick<ConsultState, 'remote' | 'remoteIsScreen'> {
    const screen = screenOf ? slotOf(room.slots, screenOf, 'screen') : undefined;
    if (screen !== undefined)
      return { remote: this.engine.slotStream(screen), remoteIsScreen: true };
    const shows = other !== undefined && room.participants[other]?.sources.camera !== undefined;
    const mid = shows ? slotOf(room.slots, other, 'camera') : undefined;
    return {
      remote: mid === undefined ? null : this.engine.slotStream(mid),
      remoteIsScreen: false,
    };
  }

  private ownStream(track: MediaStreamTrack | null): MediaStream | null {
    const own = this.store.get().own;
    if (own?.getVideoTracks()[0] === (track ?? undefined)) return own;
    return track ? new MediaStream([track]) : null;
  }

  setMicrophone(on: boolean): void {
    void this.opened(this.local.setMicrophone(on));
  }

  setCamera(on: boolean): void {
    void this.opened(this.local.setCamera(on));
  }

  setScreen(on: boolean): void {
    if (on) void this.opened(this.local.startScreen());
    else this.local.stopScreen();
  }

  /** The rep's: asks for a recording, in which nobody is before both have said yes. */
  record(on: boolean): void {
    this.session.record(on ? 'start' : 'stop');
  }

  consent(yes: boolean): void {
    this.session.consent(yes);
  }

  /** What the own camera sees now, as large as the camera can; null: it is off. */
  still(): Promise<Blob | null> {
    const { track } = this.local.state.camera;
    return track ? takeStill(track) : Promise.resolve(null);
  }

  hear(): void {
    void this.engine.hear();
  }

  stop(): void {
    this.stopped = true;
    for (const stop of this.stops.splice(0)) stop();
    this.session.leave();
    this.local.stop();
    for (const timer of [...this.engine.timers, this.local.timer]) clearInterval(timer);
    saveSeat(this.room, null);
    forgetMeeting(this.room);
  }
}
