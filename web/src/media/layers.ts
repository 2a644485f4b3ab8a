/** Which sizes of a camera are sent. Pure. */

/** libwebrtc sends so many sizes of a picture at most (video/config/simulcast.cc), the first ones. */
export function sizesOf(width: number, height: number): number {
  const pixels = width * height;
  if (pixels >= 960 * 540) return 3;
  return pixels >= 480 * 270 ? 2 : 1;
}

/**
 * Fills in the encodings for a camera of this size: the last one that is sent is the whole picture.
 * Left to itself a browser sends a small camera's lower sizes only, and nobody sees more than half
 * of it. The rates stay: a size has the place that it would have of a large camera.
 */
export function fitLayers(
  encodings: Pick<RTCRtpEncodingParameters, 'active' | 'scaleResolutionDownBy'>[],
  width: number,
  height: number,
): void {
  const sizes = Math.min(sizesOf(width, height), encodings.length);
  encodings.forEach((one, at) => {
    one.active = at < sizes;
    one.scaleResolutionDownBy = 2 ** Math.max(sizes - 1 - at, 0);
  });
}
