import { describe, expect, it } from 'vitest';
import { PictureClock, roomMsOf } from './picture-clock.js';

describe('the picture clock', () => {
  it('counts 90 a millisecond, also backwards and over the wrap', () => {
    expect(roomMsOf({ rtp: 9000, roomMs: 1000 }, 18000)).toBe(1100);
    expect(roomMsOf({ rtp: 9000, roomMs: 1000 }, 0)).toBe(900);
    expect(roomMsOf({ rtp: 0xffffffff - 8999, roomMs: 1000 }, 9000)).toBe(1200);
  });

  it('holds what happened until the picture has come so far', () => {
    const clock = new PictureClock();
    const done: string[] = [];
    clock.setAnchor({ rtp: 0, roomMs: 0 });
    clock.frame(900 * 90, 10_000);
    clock.at(1100, 10_000, () => done.push('pin'));
    clock.frame(1000 * 90, 10_100);
    expect(done).toEqual([]);
    clock.frame(1085 * 90, 10_190);
    expect(done).toEqual(['pin']);
  });

  it('keeps the order of what happened', () => {
    const clock = new PictureClock();
    const done: string[] = [];
    clock.setAnchor({ rtp: 0, roomMs: 0 });
    clock.frame(90, 0);
    clock.at(500, 0, () => done.push('up'));
    clock.at(400, 0, () => done.push('down'));
    clock.frame(600 * 90, 100);
    expect(done).toEqual(['up', 'down']);
  });

  it('does not wait for a picture that is not there', () => {
    const clock = new PictureClock();
    let done = false;
    clock.at(5000, 0, () => (done = true));
    clock.tick(600);
    expect(done).toBe(false);
    clock.tick(800);
    expect(done).toBe(true);
  });

  it('does not wait for a picture that stands still', () => {
    const clock = new PictureClock();
    let done = false;
    clock.setAnchor({ rtp: 0, roomMs: 0 });
    clock.frame(90, 0);
    clock.at(9000, 100, () => (done = true));
    clock.tick(600);
    expect(done).toBe(false);
    clock.tick(900);
    expect(done).toBe(true);
  });

  it('waits for a picture that goes on where it stood', () => {
    const clock = new PictureClock();
    let done = false;
    clock.setWait(15000);
    clock.frameAt(0, 0);
    clock.at(9000, 100, () => (done = true));
    clock.tick(9000);
    expect(done).toBe(false);
    clock.frameAt(9010, 9100);
    expect(done).toBe(true);
  });
});
