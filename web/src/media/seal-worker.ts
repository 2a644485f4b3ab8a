/**
 * Where the frames of an encrypted meeting are sealed and opened, off the page's own thread. What a
 * server and a receiving browser must see of a frame before it is opened stays in clear, and is
 * vouched for: of Opus its first byte, of VP8 what tells key frames and their size (RFC 6386
 * section 9.1).
 */
import { frameKey, joined, Opener, randomKid, seal, type Bytes, type FrameKey } from './sframe.js';

export interface SealOptions {
  deed: 'seal' | 'open';
  kind: 'audio' | 'video';
  base: CryptoKey;
}

interface Frame {
  data: ArrayBuffer;
  /** Of pictures. */
  type?: string;
}

interface Transform {
  transformer: {
    readable: ReadableStream<Frame>;
    writable: WritableStream<Frame>;
    options: SealOptions;
  };
}

const OPUS_CLEAR = 1;
const VP8_KEY_CLEAR = 10;
const VP8_CLEAR = 3;

const TELL_EVERY_MS = 1000;

let told = -Infinity;
let counter = 0n;
let own: Promise<FrameKey> | null = null;
let opener: Opener | null = null;

/** Not for each: a person with another key sends a hundred a second. */
function tellFailure(): void {
  const now = performance.now();
  if (now - told < TELL_EVERY_MS) return;
  told = now;
  postMessage('failing');
}

/** The lowest bit of VP8's first byte is 0 in key frames; what is said beside could be a lie. */
function inClear(kind: SealOptions['kind'], data: Bytes): number {
  if (kind === 'audio') return OPUS_CLEAR;
  return ((data[0] ?? 1) & 1) === 0 ? VP8_KEY_CLEAR : VP8_CLEAR;
}

async function sealed(data: Bytes, { kind, base }: SealOptions): Promise<Bytes | null> {
  const clear = data.slice(0, inClear(kind, data));
  own ??= frameKey(base, randomKid());
  return joined(clear, await seal(await own, counter++, data.slice(clear.length), clear));
}

async function opened(data: Bytes, { kind, base }: SealOptions): Promise<Bytes | null> {
  opener ??= new Opener(base);
  const clear = data.slice(0, inClear(kind, data));
  const plain = await opener.open(data.slice(clear.length), clear);
  if (!plain) tellFailure();
  return plain && joined(clear, plain);
}

/* Nothing unsealed goes out, and nothing that cannot be opened is shown. */
(self as unknown as { onrtctransform: (event: Transform) => void }).onrtctransform = ({
  transformer: { readable, writable, options },
}) => {
  const work = options.deed === 'seal' ? sealed : opened;
  const through = new TransformStream<Frame, Frame>({
    async transform(frame, controller) {
      if (frame.data.byteLength === 0) return;
      const done = await work(new Uint8Array(frame.data), options);
      if (!done) return;
      frame.data = done.buffer;
      controller.enqueue(frame);
    },
  });
  void readable
    .pipeThrough(through)
    .pipeTo(writable)
    .catch(() => undefined);
};
