import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { keepAwake, togglePip } from './presence.js';

class Page extends EventTarget {
  visibilityState = 'visible';
  pictureInPictureElement: unknown = null;
  exitPictureInPicture = vi.fn(() => Promise.resolve());

  show(state: string): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

const turn = (): Promise<void> => new Promise((done) => setTimeout(done));
const release = vi.fn(() => Promise.resolve());
const request = vi.fn(() => Promise.resolve({ release }));
let page: Page;

beforeEach(() => {
  page = new Page();
  vi.stubGlobal('document', page);
  vi.stubGlobal('navigator', { wakeLock: { request } });
  request.mockClear();
  release.mockClear();
});
afterEach(() => vi.unstubAllGlobals());

it('keeps the screen awake, and takes it anew when the page is seen again', async () => {
  const stop = keepAwake();
  await turn();
  expect(request).toHaveBeenCalledTimes(1);
  page.show('hidden');
  expect(request).toHaveBeenCalledTimes(1);
  page.show('visible');
  await turn();
  expect(request).toHaveBeenCalledTimes(2);
  stop();
  expect(release).toHaveBeenCalled();
  page.show('visible');
  expect(request).toHaveBeenCalledTimes(2);
});

it('lets go of what comes after it was stopped', async () => {
  keepAwake()();
  await turn();
  expect(release).toHaveBeenCalledTimes(1);
});

it('does nothing where a browser has no wake lock or refuses it', async () => {
  request.mockRejectedValueOnce(new Error('battery'));
  keepAwake()();
  vi.stubGlobal('navigator', {});
  keepAwake()();
  await turn();
  expect(release).not.toHaveBeenCalled();
});

it('opens a small picture, and closes the one that is open', async () => {
  const requestPictureInPicture = vi.fn(() => Promise.resolve());
  const video = { requestPictureInPicture } as unknown as HTMLVideoElement;
  await togglePip(video);
  expect(requestPictureInPicture).toHaveBeenCalledTimes(1);
  page.pictureInPictureElement = video;
  await togglePip(video);
  expect(page.exitPictureInPicture).toHaveBeenCalledTimes(1);
  expect(requestPictureInPicture).toHaveBeenCalledTimes(1);
});
