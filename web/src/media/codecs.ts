/**
 * Which codecs are offered. A browser names some twenty for each of thirty sections; leaving out
 * what no sender of a meeting uses halves the offer, and making it takes a tenth of the time.
 */

/** What of a codec this decides by. */
export interface CodecWords {
  mimeType: string;
  sdpFmtpLine?: string;
}

function wanted({ mimeType, sdpFmtpLine = '' }: CodecWords): boolean {
  switch (mimeType.toLowerCase()) {
    case 'audio/opus':
    case 'audio/red':
    case 'video/vp8':
    case 'video/rtx':
      return true;
    case 'video/vp9':
      // Firefox names limits alone; without a profile it is 0 (RFC 9628 section 6).
      return !/profile-id=[^0]/.test(sdpFmtpLine);
    case 'video/av1':
      return /profile=0|^$/.test(sdpFmtpLine);
    case 'video/h264':
      return /packetization-mode=1/.test(sdpFmtpLine) && !/profile-level-id=f4/i.test(sdpFmtpLine);
    default:
      return false;
  }
}

/** What a camera may be sent in. */
export const VIDEO_CODECS = ['vp8', 'h264', 'vp9', 'av1'] as const;
export type VideoCodec = (typeof VIDEO_CODECS)[number];

/**
 * The page's option `?codec=` (docs/protocol.md). VP8: every browser has it. Firefox has H.264 in WebRTC only once it has
 * downloaded its OpenH264 plugin; that it plays H.264 files and MSE (by the system's libavcodec) says nothing of calls.
 */
export function askedCodec(search: string): VideoCodec {
  const word = new URLSearchParams(search).get('codec');
  return VIDEO_CODECS.find((one) => one === word) ?? 'vp8';
}

/** These send all sizes in one stream, where the browser can. */
export function isLayered(codec: VideoCodec): boolean {
  return codec === 'vp9' || codec === 'av1';
}

export function choose<C extends CodecWords>(codecs: C[], video: VideoCodec = 'vp8'): C[] {
  const kept = codecs.filter(wanted);
  const first = ({ mimeType }: C): boolean =>
    ['audio/opus', `video/${video}`].includes(mimeType.toLowerCase());
  return [...kept.filter(first), ...kept.filter((one) => !first(one))];
}

/** Redundant audio (RFC 2198). */
export function isRed({ mimeType }: CodecWords): boolean {
  return mimeType.toLowerCase() === 'audio/red';
}

/** Says what to offer; a browser that cannot be told offers all it has. */
export function preferCodecs(
  transceiver: RTCRtpTransceiver,
  kind: 'audio' | 'video',
  video: VideoCodec = 'vp8',
): void {
  const side = transceiver.direction === 'sendonly' ? RTCRtpSender : RTCRtpReceiver;
  try {
    transceiver.setCodecPreferences(choose(side.getCapabilities(kind)?.codecs ?? [], video));
  } catch {
    /* A preference only: the answer decides. */
  }
}

/** TypeScript's DOM library does not know these yet. */
interface Negotiable extends RTCRtpTransceiver {
  getHeaderExtensionsToNegotiate?: () => { uri: string; direction: string }[];
  setHeaderExtensionsToNegotiate?: (extensions: { uri: string; direction: string }[]) => void;
}

/** By it the server knows which packets somebody can be spared (AV1 RTP specification, appendix A). */
const DESCRIPTOR = /dependency-descriptor-rtp-header-extension$/;

/** Offers the dependency descriptor, which Chromium leaves out by itself. */
export function offerDescriptors(transceiver: Negotiable): void {
  const extensions = transceiver.getHeaderExtensionsToNegotiate?.() ?? [];
  const one = extensions.find(({ uri }) => DESCRIPTOR.test(uri));
  if (!one) return;
  one.direction = 'sendrecv';
  try {
    transceiver.setHeaderExtensionsToNegotiate?.(extensions);
  } catch {
    /* Without it a layered stream comes whole. */
  }
}
