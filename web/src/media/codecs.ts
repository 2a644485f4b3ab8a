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
      return /profile-id=0|^$/.test(sdpFmtpLine);
    case 'video/av1':
      return /profile=0|^$/.test(sdpFmtpLine);
    case 'video/h264':
      return /packetization-mode=1/.test(sdpFmtpLine) && !/profile-level-id=f4/i.test(sdpFmtpLine);
    default:
      return false;
  }
}

/** VP8 first: every browser has it, and Debian's Firefox has no H.264. */
export function choose<C extends CodecWords>(codecs: C[]): C[] {
  const kept = codecs.filter(wanted);
  const first = (one: C): boolean => /^(video\/vp8|audio\/opus)$/i.test(one.mimeType);
  return [...kept.filter(first), ...kept.filter((one) => !first(one))];
}

/** Redundant audio (RFC 2198). */
export function isRed({ mimeType }: CodecWords): boolean {
  return mimeType.toLowerCase() === 'audio/red';
}

/** Says what to offer; a browser that cannot be told offers all it has. */
export function preferCodecs(transceiver: RTCRtpTransceiver, kind: 'audio' | 'video'): void {
  const side = transceiver.direction === 'sendonly' ? RTCRtpSender : RTCRtpReceiver;
  try {
    transceiver.setCodecPreferences(choose(side.getCapabilities(kind)?.codecs ?? []));
  } catch {
    /* A preference only: the answer decides. */
  }
}
