/** The link that a viewer passes on: his own, so that who comes by it is led by him. */
import { postJson, callJson } from '../client/http.js';
import { embedded, linkOf } from '../client/place.js';
import { shape, str } from '../protocol/check.js';

async function linkFor(room: string): Promise<string> {
  if (embedded) return linkOf(room);
  const path = `/v1/rooms/${encodeURIComponent(room)}/invite`;
  return callJson(path, postJson({}), shape({ url: str })).then(
    (made) => made.url,
    () => linkOf(room),
  );
}

/** Copies it. Where a browser wants the key press near, it gets a promise of the text. */
export async function shareLink(room: string): Promise<void> {
  const link = linkFor(room);
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
      return;
  }
  await clipboard?.writeText(await link).catch(() => undefined);
}
