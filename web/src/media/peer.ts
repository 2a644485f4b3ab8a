/**
 * The one RTCPeerConnection. All its transceivers are made before the first offer, in the order
 * docs/protocol.md fixes; afterwards only tracks are put in and taken out.
 */
import type { IceServer, SlotKind, SourceKind } from '../protocol/messages.js';
import { SOURCES } from '../protocol/messages.js';
import type { Slots } from '../room/slots.js';
import { inTurns } from './turns.js';
import {
  askedCodec,
  isLayered,
  offerDescriptors,
  preferCodecs,
  type VideoCodec,
} from './codecs.js';
import type { Delay } from './delay.js';
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

function slotPlan(role: PeerRole): SlotKind[] {
  const members = isPhone() ? RECEIVE_VIDEO_PHONE : RECEIVE_VIDEO_DESK;
  const small = role === 'consult';
  const live = small ? RECEIVE_VIDEO_CONSULT : RECEIVE_VIDEO_LIVE;
  const video = role === 'member' ? members : live;
  return [
    ...Array<SlotKind>(small ? RECEIVE_AUDIO_CONSULT : RECEIVE_AUDIO).fill('audio'),
    ...Array<SlotKind>(video).fill('video'),
    'screen',
    'screen_audio',
  ];
}

export class Peer {
  readonly pc: RTCPeerConnection;
  delay: Delay | null = null;
  private loading: Promise<Delay> | null = null;
  protected readonly senders = new Map<SourceKind, RTCRtpTransceiver>();
  private readonly slots: { kind: SlotKind; transceiver: RTCRtpTransceiver }[] = [];
  private readonly streams = new Map<string, MediaStream>();
  private first: Promise<Offer> | null = null;
  /** Its transceivers are there. */
  protected readonly made: Promise<void>;

  constructor(
    iceServers: IceServer[],
    role: PeerRole = 'member',
    protected readonly seal: Seal | null = null,
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
    this.made = inTurns(role === 'consult', steps, () => this.pc.signalingState === 'closed');
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
    void this.loading?.then((delay) => delay.stop());
    this.pc.onconnectionstatechange = null;
    this.pc.close();
  }
}
