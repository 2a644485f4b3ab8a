/** The one RTCPeerConnection of whoever sends too: what a viewer of a stream does not load. */
import type { SourceKind } from '../protocol/messages.js';
import { choose, isRed } from './codecs.js';
import { SCREEN_ENCODING } from './config.js';
import { fitLayers } from './layers.js';
import { Peer, type Offer } from './peer.js';

export class SendingPeer extends Peer {
  private doubled = false;
  /** The first offer, once it is made. */
  ready: Offer | null = null;

  override prepare(): Promise<Offer> {
    const first = super.prepare();
    void first.then(
      (offer) => (this.ready ??= offer),
      () => undefined,
    );
    return first;
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

  /** Fewer frames rather than fewer pixels; in motion mode the other way round. */
  private async keepScreenSharp(sender: RTCRtpSender, track: MediaStreamTrack): Promise<void> {
    const parameters = sender.getParameters();
    const motion = track.contentHint === 'motion';
    parameters.degradationPreference = motion ? 'maintain-framerate' : 'maintain-resolution';
    for (const one of parameters.encodings) Object.assign(one, SCREEN_ENCODING[0]);
    await sender.setParameters(parameters).catch(() => undefined);
  }
}
