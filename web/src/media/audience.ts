/**
 * A viewer's side of a live room: receives only, applies what happens when his picture has come so
 * far, and mends a lost path. It negotiates once; what comes on the page beside the picture (sheets,
 * chats, calls) never touches this connection.
 */
import { backoffMs } from '../client/backoff.js';
import { embedded } from '../client/place.js';
import type { IceServer, ServerMessage, ServerMessageOf } from '../protocol/messages.js';
import { initialLive, reduceLive, type LiveLocal, type LiveState } from '../room/live.js';
import { PictureClock, type Anchor } from '../room/picture-clock.js';
import type { Session, SessionMedia } from '../room/session.js';
import { Store } from '../room/store.js';
import { DISCONNECT_GRACE_MS } from './config.js';
import type { HlsPlayer } from './hls.js';
import { Peer } from './peer.js';
import { SoundOut } from './sound.js';

export interface AudienceState {
  /** The browser plays no sound before a touch. */
  soundBlocked: boolean;
  /** The viewer wants none. */
  muted: boolean;
  /** Counts peer connections: pictures take their streams anew when it changes. */
  generation: number;
  connected: boolean;
  /** The picture comes over HLS. */
  hls: boolean;
}

/** An offer that was refused is said again a second later, then ever more seldom, each at a moment of its own ({@link backoffMs}). */
const FIRST_AGAIN = 10;
/** So often a connection that never stood is tried before HLS is. */
const TRIES = 3;
/** HLS is seconds behind what happens; so long things wait for its picture. */
const HLS_WAIT_MS = 15_000;
const TICK_MS = 100;

export class Audience implements SessionMedia {
  readonly store = new Store<AudienceState>({
    soundBlocked: false,
    muted: false,
    generation: 0,
    connected: false,
    hls: false,
  });
  readonly live = new Store<LiveState>(initialLive());
  readonly clock = new PictureClock();
  /** Where the stage is: the app's answer to being admitted. */
  admitted: (message: ServerMessageOf<'stage'>) => void = () => undefined;
  private readonly unfit = new Map<string, boolean>();
  private readonly anchors = new Map<string, Anchor>();
  private main = '';
  private peer: Peer | null = null;
  private ice: IceServer[] = [];
  private readonly sound = new SoundOut((soundBlocked) => {
    if (this.store.get().soundBlocked !== soundBlocked) this.store.patch({ soundBlocked });
  });
  private retry = 0;
  private failures = 0;
  /** How many offers were refused, one after the other. */
  private refusals = 0;
  private player: HlsPlayer | null = null;
  private hlsVideo: HTMLVideoElement | null = null;
  private grace = 0;
  private readonly ticking: number;
  private readonly unwatch: () => void;

  constructor(private readonly session: Session) {
    session.media = this;
    this.ticking = window.setInterval(() => this.clock.tick(performance.now()), TICK_MS);
    this.unwatch = session.store.watch((now, before) => {
      if (now.slots !== before.slots || now.participants !== before.participants) this.applyMute();
      if (now.phase === 'ended' && before.phase !== 'ended') this.stop();
    });
  }

  /** Nobody looks any more, though the page stays. */
  dispose(): void {
    clearInterval(this.ticking);
    this.unwatch();
    this.stop();
  }

  get pc(): RTCPeerConnection | null {
    return this.peer?.pc ?? null;
  }

  /** Makes the offer while the door is still being opened. */
  prepare(): void {
    if (!this.peer) void this.newPeer().prepare();
  }

  private newPeer(): Peer {
    this.peer?.close();
    const peer = new Peer(this.ice, 'viewer');
    this.peer = peer;
    this.anchors.clear();
    peer.pc.onconnectionstatechange = () => this.pathChanged(peer);
    return peer;
  }

  welcomed(message: ServerMessageOf<'welcome'>): void {
    const changed = JSON.stringify(message.ice_servers) !== JSON.stringify(this.ice);
    this.ice = message.ice_servers;
    if (changed && this.peer && !this.peer.stands) void this.newPeer().prepare();
    const alive = message.transport === 'alive' && this.peer?.stands;
    if (this.peer?.stands && !alive) this.newPeer();
  }

  dispatch(event: ServerMessage | LiveLocal): void {
    this.live.set(reduceLive(this.live.get(), event));
  }

  told(message: ServerMessage): void {
    switch (message.t) {
      case 'live':
      case 'live_state':
        this.dispatch(message);
        this.maybeNegotiate();
        break;
      case 'pinned':
      case 'poll':
        this.clock.at(message.room_ms, performance.now(), () => this.dispatch(message));
        break;
      case 'comments': {
        const last = message.comments.at(-1)?.room_ms ?? 0;
        this.clock.at(last, performance.now(), () => this.dispatch(message));
        break;
      }
      case 'clock':
        this.anchors.set(message.mid, { rtp: message.rtp, roomMs: message.room_ms });
        if (message.mid === this.main) this.setMain(this.main);
        void this.peer
          ?.delayed(() => this.session.state.slots)
          .then((delay) => delay.clock(message));
        break;
      case 'fit':
        this.unfit.set(message.mid, message.state === 'unavailable');
        break;
      case 'slots':
        for (const { mid } of message.slots) this.anchors.delete(mid);
        break;
      case 'stage':
        this.dispatch(message);
        this.admitted(message);
        break;
      case 'transport':
        if (message.state === 'failed' && !this.store.get().hls) void this.negotiate(false);
        break;
      default:
        this.dispatch(message);
    }
  }

