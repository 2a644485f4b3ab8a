import { describe, expect, it } from 'vitest';
import { FrameGate, mayShow } from './gate.js';

type Callback = (now: number, frame: { rtpTimestamp?: number }) => void;

/** A video that shows frames when it is told to. */
class FakeVideo {
  private waiting: Callback | null = null;
  requestVideoFrameCallback(callback: Callback): number {
    this.waiting = callback;
    return 1;
  }
  cancelVideoFrameCallback(): void {
    this.waiting = null;
  }
  frame(rtpTimestamp?: number): void {
    const callback = this.waiting;
    this.waiting = null;
    callback?.(0, rtpTimestamp === undefined ? {} : { rtpTimestamp });
  }
}

function gate(): { video: FakeVideo; opened: () => number; gate: FrameGate } {
  const video = new FakeVideo();
  let count = 0;
  const one = new FrameGate(video as unknown as HTMLVideoElement, () => count++);
  return { video, opened: () => count, gate: one };
}

describe('a name and its face', () => {
  it('change together, at the frame the server named', () => {
    const { video, opened, gate: one } = gate();
    one.arm(9000, Date.now());
    video.frame(5000);
    video.frame(8999);
    expect(opened()).toBe(0);
    video.frame(9000);
    expect(opened()).toBe(1);
    video.frame(9001);
    expect(opened()).toBe(1);
  });

  it('wait for the timestamp while the server does not know it yet', () => {
    const { video, opened, gate: one } = gate();
    one.arm(undefined, Date.now());
    video.frame(5000);
    expect(opened()).toBe(0);
    one.arm(6000, Date.now());
    video.frame(5500);
    expect(opened()).toBe(0);
    video.frame(6000);
    expect(opened()).toBe(1);
  });

  it('stand at once when the frame came before the message that names it', () => {
    const { video, opened, gate: one } = gate();
    const since = Date.now();
    one.arm(undefined, since);
    video.frame(6100);
    expect(opened()).toBe(0);
    one.arm(6000, since);
    expect(opened()).toBe(1);
    one.arm(6000, since);
    video.frame(6200);
    expect(opened()).toBe(1);
  });

  it('do not stand by a frame of who was there before', () => {
    const { video, opened, gate: one } = gate();
    const since = Date.now();
    one.arm(undefined, since);
    video.frame(5999);
    one.arm(6000, since);
    expect(opened()).toBe(0);
    video.frame(6000);
    expect(opened()).toBe(1);
  });

  it('do not wait for ever, nor in a browser that tells no timestamps', () => {
    expect(mayShow({ rtpTimestamp: 1 }, 99, 1600)).toBe(true);
    expect(mayShow({}, 99, 0)).toBe(true);
    const { opened, gate: one } = gate();
    const bare = new FrameGate({} as HTMLVideoElement, () => one.close());
    bare.arm(1, 0);
    expect(opened()).toBe(0);
  });

  it('part when the tile is closed', () => {
    const { video, opened, gate: one } = gate();
    one.arm(1, Date.now());
    one.close();
    video.frame(1);
    expect(opened()).toBe(0);
  });
});
