/** A viewer on stage: camera and microphone go up by WHIP, beside the connection that he watches by. */
import { endSession, negotiate, type WhipSession } from '../client/whip.js';
import { openDevices } from './devices.js';

export class Guest {
  stream: MediaStream | null = null;
  private pc: RTCPeerConnection | null = null;
  private session: WhipSession | null = null;
  private token = '';
  /** The browser is asking the viewer. */
  private opening: Promise<boolean> | null = null;
  /** Whether what the browser gives is still to be used. */
  private wanted = false;

  /** Opens camera and microphone for the preview, once for all who ask meanwhile; a {@link stop} before the browser
   *  gave them closes them at once. FALSE: it gave neither. */
  open(): Promise<boolean> {
    this.wanted = true;
    this.opening ??= this.ask().finally(() => (this.opening = null));
    return this.opening;
  }

  private async ask(): Promise<boolean> {
    const got = await openDevices({
      microphone: true,
      camera: true,
      microphoneId: '',
      cameraId: '',
      rawSound: false,
    });
    const tracks = [got.microphone, got.camera].filter((one) => one !== null);
    this.stream = tracks.length > 0 ? new MediaStream(tracks) : null;
    if (!this.wanted) this.stop();
    return tracks.length > 0;
  }

  /** Goes on stage with what the preview shows. */
  async publish(room: string, identity: string, token: string): Promise<void> {
    const { stream } = this;
    if (!stream) throw new Error('nothing was looked at before it went on air');
    if (this.pc) return;
    const pc = new RTCPeerConnection({ bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' });
    this.pc = pc;
    this.token = token;
    for (const track of stream.getTracks())
      pc.addTransceiver(track, { direction: 'sendonly', streams: [stream] });
    const path = `/whip/${encodeURIComponent(room)}/${encodeURIComponent(identity)}`;
    this.session = await negotiate(pc, path, token);
  }

  stop(): void {
    this.wanted = false;
    if (this.session) endSession(this.session, this.token);
    this.session = null;
    this.pc?.close();
    this.pc = null;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }
}
