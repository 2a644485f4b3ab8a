/** Media of one meeting: local tracks go up, slots come down, and a lost path is mended. */
import { serverConfig } from '../client/http.js';
import type {
  IceServer,
  ServerMessage,
  ServerMessageOf,
  SourceKind,
} from '../protocol/messages.js';
import type { Session, SessionMedia } from '../room/session.js';
import { Store } from '../room/store.js';
import { Ahead } from './ahead.js';
import {
  DISCONNECT_GRACE_MS,
  PATH_LOOK_EVERY_MS,
  REPORT_EVERY_MS,
  SOUND_LOST_WORTH_RED,
  STATS_EVERY_MS,
} from './config.js';
import type { LocalMedia } from './local.js';
import { PathWatch, SILENCE_MS, SILENCE_VIEWER_MS, bytesIn } from './path.js';
import type { Delay } from './delay.js';
import type { Together } from './lips.js';
import type { Offer, PeerRole } from './peer.js';
import type { Seal } from './seal.js';
import { SendingPeer } from './sending.js';
import { SoundOut } from './sound.js';
import { lookAt, type MediaStats } from './stats.js';
import { inTurns } from './turns.js';

export interface EngineState {
  /** The browser plays no sound before a touch. */
  soundBlocked: boolean;
  stats: MediaStats | null;
  /** Counts peer connections: tiles take their streams anew when it changes. */
  generation: number;
}

const TRY_AGAIN_MS = 1000;

export class Engine implements SessionMedia {
  readonly store = new Store<EngineState>({ soundBlocked: false, stats: null, generation: 0 });
  private peer: SendingPeer | null = null;
  private ice: IceServer[] = [];
  private readonly sound = new SoundOut((soundBlocked) => this.blocked(soundBlocked));
  private grace = 0;
  private retry = 0;
  private lastReport = 0;
  private screenSince = 0;
  private path = new PathWatch();
  /** An offer for the present peer connection has had no answer: it is made again. */
  private unanswered = false;
  private readonly ahead = new Ahead((offer) => this.say(offer));
  readonly timers = [
    window.setInterval(() => void this.look(), STATS_EVERY_MS),
    window.setInterval(() => void this.watchPath(), PATH_LOOK_EVERY_MS),
  ];
  /** Of a meeting that is encrypted end to end; set before anything is prepared. */
  seal: Seal | null = null;

  constructor(
    private readonly session: Session,
    private readonly local: LocalMedia,
    private readonly role: PeerRole = 'member',
  ) {
    session.media = this;
    local.published = (source, track, on) => this.publish(source, track, on);
    local.notice = (code) => session.notice(code);
    local.store.watch((now, before) => {
      if (now.speakerId !== before.speakerId) void this.sound.setSpeaker(now.speakerId);
    });
    session.store.watch((now, before) => {
      if (now.phase === 'ended' && before.phase !== 'ended') this.stop();
    });
  }

  get pc(): RTCPeerConnection | null {
    return this.peer?.pc ?? null;
  }

  private blocked(soundBlocked: boolean): void {
    if (this.store.get().soundBlocked !== soundBlocked) this.store.patch({ soundBlocked });
  }

  /** Makes the offer before anybody has asked to join. */
  async prepare(): Promise<void> {
    const config = serverConfig().catch(() => null);
    if (!this.peer) void this.newPeer().prepare();
    this.useIce((await config)?.ice_servers ?? []);
  }

  /** Nothing goes out in clear where everybody believes it is sealed, nor sealed where it is not. */
  private get opposed(): boolean {
    const { room } = this.session.state;
    return room !== null && room.end_to_end !== Boolean(this.seal);
  }

  private newPeer(): SendingPeer {
    this.peer?.close();
    const peer = new SendingPeer(this.ice, this.role, this.seal);
    this.peer = peer;
    this.path = new PathWatch();
    this.unanswered = false;
    peer.pc.onconnectionstatechange = () => this.pathChanged(peer);
    for (const [source, track] of this.liveTracks()) void peer.send(source, track);
    this.store.patch({ generation: this.store.get().generation + 1, stats: null });
    return peer;
  }