  /** Which slot's picture is the large one: its clock is the page's. */
  setMain(mid: string): void {
    this.main = mid;
    this.clock.setAnchor(this.anchors.get(mid) ?? null);
  }

  /** This browser decodes nothing of the large picture, and nobody converts it. */
  get isUnfit(): boolean | undefined {
    return this.unfit.get(this.main);
  }

  /** A frame of the large picture is on the screen. */
  frame(rtp: number | undefined): void {
    if (rtp !== undefined) this.clock.frame(rtp, performance.now());
  }

  private maybeNegotiate(): void {
    const state = this.live.get().live?.state;
    if (this.store.get().hls) return;
    if ((state === 'live' || state === 'paused') && !this.peer?.stands) void this.negotiate(false);
  }

  private async negotiate(restart: boolean): Promise<void> {
    clearTimeout(this.retry);
    let peer = this.peer;
    try {
      if (!peer || (peer.stands && !restart)) peer = this.newPeer();
      const offer = await (restart ? peer.restart() : peer.prepare());
      const answer = await this.session.offer(offer.sdp, offer.senders, offer.slots);
      if (peer !== this.peer) return;
      await peer.answered(answer);
      this.refusals = 0;
      if (!restart) this.listen(peer);
    } catch {
      if (peer !== this.peer || this.session.state.phase !== 'room') return;
      const wait = backoffMs(FIRST_AGAIN + this.refusals++, Math.random());
      this.retry = window.setTimeout(() => this.again(), wait);
    }
  }

  private again(): void {
    const state = this.live.get().live?.state;
    if (this.store.get().hls) return;
    if (state === 'live' || state === 'paused') void this.negotiate(false);
  }

  private listen(peer: Peer): void {
    const mids = peer.slotMids('audio', 'screen_audio');
    this.sound.play(
      mids.flatMap((mid): [string, MediaStream][] => {
        const stream = peer.slotStream(mid);
        return stream ? [[mid, stream]] : [];
      }),
    );
    this.applyMute();
    this.store.patch({ generation: this.store.get().generation + 1 });
  }

  /** The streams of the picture slots, in a fixed order: four cameras, then the screen. */
  pictures(): { mid: string; stream: MediaStream }[] {
    const peer = this.peer;
    if (!peer?.stands) return [];
    return peer.slotMids('video', 'screen').flatMap((mid) => {
      const stream = peer.slotStream(mid);
      return stream ? [{ mid, stream }] : [];
    });
  }

  private pathChanged(peer: Peer): void {
    if (peer !== this.peer) return;
    clearTimeout(this.grace);
    const { connectionState } = peer.pc;
    this.store.patch({ connected: connectionState === 'connected' });
    if (connectionState === 'connected') this.failures = 0;
    if (connectionState === 'failed') {
      if (++this.failures >= TRIES) this.useHls();
      else void this.negotiate(false);
    }
    if (connectionState === 'disconnected')
      this.grace = window.setTimeout(() => void this.negotiate(true), DISCONNECT_GRACE_MS);
  }

  /* ---- over HLS ---- */

  /** From now on the picture comes over HLS: this network, or this browser, lets nothing else through. */
  useHls(): void {
    if (embedded || this.store.get().hls) return;
    clearTimeout(this.retry);
    this.sound.stop();
    this.peer?.close();
    this.peer = null;
    this.clock.setWait(HLS_WAIT_MS);
    this.store.patch({ hls: true });
  }

  /** Plays into this element, once the room is on air. */
  async playHls(room: string, video: HTMLVideoElement): Promise<void> {
    if (embedded) return;
    const { HlsPlayer } = await import('./hls.js');
    const madeAt = this.session.state.room?.created_at ?? 0;
    video.muted = this.store.get().muted;
    this.player = new HlsPlayer(room, video, {
      date: (ms) => this.clock.frameAt(ms - madeAt, performance.now()),
      blocked: (soundBlocked) => this.store.patch({ soundBlocked }),
    });
    this.hlsVideo = video;
  }

  /** From a touch: starts what the browser held back. */
  soundOn(): void {
    this.store.patch({ muted: false });
    this.applyMute();
    void this.sound.resume();
    void this.player?.play();
  }

  setMuted(muted: boolean): void {
    this.store.patch({ muted });
    this.applyMute();
  }

  /** Who is on stage himself does not hear himself. */
  private applyMute(): void {
    const { slots, participants, me } = this.session.state;
    const own = `stage-${me ?? ''}`;
    if (this.hlsVideo) this.hlsVideo.muted = this.store.get().muted;
    this.sound.mute((mid) => {
      const who = slots[mid] ? participants[slots[mid].participant] : undefined;
      return this.store.get().muted || who?.identity === own;
    });
  }

  private stop(): void {
    clearTimeout(this.retry);
    clearTimeout(this.grace);
    this.player?.stop();
    this.sound.stop();
    this.peer?.close();
    this.peer = null;
  }
}
