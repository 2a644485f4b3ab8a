/**
 * A consult beside the stream: a room of its own on its own peer connection. Nothing of the
 * stream's connection is touched. Loaded on demand.
 */
import { forgetMeeting, saveSeat } from '../client/storage.js';
import { Session } from '../room/session.js';
import { slotOf } from '../room/slots.js';
import { Store } from '../room/store.js';
import { Engine } from './engine.js';
import { LocalMedia } from './local.js';

export interface ConsultState {
  connected: boolean;
  microphone: boolean;
  camera: boolean;
  /** The other's picture, when he shows one. */
  remote: MediaStream | null;
  own: MediaStream | null;
  soundBlocked: boolean;
  problem: string;
}

export class Consult {
  readonly store = new Store<ConsultState>({
    connected: false,
    microphone: true,
    camera: false,
    remote: null,
    own: null,
    soundBlocked: false,
    problem: '',
  });
  private readonly session: Session;
  private readonly local = new LocalMedia();
  private readonly engine: Engine;
  private readonly stops: (() => void)[] = [];
  private shown = '';

  constructor(
    readonly room: string,
    token: string,
    private readonly name: string,
  ) {
    saveSeat(room, { resume: '', token, name, microphone: true, camera: false });
    this.session = new Session(room);
    this.engine = new Engine(this.session, this.local);
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
    await this.local.start(true, video);
    await joined;
    forgetMeeting(this.room);
  }

  private look(): void {
    const room = this.session.state;
    const { microphone, camera } = this.local.state;
    const other = Object.keys(room.participants).find((id) => id !== room.me);
    const mid = other === undefined ? undefined : slotOf(room.slots, other, 'camera');
    const shows = other !== undefined && room.participants[other]?.sources.camera !== undefined;
    if (other !== undefined && other !== this.shown) {
      const tiles = [{ participant: other, width: 640, height: 360 }];
      this.session.view({ tiles, pinned: null, screen: null, visible: true, layout: 'speaker' });
    }
    this.shown = other ?? '';
    this.store.patch({
      connected: this.engine.pc?.connectionState === 'connected' && other !== undefined,
      microphone: microphone.on,
      camera: camera.on && camera.track !== null,
      remote: mid !== undefined && shows ? this.engine.slotStream(mid) : null,
      own: this.ownStream(camera.on ? camera.track : null),
      soundBlocked: this.engine.store.get().soundBlocked,
      problem: microphone.problem ?? '',
    });
  }

  private ownStream(track: MediaStreamTrack | null): MediaStream | null {
    const own = this.store.get().own;
    if (own?.getVideoTracks()[0] === (track ?? undefined)) return own;
    return track ? new MediaStream([track]) : null;
  }

  setMicrophone(on: boolean): void {
    void this.local.setMicrophone(on);
  }

  setCamera(on: boolean): void {
    void this.local.setCamera(on);
  }

  hear(): void {
    void this.engine.hear();
  }

  stop(): void {
    for (const stop of this.stops.splice(0)) stop();
    this.session.leave();
    this.local.stop();
    saveSeat(this.room, null);
    forgetMeeting(this.room);
  }
}
