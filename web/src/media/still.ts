/** One picture of a camera, as large as it can. */

interface PhotoTaker {
  takePhoto: () => Promise<Blob>;
}
type PhotoTakers = new (track: MediaStreamTrack) => PhotoTaker;

const PHOTO_MS = 4000;

/** The camera's own photograph, larger than its moving picture; not every browser and camera has it. */
async function photograph(track: MediaStreamTrack): Promise<Blob | null> {
  const Taker = (window as { ImageCapture?: PhotoTakers }).ImageCapture;
  if (!Taker) return null;
  const late = new Promise<null>((done) => setTimeout(() => done(null), PHOTO_MS));
  const taken = new Taker(track).takePhoto().catch(() => null);
  const blob = await Promise.race([taken, late]);
  return blob?.size ? blob : null;
}

/** A frame of its moving picture, in the camera's own size. */
async function frameOf(track: MediaStreamTrack): Promise<Blob | null> {
  const video = document.createElement('video');
  video.muted = true;
  video.playsInline = true;
  video.srcObject = new MediaStream([track]);
  await video.play();
  const canvas = document.createElement('canvas');
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  video.srcObject = null;
  return new Promise((done) => canvas.toBlob(done, 'image/jpeg', 0.95));
}

export async function takeStill(track: MediaStreamTrack): Promise<Blob | null> {
  return (await photograph(track)) ?? frameOf(track);
}
