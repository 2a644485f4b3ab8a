/**
 * A part of a recording begins with the key frame before it: until the picture stands where the part begins, nothing of it is seen.
 *
 * Not by `opacity: 0`: an element that cannot be seen is given no new picture by Chromium, and would stand on its first one.
 */

/** One shade of 255. */
const UNSEEN = '0.004';
/** Half a picture of a slow camera: the file's times are whole milliseconds, the seek's are not. */
const SLACK_SEC = 0.02;
/** A browser that tells of no picture by itself has shown it by then. */
const SETTLED_MS = 500;

/** Until a picture at or behind `firstSec` of the file that it was given is there. */
export function coverUntil(element: HTMLVideoElement, firstSec: number): void {
  const { src } = element;
  const done = new AbortController();
  const uncover = (): void => {
    done.abort();
    if (element.src === src) element.style.opacity = '';
  };
  const isThere = (sec: number): boolean => sec >= firstSec - SLACK_SEC;
  const look = (): void => {
    if (element.src !== src) done.abort();
    else if (!element.seeking && element.readyState >= 2 && isThere(element.currentTime))
      window.setTimeout(() => {
        if (!done.signal.aborted) uncover();
      }, SETTLED_MS);
  };
  element.style.opacity = UNSEEN;
  if ('requestVideoFrameCallback' in element) {
    const shown: VideoFrameRequestCallback = (_, { mediaTime }) => {
      if (done.signal.aborted || element.src !== src) return;
      if (isThere(mediaTime)) uncover();
      else element.requestVideoFrameCallback(shown);
    };
    element.requestVideoFrameCallback(shown);
  }
  for (const what of ['seeked', 'timeupdate'])
    element.addEventListener(what, look, { signal: done.signal });
}
