/** The link that a viewer passes on: his own, so that who comes by it is led by him. */
import { postJson, callJson } from '../client/http.js';
import { embedded, linkOf } from '../client/place.js';
import { shape, str } from '../protocol/check.js';
import type { LiveKey } from './i18n/live.js';

async function linkFor(room: string): Promise<string> {
  if (embedded) return linkOf(room);
  const path = `/v1/rooms/${encodeURIComponent(room)}/invite`;
  return callJson(path, postJson({}), shape({ url: str })).then(
    (made) => made.url,
    () => linkOf(room),
  );
}

/** Hands it to the phone's own sheet. FALSE: there is none, or it did not open. */
async function handOver(link: Promise<string>): Promise<boolean> {
  if (!('share' in navigator) || !matchMedia('(pointer: coarse)').matches) return false;
  return navigator.share({ title: document.title, url: await link }).then(
    () => true,
    (error: unknown) => error instanceof DOMException && error.name === 'AbortError',
  );
}

/** Passes it on, by the phone's sheet or copied; gives what to say of it. Where a browser wants the
 *  key press near, it gets a promise of the text. */
export async function shareLink(room: string): Promise<LiveKey | ''> {
  const link = linkFor(room);
  if (await handOver(link)) return '';
  const { clipboard } = navigator;
  if (clipboard && 'ClipboardItem' in window && 'write' in clipboard) {
    const text = link.then((url) => new Blob([url], { type: 'text/plain' }));
    const item = new ClipboardItem({ 'text/plain': text });
    if (
      await clipboard.write([item]).then(
        () => true,
        () => false,
      )
    )
      return 'copied';
  }
  const copied = clipboard?.writeText(await link).then(
    () => true,
    () => false,
  );
  return (await copied) ? 'copied' : 'not_copied';
}
