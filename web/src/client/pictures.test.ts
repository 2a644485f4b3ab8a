import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sendPicture } from './pictures.js';
import { place } from './place.js';

const sent: { url: string; headers: Record<string, string> }[] = [];

beforeEach(() => {
  sent.length = 0;
  vi.stubGlobal('createImageBitmap', () => ({ width: 4, height: 2, close: () => undefined }));
  vi.stubGlobal('document', {
    createElement: () => ({
      getContext: () => ({ fillRect: () => undefined, drawImage: () => undefined }),
      toBlob: (done: (blob: Blob) => void) => done(new Blob(['x'], { type: 'image/jpeg' })),
    }),
  });
  vi.stubGlobal('fetch', (url: string, { headers }: { headers: Record<string, string> }) => {
    sent.push({ url, headers });
    return Promise.resolve(new Response('{"id":"upl_1"}', { status: 201 }));
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  Object.assign(place, { server: '', visitor: '' });
});

const send = (): Promise<string> => sendPicture('cnv_1', 'br_1', new File(['x'], 'a.png'));

it('sends a picture from a page of the server as the device that it is', async () => {
  expect(await send()).toBe('upl_1');
  expect(sent[0]?.url).toBe('/v1/uploads?conversation=cnv_1&brand=br_1');
  expect(sent[0]?.headers['X-Parlor-Device']).toMatch(/^[0-9a-f]{32}$/);
});

it('sends it to the server from a brand’s own site too, by that site’s key and no other header', async () => {
  Object.assign(place, { server: 'https://live.example', visitor: 'key' });
  await send();
  expect(sent[0]?.url).toBe('https://live.example/v1/uploads?conversation=cnv_1&brand=br_1');
  expect(sent[0]?.headers).toEqual({ 'Content-Type': 'image/jpeg', Authorization: 'Bearer key' });
});
