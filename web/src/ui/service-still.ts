/** What the stream showed at a tap, small: for the person who is asked about it. */
import type { Desk } from '../room/desk.js';
import { ownThread } from '../room/desk-state.js';

const WIDTH = 320;
const QUALITY = 0.7;
/** The sheet and the card are painted before: the picture is the one of some frames later. */
const BEHIND_MS = 250;
/** The line and the card go before. */
const AFTER_MS = 1500;
const EVERY_MS = 60_000;

/** Null: there is no picture, or this browser cannot take one. */
async function still(page: HTMLElement): Promise<File | null> {
  await new Promise((done) => setTimeout(done, BEHIND_MS));
  /* There is one for each whom the stream can show; others than the main one may show somebody who has gone. */
  const video = page.querySelector<HTMLVideoElement>('parlor-picture video[data-place=main]');
  if (!video?.videoWidth || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
  const canvas = document.createElement('canvas');
  canvas.width = Math.min(WIDTH, video.videoWidth);
  canvas.height = Math.max(1, Math.round((canvas.width * video.videoHeight) / video.videoWidth));
  canvas.getContext('2d')?.drawImage(video, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
  return blob && new File([blob], 'still.jpg', { type: 'image/jpeg' });
}

/** One a minute at most; it is sent once there is a conversation that it belongs to. */
export function showTaps(page: HTMLElement, sheet: HTMLElement & { readonly desk: Desk }): void {
  const { desk } = sheet;
  let at = -EVERY_MS;
  let picture: Promise<File | null> | null = null;
  const send = (file: File | null): void => {
    const thread = ownThread(desk.state);
    if (file && thread) void desk.still(thread.id, file).catch(() => undefined);
  };
  const due = (): void => {
    const taken = picture;
    if (!taken || !ownThread(desk.state)) return;
    picture = null;
    window.setTimeout(() => void taken.then(send), AFTER_MS);
  };
  desk.store.watch(due);
  sheet.addEventListener('parlor-tapped', () => {
    const now = performance.now();
    if (now - at < EVERY_MS) return;
    at = now;
    picture = still(page).catch(() => null);
    due();
  });
}
