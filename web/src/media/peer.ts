/**
 * The one RTCPeerConnection. All its transceivers are made before the first offer, in the order
 * docs/protocol.md fixes; afterwards only tracks are put in and taken out.
 */
import type { IceServer, SlotKind, SourceKind } from '../protocol/messages.js';
import { SOURCES } from '../protocol/messages.js';
import type { Slots } from '../room/slots.js';
import { atOnce, inTurns } from './turns.js';
import {
  askedCodec,
  choose,
  isLayered,
  isRed,
  offerDescriptors,
  preferCodecs,
  type VideoCodec,
} from './codecs.js';
import type { Delay } from './delay.js';
import { fitLayers } from './layers.js';
import type { Seal } from './seal.js';
import {
  CAMERA_LAYERED,
  CAMERA_LAYERS,
  CAMERA_SINGLE,
  RECEIVE_AUDIO,
  RECEIVE_AUDIO_CONSULT,
  RECEIVE_VIDEO_CONSULT,
  RECEIVE_VIDEO_DESK,
  RECEIVE_VIDEO_LIVE,
  RECEIVE_VIDEO_PHONE,
  SCREEN_ENCODING,
  SIMULCAST,
  isPhone,
} from './config.js';

/** What an `offer` message carries. */
export interface Offer {
  sdp: string;
  senders: { mid: string; source: SourceKind }[];
  slots: { mid: string; kind: SlotKind }[];
}

const VIDEO_SOURCES = new Set<SourceKind>(['camera', 'screen']);

function encodingsFor(source: SourceKind, codec: VideoCodec): RTCRtpEncodingParameters[] {
  if (source === 'camera' && SIMULCAST) return isLayered(codec) ? CAMERA_LAYERED : CAMERA_LAYERS;
  if (source === 'camera') return CAMERA_SINGLE;
  return source === 'screen' ? SCREEN_ENCODING : [];
}

/**
 * A member of a meeting, the host of a live room, one of its viewers, who sends nothing, or a side
 * of a consult: beside a stream that plays, each media section is made in a turn of its own.
 */
export type PeerRole = 'member' | 'host' | 'viewer' | 'consult';

export function slotPlan(role: PeerRole): SlotKind[] {
  const members = isPhone() ? RECEIVE_VIDEO_PHONE : RECEIVE_VIDEO_DESK;
  const live = role === 'consult' ? RECEIVE_VIDEO_CONSULT : RECEIVE_VIDEO_LIVE;
  const video = role === 'member' ? members : live;
  const audio = role === 'consult' ? RECEIVE_AUDIO_CONSULT : RECEIVE_AUDIO;
  return [
    ...Array<SlotKind>(audio).fill('audio'),
    ...Array<SlotKind>(video).fill('video'),
    'screen',
    'screen_audio',
  ];
}

export class Peer {
  readonly pc: RTCPeerConnection;
  delay: Delay | null = null;
  private loading: Promise<Delay> | null = null;
  private readonly senders = new Map<SourceKind, RTCRtpTransceiver>();
  private readonly slots: { kind: SlotKind; transceiver: RTCRtpTransceiver }[] = [];
  private readonly streams = new Map<string, MediaStream>();
  private first: Promise<Offer> | null = null;
  private doubled = false;
  /** Its transceivers are there. */
  private readonly made: Promise<void>;
  private closed = false;

  constructor(
    iceServers: IceServer[],
    role: PeerRole = 'member',
    private readonly seal: Seal | null = null,
  ) {
    this.pc = new RTCPeerConnection({
      bundlePolicy: 'max-bundle',
      rtcpMuxPolicy: 'require',
      iceServers: iceServers as RTCIceServer[],
    });
    const sources = role === 'viewer' ? [] : SOURCES;
    const steps = [
      ...sources.map((source) => () => this.addSender(source)),
      ...slotPlan(role).map((kind) => () => this.addSlot(kind)),
    ];
    this.made =
      role === 'consult' ? inTurns(steps, () => this.closed) : Promise.resolve(atOnce(steps));
  }

  private addSender(source: SourceKind): void {
    const kind = VIDEO_SOURCES.has(source) ? 'video' : 'audio';
    const codec = source === 'camera' && !this.seal ? askedCodec(location.search) : 'vp8';
    const transceiver = this.makeSender(kind, encodingsFor(source, codec));
    preferCodecs(transceiver, kind, codec);
    if (isLayered(codec)) offerDescriptors(transceiver);
    this.seal?.transceiver(transceiver, kind);
    this.senders.set(source, transceiver);
  }

  /** A browser that does not know how to send layers in one stream sends one picture. */
  private makeSender(
    kind: 'audio' | 'video',
    encodings: RTCRtpEncodingParameters[],
  ): RTCRtpTransceiver {
    const sendEncodings = encodings.map((one) => ({ ...one }));
    try {
      return this.pc.addTransceiver(kind, { direction: 'sendonly', sendEncodings });
    } catch {
      const single = CAMERA_SINGLE.map((one) => ({ ...one }));
      return this.pc.addTransceiver(kind, { direction: 'sendonly', sendEncodings: single });
    }
  }

  private addSlot(kind: SlotKind): void {
    const media = kind === 'video' || kind === 'screen' ? 'video' : 'audio';
    const transceiver = this.pc.addTransceiver(media, { direction: 'recvonly' });
    preferCodecs(transceiver, media);
    if (media === 'video') offerDescriptors(transceiver);
    this.seal?.transceiver(transceiver, media);
    this.slots.push({ kind, transceiver });
  }

