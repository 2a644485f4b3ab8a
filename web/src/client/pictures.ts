/** A picture on its way into a conversation: drawn anew here, so that it is small and tells neither place nor device. */
import { ApiError } from './http.js';
import { deviceKey } from './desk.js';
import { at, place } from './place.js';

const SIDE = 2048;
const QUALITY = 0.85;
/** Of one that was taken for its details. */
const SHARP_SIDE = 4096;
const SHARP_QUALITY = 0.92;

/** The picture as a JPEG of at most so many pixels a side; upright, whatever its EXIF says. */
async function drawn(file: File, side: number, quality: number): Promise<Blob> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' });
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d');
  if (!context) throw new ApiError('unsupported_media', 415);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((done, failed) =>
    canvas.toBlob(
      (blob) => (blob ? done(blob) : failed(new ApiError('unsupported_media', 415))),
      'image/jpeg',
      quality,
    ),
  );
}

/** Its id. Errors are ApiError, or those of a browser that cannot read it. */
export async function sendPicture(
  conversation: string,
  brand: string,
  file: File,
  sharp = false,
): Promise<string> {
  const query = new URLSearchParams({ conversation, brand });
  /* In a brand's own site he is whom that site's key says. */
  const who: Record<string, string> = place.visitor
    ? { Authorization: `Bearer ${place.visitor}` }
    : { 'X-Parlor-Device': deviceKey() };
  const reply = await fetch(at(`/v1/uploads?${query}`), {
    method: 'POST',
    headers: { 'Content-Type': 'image/jpeg', ...who },
    body: await (sharp ? drawn(file, SHARP_SIDE, SHARP_QUALITY) : drawn(file, SIDE, QUALITY)),
  });
  const json = (await reply.json().catch(() => ({}))) as { id?: string; code?: string };
  if (!reply.ok || !json.id) throw new ApiError(json.code ?? 'internal', reply.status);
  return json.id;
}
