/** How loud a microphone is. Hears a clone of the track, so that it works while muted. */

let shared: AudioContext | null = null;

/** One context a page; browsers start it with the first touch or key. */
export function audioContext(): AudioContext {
  if (!shared) {
    const context = new AudioContext();
    shared = context;
    const wake = (): void => void context.resume().catch(() => undefined);
    for (const event of ['pointerdown', 'keydown']) {
      window.addEventListener(event, wake, { passive: true });
    }
  }
  return shared;
}

export class Meter {
  private readonly analyser: AnalyserNode;
  private readonly node: MediaStreamAudioSourceNode;
  private readonly track: MediaStreamTrack;
  private readonly samples: Float32Array<ArrayBuffer>;

  constructor(track: MediaStreamTrack) {
    const context = audioContext();
    this.track = track.clone();
    this.track.enabled = true;
    this.node = context.createMediaStreamSource(new MediaStream([this.track]));
    this.analyser = context.createAnalyser();
    this.analyser.fftSize = 1024;
    this.samples = new Float32Array(this.analyser.fftSize);
    this.node.connect(this.analyser);
  }

  /** Loudness now, 0 (silence, -60 dB) to 1 (full scale). */
  level(): number {
    this.analyser.getFloatTimeDomainData(this.samples);
    let sum = 0;
    for (const one of this.samples) sum += one * one;
    const db = 10 * Math.log10(sum / this.samples.length + 1e-9);
    return Math.min(Math.max((db + 60) / 60, 0), 1);
  }

  close(): void {
    this.node.disconnect();
    this.track.stop();
  }
}

/** A short two-note chime, to try the speaker with. */
export async function chime(sinkId: string): Promise<void> {
  const context = audioContext();
  await context.resume();
  const out = context.createMediaStreamDestination();
  [523.25, 783.99].forEach((hz, i) => {
    const tone = new OscillatorNode(context, { frequency: hz });
    const gain = new GainNode(context, { gain: 0 });
    const at = context.currentTime + 0.05 + i * 0.22;
    gain.gain.linearRampToValueAtTime(0.25, at + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
    tone.connect(gain).connect(out);
    tone.start(at);
    tone.stop(at + 0.55);
  });
  const audio = new Audio();
  audio.srcObject = out.stream;
  if (sinkId && 'setSinkId' in audio) await audio.setSinkId(sinkId).catch(() => undefined);
  await audio.play();
}