  /** The first offer; asked for early it is ready when the door opens. */
  prepare(): Promise<Offer> {
    this.first ??= this.makeOffer();
    /* Who asks for it early does not look at what became of it: it may be closed by then. */
    this.first.catch(() => undefined);
    return this.first;
  }

  /** A new offer with new ICE credentials, for the same peer connection. */
  restart(): Promise<Offer> {
    this.pc.restartIce();
    return this.again();
  }

  /** A new offer on the path as it is. */
  again(): Promise<Offer> {
    this.first = this.makeOffer();
    return this.first;
  }

  private async makeOffer(): Promise<Offer> {
    await this.made;
    await this.pc.setLocalDescription(await this.pc.createOffer());
    const sdp = this.pc.localDescription?.sdp ?? '';
    const senders = [...this.senders].map(([source, { mid }]) => ({ mid: mid ?? '', source }));
    const slots = this.slots.map(({ kind, transceiver }) => ({ mid: transceiver.mid ?? '', kind }));
    return { sdp, senders, slots };
  }

  async answered(sdp: string): Promise<void> {
    await this.pc.setRemoteDescription({ type: 'answer', sdp });
  }

  /** Whether the server has answered the first offer. */
  get stands(): boolean {
    return this.pc.remoteDescription !== null;
  }

  /** Puts a track (or nothing) on one of the four senders. */
  async send(source: SourceKind, track: MediaStreamTrack | null): Promise<void> {
    await this.made;
    const sender = this.senders.get(source)?.sender;
    if (!sender || sender.track === track) return;
    await sender.replaceTrack(track);
    if (source === 'screen' && track) await this.keepScreenSharp(sender, track);
    if (source === 'camera' && track) await this.fitCamera(sender, track);
  }

  private async fitCamera(sender: RTCRtpSender, track: MediaStreamTrack): Promise<void> {
    const { width = 0, height = 0 } = track.getSettings();
    const parameters = sender.getParameters();
    if (!width || !height || parameters.encodings.length < 2) return;
    fitLayers(parameters.encodings, width, height);
    await sender.setParameters(parameters).catch(() => undefined);
  }

  /**
   * The next offer asks to send each frame of sound twice (RED, RFC 2198). False: the browser
   * cannot, or it was done before.
   */
  doubleSound(): boolean {
    const codecs = RTCRtpSender.getCapabilities('audio')?.codecs ?? [];
    if (this.doubled || this.seal || !codecs.some(isRed)) return false;
    this.doubled = true;
    for (const source of ['microphone', 'screen_audio'] as const)
      this.senders
        .get(source)
        ?.setCodecPreferences([
          ...codecs.filter(isRed),
          ...choose(codecs.filter((one) => !isRed(one))),
        ]);
    return true;
  }

  /** Sends these simulcast layers and no others: nobody watches the rest. */
  async watch(source: SourceKind, rids: readonly string[]): Promise<void> {
    const sender = this.senders.get(source)?.sender;
    const parameters = sender?.getParameters();
    if (!sender || !parameters || parameters.encodings.length < 2) return;
    for (const one of parameters.encodings) one.active = !one.rid || rids.includes(one.rid);
    await sender.setParameters(parameters).catch(() => undefined);
  }

  /** What holds it back, loaded when it is first wanted. */
  delayed(slots: () => Slots): Promise<Delay> {
    this.loading ??= import('./delay.js').then(
      ({ Delay }) => (this.delay = new Delay(() => this.receivers(), slots)),
    );
    return this.loading;
  }

  /** Of every slot: its MID and what receives there. */
  receivers(): [string, RTCRtpReceiver][] {
    return this.slots.map(({ transceiver }) => [transceiver.mid ?? '', transceiver.receiver]);
  }

  /** Fewer frames rather than fewer pixels; in motion mode the other way round. */
  private async keepScreenSharp(sender: RTCRtpSender, track: MediaStreamTrack): Promise<void> {
    const parameters = sender.getParameters();
    const motion = track.contentHint === 'motion';
    parameters.degradationPreference = motion ? 'maintain-framerate' : 'maintain-resolution';
    for (const one of parameters.encodings) Object.assign(one, SCREEN_ENCODING[0]);
    await sender.setParameters(parameters).catch(() => undefined);
  }

  /** The stream of a receive slot; the same object for the life of this peer connection. */
  slotStream(mid: string): MediaStream | null {
    const known = this.streams.get(mid);
    if (known) return known;
    const slot = this.slots.find((one) => one.transceiver.mid === mid);
    if (!slot) return null;
    const stream = new MediaStream([slot.transceiver.receiver.track]);
    this.streams.set(mid, stream);
    return stream;
  }

  /** MIDs of the receive slots of these kinds, once the first offer is made. */
  slotMids(...kinds: SlotKind[]): string[] {
    return this.slots
      .filter((one) => kinds.includes(one.kind))
      .map((one) => one.transceiver.mid)
      .filter((mid) => mid !== null);
  }

  close(): void {
    this.closed = true;
    void this.loading?.then((delay) => delay.stop());
    this.pc.onconnectionstatechange = null;
    this.pc.close();
  }
}
