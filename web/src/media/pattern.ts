/** A test picture with a moving hand and the time, and a quiet tone: for trying without a camera. */
import { audioContext } from './meter.js';

export interface Pattern {
  stream: MediaStream;
  stop: () => void;
}

const BARS = [
  '#f4ece0',
  '#e3b23c',
  '#5a9a8f',
  '#4e6e58',
  '#b8442b',
  '#7a4a6b',
  '#33485c',
  '#241a15',
];
const FPS = 30;
const TONE_HZ = 440;

function draw(g: CanvasRenderingContext2D, frame: number): void {
  const { width, height } = g.canvas;
  const bar = width / BARS.length;
  BARS.forEach((color, i) => {
    g.fillStyle = color;
    g.fillRect(i * bar, 0, bar + 1, height);
  });
  g.fillStyle = '#241a15cc';
  g.fillRect(0, height * 0.7, width, height * 0.3);
  const angle = (frame / FPS) * 2 * Math.PI;
  g.strokeStyle = '#fffaf2';
  g.lineWidth = 8;
  g.beginPath();
  g.moveTo(width / 2, height * 0.35);
  g.lineTo(width / 2 + Math.sin(angle) * 150, height * 0.35 - Math.cos(angle) * 150);
  g.stroke();
  g.fillStyle = '#fffaf2';
  g.font = '600 72px ui-monospace, monospace';
  g.textAlign = 'center';
  g.fillText(`${new Date().toISOString().slice(11, 23)}  #${frame}`, width / 2, height * 0.87);
}

export async function testPattern(): Promise<Pattern> {
  const canvas = document.createElement('canvas');
  canvas.width = 1280;
  canvas.height = 720;
  const g = canvas.getContext('2d');
  if (!g) throw new Error('no canvas');
  let frame = 0;
  const timer = window.setInterval(() => draw(g, frame++), 1000 / FPS);
  const context = audioContext();
  await context.resume();
  const tone = new OscillatorNode(context, { frequency: TONE_HZ });
  const out = context.createMediaStreamDestination();
  tone.connect(new GainNode(context, { gain: 0.1 })).connect(out);
  tone.start();
  const stream = new MediaStream([
    ...canvas.captureStream(FPS).getTracks(),
    ...out.stream.getTracks(),
  ]);
  const stop = (): void => {
    clearInterval(timer);
    tone.stop();
    stream.getTracks().forEach((one) => one.stop());
  };
  return { stream, stop };
}
