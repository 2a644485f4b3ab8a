import { beforeEach, expect, it, vi } from 'vitest';

const openDevices = vi.fn();
vi.mock('./devices.js', () => ({ openDevices: () => openDevices() as unknown }));
const { Guest } = await import('./guest.js');

class Stream {
  constructor(readonly tracks: { stop: () => void }[]) {}

  getTracks(): { stop: () => void }[] {
    return this.tracks;
  }
}

const camera = { stop: vi.fn() };
let answer: (got: object) => void;

beforeEach(() => {
  vi.stubGlobal('MediaStream', Stream);
  camera.stop.mockReset();
  openDevices.mockReset().mockReturnValue(
    new Promise<object>((resolve) => {
      answer = resolve;
    }),
  );
});

it('asks the browser once, however often it is pressed', async () => {
  const guest = new Guest();
  const both = [guest.open(), guest.open()];
  answer({ microphone: null, camera });
  expect(await Promise.all(both)).toEqual([true, true]);
  expect(openDevices).toHaveBeenCalledTimes(1);
  guest.stop();
  expect(camera.stop).toHaveBeenCalledTimes(1);
});

it('closes the camera at once when it was stopped while the browser asked', async () => {
  const guest = new Guest();
  const opened = guest.open();
  guest.stop();
  answer({ microphone: null, camera });
  expect(await opened).toBe(true);
  expect(camera.stop).toHaveBeenCalledTimes(1);
  expect(guest.stream).toBeNull();
});

it('keeps the camera for who came back before the browser was answered', async () => {
  const guest = new Guest();
  void guest.open();
  guest.stop();
  const again = guest.open();
  answer({ microphone: null, camera });
  expect(await again).toBe(true);
  expect(guest.stream?.getTracks()).toEqual([camera]);
  expect(camera.stop).not.toHaveBeenCalled();
});

it('asks anew after the browser gave nothing', async () => {
  const guest = new Guest();
  const first = guest.open();
  answer({ microphone: null, camera: null });
  expect(await first).toBe(false);
  openDevices.mockResolvedValue({ microphone: null, camera });
  expect(await guest.open()).toBe(true);
});
