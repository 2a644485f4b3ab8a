import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { DeviceProblem, Got, Wanted } from './devices.js';
import type { Meter } from './meter.js';

const openDevices = vi.fn<(wanted: Wanted) => Promise<Got>>();
vi.mock('./devices.js', () => ({
  openDevices: (wanted: Wanted) => openDevices(wanted),
  listDevices: () => Promise.resolve({ microphones: [], cameras: [], speakers: [] }),
  problemOf: () => 'refused',
}));
const { LocalMedia } = await import('./local.js');

class Track extends EventTarget {
  enabled = true;
  readonly stop = vi.fn();

  constructor(readonly name: string) {
    super();
  }

  getSettings(): { deviceId: string } {
    return { deviceId: this.name };
  }
}

const track = (name: string): MediaStreamTrack => new Track(name) as unknown as MediaStreamTrack;

function got(
  microphone: MediaStreamTrack | null,
  camera: MediaStreamTrack | null,
  problems: Partial<Record<'microphone' | 'camera', DeviceProblem>> = {},
): Got {
  return { microphone, camera, problems };
}

/** Hears what it is told to. */
class Local extends LocalMedia {
  loudness = 0;
  readonly notices: string[] = [];

  constructor() {
    super();
    this.notice = (code) => this.notices.push(code);
    this.published = vi.fn();
  }

  protected override metered(): Meter {
    return { level: () => this.loudness, close: () => undefined } as unknown as Meter;
  }
}

let local: Local;
const [first, camera] = [track('m1'), track('c1')];

beforeEach(async () => {
  vi.useFakeTimers();
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('navigator', {});
  openDevices.mockReset().mockResolvedValue(got(first, camera));
  local = new Local();
  await local.start(true, true);
});

afterEach(() => {
  clearInterval(local.timer);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** As a browser tells that a device has gone. */
async function pullOut(one: MediaStreamTrack): Promise<void> {
  one.dispatchEvent(new Event('ended'));
  await vi.advanceTimersByTimeAsync(0);
}

it('goes on with another microphone when the one in use is pulled out, and says so', async () => {
  const other = track('m2');
  openDevices.mockResolvedValue(got(other, null));
  await pullOut(first);
  expect(openDevices).toHaveBeenLastCalledWith(
    expect.objectContaining({ microphone: true, camera: false, microphoneId: '' }),
  );
  expect(local.state.microphone).toEqual({ track: other, on: true, problem: null });
  expect(local.published).toHaveBeenLastCalledWith('microphone', other, true);
  expect(local.notices).toEqual(['microphone_replaced']);
});

it('is muted, in words, when there is no other, and the camera goes on', async () => {
  openDevices.mockResolvedValue(got(null, null, { microphone: 'none' }));
  await pullOut(first);
  expect(local.state.microphone).toEqual({ track: null, on: false, problem: 'none' });
  expect(local.state.problemNew).toBe(true);
  expect(local.state.camera.track).toBe(camera);
  expect(local.published).toHaveBeenLastCalledWith('microphone', null, false);
  expect(local.notices).toEqual(['microphone_unplugged']);
});

it('asks for nothing when what was pulled out was switched off', async () => {
  await local.setMicrophone(false);
  openDevices.mockClear();
  await pullOut(first);
  expect(openDevices).not.toHaveBeenCalled();
  expect(local.state.microphone).toEqual({ track: null, on: false, problem: null });
});

it('keeps the microphone when another program holds the camera, and can try again', async () => {
  const second = new Local();
  openDevices.mockResolvedValue(got(first, null, { camera: 'busy' }));
  await second.start(true, true);
  expect(second.state.microphone.track).toBe(first);
  expect(second.state.camera).toEqual({ track: null, on: false, problem: 'busy' });
  expect(second.state.problemNew).toBe(true);
  openDevices.mockResolvedValue(got(first, camera));
  await second.retry();
  expect(second.state.camera).toEqual({ track: camera, on: true, problem: null });
  clearInterval(second.timer);
});

it('lets the old camera go before the chosen one is asked for', async () => {
  vi.mocked(camera.stop).mockClear();
  const other = track('c2');
  openDevices.mockImplementation((wanted) => {
    expect(camera.stop).toHaveBeenCalled();
    expect(wanted).toMatchObject({ microphone: false, camera: true, cameraId: 'c2' });
    return Promise.resolve(got(null, other));
  });
  await local.choose('camera', 'c2');
  expect(local.published).toHaveBeenLastCalledWith('camera', other, true);
});

it('hints to who talks while muted, for a moment, and not again at once', async () => {
  await local.setMicrophone(false);
  local.loudness = 0.9;
  await vi.advanceTimersByTimeAsync(1000);
  expect(local.state.talkingMuted).toBe(true);
  await vi.advanceTimersByTimeAsync(9000);
  expect(local.state.talkingMuted).toBe(false);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(local.state.talkingMuted).toBe(false);
  await vi.advanceTimersByTimeAsync(15_000);
  expect(local.state.talkingMuted).toBe(true);
  await local.setMicrophone(true);
  expect(local.state.talkingMuted).toBe(false);
});

it('does not hint to who has been silent for long, however long he talked before', async () => {
  await local.setMicrophone(false);
  local.loudness = 0.9;
  await vi.advanceTimersByTimeAsync(25_000);
  local.loudness = 0;
  await vi.advanceTimersByTimeAsync(20_000);
  expect(local.state.talkingMuted).toBe(false);
});

it('opens a muted microphone while the key is held, and closes it after', async () => {
  await local.setMicrophone(false);
  await local.holdToTalk(true);
  expect(first.enabled).toBe(true);
  await local.holdToTalk(false);
  expect(first.enabled).toBe(false);
});

it('keeps nothing that the browser gives after all was let go', async () => {
  const [late, other] = [track('m9'), track('c9')];
  let give: (what: Got) => void = () => undefined;
  openDevices.mockImplementation(() => new Promise((done) => (give = done)));
  const asked = local.start(true, true);
  local.stop();
  vi.mocked(local.published).mockClear();
  give(got(late, other));
  await asked;
  expect(late.stop).toHaveBeenCalled();
  expect(other.stop).toHaveBeenCalled();
  expect(local.state.camera.track).toBeNull();
  expect(local.published).not.toHaveBeenCalled();
  expect(local.state.asking).toBe(false);
});
