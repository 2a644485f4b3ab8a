import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { place } from '../client/place.js';
import { SoundOut } from './sound.js';

class Audio {
  autoplay = false;
  muted = false;
  paused = true;
  sinkId = '';
  dataset: Record<string, string> = {};
  srcObject: unknown = null;
  onplaying: (() => void) | null = null;
  remove = vi.fn();

  play(): Promise<void> {
    if (refuses) return Promise.reject(new DOMException('', 'NotAllowedError'));
    this.paused = false;
    return Promise.resolve();
  }

  setSinkId(id: string): Promise<void> {
    this.sinkId = id;
    return Promise.resolve();
  }
}

const turn = (): Promise<void> => new Promise((done) => setTimeout(done));
const streams: [string, MediaStream][] = [
  ['0', {} as MediaStream],
  ['1', {} as MediaStream],
];
let refuses = false;
let made: Audio[] = [];

beforeEach(() => {
  refuses = false;
  made = [];
  vi.stubGlobal('document', {
    createElement: () => {
      const one = new Audio();
      made.push(one);
      return one;
    },
  });
  vi.spyOn(place, 'ground').mockReturnValue({ append: () => undefined } as unknown as HTMLElement);
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

it('says that the browser refuses, and plays after a touch', async () => {
  const blocked = vi.fn();
  const sound = new SoundOut(blocked);
  refuses = true;
  sound.play(streams);
  await turn();
  expect(blocked).toHaveBeenLastCalledWith(true);
  refuses = false;
  await sound.resume();
  expect(blocked).toHaveBeenLastCalledWith(false);
  expect(made.map((one) => one.paused)).toEqual([false, false]);
});

it('puts every voice on the chosen speaker, those that come later too', async () => {
  const sound = new SoundOut(() => undefined);
  sound.play(streams);
  await sound.setSpeaker('desk');
  expect(made.map((one) => one.sinkId)).toEqual(['desk', 'desk']);
  sound.play(streams);
  await turn();
  expect(made.map((one) => one.sinkId)).toEqual(['desk', 'desk', 'desk', 'desk']);
  expect(made.slice(0, 2).every((one) => one.srcObject === null)).toBe(true);
});

it('mutes slots by their name', () => {
  const sound = new SoundOut(() => undefined);
  sound.play(streams);
  sound.mute((mid) => mid === '1');
  expect(made.map((one) => one.muted)).toEqual([false, true]);
});

it('makes one element a turn beside a stream, and none after it was stopped', async () => {
  vi.useFakeTimers();
  const sound = new SoundOut(() => undefined);
  sound.play(streams, true);
  expect(made.length).toBe(1);
  await vi.advanceTimersByTimeAsync(16);
  expect(made.length).toBe(2);
  sound.play(streams, true);
  sound.stop();
  await vi.advanceTimersByTimeAsync(100);
  expect(made.length).toBe(3);
  expect(made[2]?.srcObject).toBeNull();
  vi.useRealTimers();
});
