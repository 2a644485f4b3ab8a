/** What the stream shows at this moment, small: for the person who is asked about it. */

const WIDTH = 320;
const QUALITY = 0.7;

/** Null: there is no picture, or this browser cannot take one. */
export async function still(page: HTMLElement): Promise<File | null> {
  const video = page.querySelector<HTMLVideoElement>('parlor-picture video');
  if (!video?.videoWidth || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
  const canvas = document.createElement('canvas');
  canvas.width = Math.min(WIDTH, video.videoWidth);
  canvas.height = Math.max(1, Math.round((canvas.width * video.videoHeight) / video.videoWidth));
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
  return blob && new File([blob], 'still.jpg', { type: 'image/jpeg' });
}
