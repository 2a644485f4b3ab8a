/** One picture of a track, at its own resolution and without loss; also while its page is behind another. */

/** Chromium has it; TypeScript's DOM library does not. */
interface Grabber {
  grabFrame: () => Promise<ImageBitmap>;
}
type GrabberOf = new (track: MediaStreamTrack) => Grabber;

async function draw(track: MediaStreamTrack): Promise<HTMLCanvasElement> {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d');
  const { ImageCapture } = globalThis as unknown as { ImageCapture?: GrabberOf };
  if (ImageCapture) {
    const bitmap = await new ImageCapture(track).grabFrame();
    canvas.width = bitmap.width;
    canvas.height = bitmap.height;
    context?.drawImage(bitmap, 0, 0);
    bitmap.close();
    return canvas;
  }
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = new MediaStream([track]);
  await video.play();
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  context?.drawImage(video, 0, 0);
  video.srcObject = null;
  return canvas;
}

/** A PNG; null where the browser gives none. */
export async function grab(track: MediaStreamTrack): Promise<Blob | null> {
  const canvas = await draw(track).catch(() => null);
  return canvas && new Promise((done) => canvas.toBlob(done, 'image/png'));
}