  private liveTracks(): [SourceKind, MediaStreamTrack | null][] {
    const { microphone, camera, screen, screenSound } = this.local.state;
    return [
      ['microphone', microphone.track],
      ['camera', camera.track],
      ['screen', screen],
      ['screen_audio', screenSound],
    ];
  }

  private say({ sdp, senders, slots }: Offer): Promise<string> {
    return this.session.offer(sdp, senders, slots);
  }

  joining(): void {
    const { peer } = this;
    if (peer?.ready && !peer.stands) this.ahead.send(peer.ready);
  }

  welcomed(message: ServerMessageOf<'welcome'>): void {
    if (this.opposed) return;
    this.useIce(message.ice_servers);

    for (const [source, track] of this.liveTracks()) if (track) this.tell(source, track);
    const alive = message.transport === 'alive' && this.peer?.stands;
    if (alive && this.pc?.connectionState === 'connected' && !this.unanswered) return;
    void this.negotiate(Boolean(alive));
  }

  /** Relays are told to members only; an offer made without them is made again. */
  private useIce(servers: IceServer[]): void {
    if (servers.length === 0 || JSON.stringify(servers) === JSON.stringify(this.ice)) return;
    this.ice = servers;
    if (this.peer && !this.peer.stands) void this.newPeer().prepare();
  }

  told(message: ServerMessage): void {
    if (message.t === 'transport' && message.state === 'failed') void this.negotiate(false);
    if (message.t === 'clock') void this.delayed((delay) => delay.clock(message));
    if (message.t === 'layers') void this.peer?.watch(message.source, message.rids);
    if (message.t === 'muted') this.mutedByHost(message.source);
    if (message.t === 'participant') this.takenOver(message.participant.id);
  }

  /**
   * Offers: on the same peer connection for an ICE restart, else on a fresh one. A restart that
   * gets no answer leaves the old path alone: it may come back before the answer does. Without
   * `ice` the path stays as it is and only the codecs are agreed on anew.
   */
  private async negotiate(restart: boolean, ice = true): Promise<void> {
    clearTimeout(this.retry);
    if (this.opposed) return;
    let peer = this.peer;
    try {
      if (!peer || (peer.stands && !restart)) peer = this.newPeer();
      this.unanswered = restart;
      const offer = await (!restart ? peer.prepare() : ice ? peer.restart() : peer.again());
      const answer = (await this.ahead.answerTo(offer)) ?? (await this.say(offer));
      if (peer !== this.peer) return;
      await peer.answered(answer);
      this.unanswered = false;
      this.listen(peer);
    } catch {
      if (peer !== this.peer || this.session.state.phase !== 'room') return;
      // Without a line the welcome that follows makes the offer.
      if (restart && this.session.state.line === 'lost') return;
      this.retry = window.setTimeout(() => void this.negotiate(false), TRY_AGAIN_MS);
    }
  }

  /** Nothing comes in any more where much came in: another way to the server is looked for. */
  private async watchPath(): Promise<void> {
    const { peer, path } = this;
    if (!peer?.stands || this.session.state.phase !== 'room') return;
    const bytes = await bytesIn(peer.pc).catch(() => null);
    if (bytes === null || peer !== this.peer) return;
    const sends = this.liveTracks().some(([, track]) => track);
    const silent = path.look(performance.now(), bytes, sends ? SILENCE_MS : SILENCE_VIEWER_MS);
    if (silent && (sends || this.somebodyShouldBeHere())) await this.negotiate(true);
  }

  /** Whether a source of which packets arrive at the server is in one of our slots. */
  private somebodyShouldBeHere(): boolean {
    const { slots, participants } = this.session.state;
    return Object.values(slots).some(
      (use) => participants[use.participant]?.sources[use.source]?.active,
    );
  }

