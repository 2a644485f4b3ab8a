import { beforeEach, describe, expect, it, vi } from 'vitest';
import { coverUntil } from './cover.js';

const FIRST_SEC = 2;

/** A picture as the cover sees it. */
class Picture extends EventTarget {
  src = 'clip';
  style = { opacity: '' };
  seeking = false;
  readyState = 4;
  currentTime = 0;
  protected waiting: VideoFrameRequestCallback[] = [];

  /** The browser draws. */
  shows(mediaTime: number): void {
    for (const one of this.waiting.splice(0)) one(0, { mediaTime } as VideoFrameCallbackMetadata);
  }
  /** It stands at an instant after a seek. */
  stands(sec: number): void {
    this.currentTime = sec;
    this.dispatchEvent(new Event('seeked'));
  }
}

class Telling extends Picture {
  requestVideoFrameCallback(callback: VideoFrameRequestCallback): number {
    return this.waiting.push(callback);
  }
}

function cover<T extends Picture>(picture: T): T {
  coverUntil(picture as unknown as HTMLVideoElement, FIRST_SEC);
  return picture;
}

describe('the cover of a part', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('window', globalThis);
  });

  it('lets the browser draw, and nobody see', () => {
    const { opacity } = cover(new Telling()).style;
    expect(Number(opacity)).toBeGreaterThan(0);
    expect(Number(opacity) * 255).toBeLessThan(1.1);
  });

  it('goes with the first picture of the part, and not with one before', () => {
    const picture = cover(new Telling());
    picture.shows(0);
    picture.shows(1.9);
    expect(picture.style.opacity).not.toBe('');
    picture.shows(2.01);
    expect(picture.style.opacity).toBe('');
  });

  it('goes some time after the seek where the browser tells of no picture', () => {
    const picture = cover(new Picture());
    picture.stands(0.5);
    vi.advanceTimersByTime(5000);
    expect(picture.style.opacity).not.toBe('');
    picture.stands(2);
    expect(picture.style.opacity).not.toBe('');
    vi.advanceTimersByTime(5000);
    expect(picture.style.opacity).toBe('');
  });

  it('leaves another file alone', () => {
    const picture = cover(new Telling());
    picture.src = 'another';
    picture.style.opacity = 'its own';
    picture.shows(3);
    picture.stands(3);
    vi.advanceTimersByTime(5000);
    expect(picture.style.opacity).toBe('its own');
  });
});