  private listen(peer: SendingPeer): void {
    const mids = peer.slotMids('audio', 'screen_audio');
    const streams = mids.flatMap((mid): [string, MediaStream][] => {
      const stream = peer.slotStream(mid);
      return stream ? [[mid, stream]] : [];
    });
    this.sound.play(streams, this.role === 'consult');
    void this.sound.setSpeaker(this.local.state.speakerId);
  }

  private pathChanged(peer: SendingPeer): void {
    if (peer !== this.peer) return;
    clearTimeout(this.grace);
    const { connectionState } = peer.pc;
    if (connectionState === 'connected') {
      this.session.dispatch({ t: 'local/media', state: 'connected' });
    } else if (connectionState === 'failed') {
      this.session.dispatch({ t: 'local/media', state: 'failed' });
      void this.negotiate(false);
    } else if (connectionState === 'disconnected') {
      this.session.dispatch({ t: 'local/media', state: 'connecting' });
      this.grace = window.setTimeout(() => void this.negotiate(true), DISCONNECT_GRACE_MS);
    }
  }

  private publish(source: SourceKind, track: MediaStreamTrack | null, on: boolean): void {
    if (source === 'screen' && track) this.screenSince = Date.now();
    void this.peer?.send(source, track);
    if (this.session.state.phase !== 'room') return;
    if (track) this.tell(source, track, on);
    else this.session.publish({ source, on: false });
  }

  private tell(source: SourceKind, track: MediaStreamTrack, on = track.enabled): void {
    if (source === 'microphone' || source === 'screen_audio') {
      this.session.publish({ source, on: true, muted: !on });
      return;
    }
    const { width = 0, height = 0 } = track.getSettings();
    this.session.publish({ source, on: true, muted: false, width, height });
  }

  private mutedByHost(source: SourceKind): void {
    if (source === 'microphone') void this.local.setMicrophone(false);
    if (source === 'camera') void this.local.setCamera(false);
    if (source === 'screen' || source === 'screen_audio') this.local.stopScreen();
  }

  /** Another person's screen that begins after ours takes the stage: ours ends. */
  private takenOver(who: string): void {
    const { me, screenOf, participants } = this.session.state;
    if (!this.local.state.screen || who === me || screenOf !== who) return;
    const ours = me ? participants[me]?.sources.screen : undefined;
    if (!ours && Date.now() - this.screenSince < TRY_AGAIN_MS) return;
    this.local.stopScreen();
    this.session.notice('screen_taken', participants[who]?.name);
  }

  /** How far sound and picture of each who is seen and heard are apart. */
  get together(): Together[] {
    return this.peer?.delay?.together() ?? [];
  }

  private async delayed(tell: (delay: Delay) => void): Promise<void> {
    const delay = await this.peer?.delayed(() => this.session.state.slots);
    if (delay) tell(delay);
  }

  /** The stream of a receive slot of the present peer connection. */
  slotStream(mid: string): MediaStream | null {
    return this.peer?.slotStream(mid) ?? null;
  }

  /** To be called from a touch: lets the sound begin. */
  async hear(): Promise<void> {
    await this.sound.resume();
  }

  private async look(): Promise<void> {
    const peer = this.peer;
    if (!peer?.stands) return;
    const stats = await lookAt(peer.pc, this.store.get().stats).catch(() => null);
    if (!stats || peer !== this.peer) return;
    this.store.patch({ stats });
    if (stats.soundLost >= SOUND_LOST_WORTH_RED && peer.doubleSound())
      void this.negotiate(true, false);
    void this.delayed((delay) => delay.stats(stats));
    if (stats.at - this.lastReport < REPORT_EVERY_MS) return;
    this.lastReport = stats.at;
    this.session.report(stats.totals);
  }

  private stop(): void {
    clearTimeout(this.retry);
    clearTimeout(this.grace);
    const { peer } = this;
    this.peer = null;
    const steps = [() => this.local.stop(), () => this.sound.stop(), () => peer?.close()];
    void inTurns(this.role === 'consult', steps);
  }
}
