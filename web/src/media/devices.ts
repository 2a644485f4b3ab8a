/** Asking the browser for microphones and cameras, and saying in stable codes why it refused. */
import { CAMERA_WANTED } from './config.js';

export type DeviceKind = 'microphone' | 'camera';

/**
 * `refused`: the person or a policy said no. `none`: there is no such device. `busy`: another
 * program holds it. `insecure`: the page is not on https or localhost. `failed`: anything else.
 */
export type DeviceProblem = 'refused' | 'none' | 'busy' | 'insecure' | 'failed';

export interface DeviceList {
  microphones: MediaDeviceInfo[];
  cameras: MediaDeviceInfo[];
  speakers: MediaDeviceInfo[];
}

export interface Wanted {
  microphone: boolean;
  camera: boolean;
  microphoneId: string;
  cameraId: string;
  rawSound: boolean;
}

export interface Got {
  microphone: MediaStreamTrack | null;
  camera: MediaStreamTrack | null;
  problems: Partial<Record<DeviceKind, DeviceProblem>>;
}

export function problemOf(error: unknown): DeviceProblem {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
      return 'refused';
    case 'NotFoundError':
    case 'OverconstrainedError':
      return 'none';
    case 'NotReadableError':
    case 'AbortError':
      return 'busy';
    case 'SecurityError':
      return 'insecure';
    default:
      return 'failed';
  }
}

function audioConstraints(wanted: Wanted): MediaTrackConstraints {
  const tidy = !wanted.rawSound;
  return {
    deviceId: wanted.microphoneId ? { ideal: wanted.microphoneId } : undefined,
    echoCancellation: tidy,
    noiseSuppression: tidy,
    autoGainControl: tidy,
  };
}

function constraints(wanted: Wanted): MediaStreamConstraints {
  const video = wanted.cameraId
    ? { ...CAMERA_WANTED, deviceId: { ideal: wanted.cameraId } }
    : CAMERA_WANTED;
  return {
    audio: wanted.microphone && audioConstraints(wanted),
    video: wanted.camera && video,
  };
}

async function ask(wanted: Wanted): Promise<Got> {
  const stream = await navigator.mediaDevices.getUserMedia(constraints(wanted));
  const [microphone = null] = stream.getAudioTracks();
  const [camera = null] = stream.getVideoTracks();
  return { microphone, camera, problems: {} };
}

/** Whether asking for one device alone may work after asking for both did not, without a new prompt. */
async function worthAsking(kind: DeviceKind, problem: DeviceProblem): Promise<boolean> {
  if (problem !== 'refused') return true;
  const name = kind as PermissionName;
  const status = await navigator.permissions?.query({ name }).catch(() => null);
  return status?.state === 'granted';
}

async function askOne(wanted: Wanted, kind: DeviceKind, before?: DeviceProblem): Promise<Got> {
  const nothing: Got = { microphone: null, camera: null, problems: {} };
  if (before && !(await worthAsking(kind, before))) {
    return { ...nothing, problems: { [kind]: before } };
  }
  const only = { ...wanted, microphone: kind === 'microphone', camera: kind === 'camera' };
  return ask(only).catch((error: unknown) => ({
    ...nothing,
    problems: { [kind]: problemOf(error) },
  }));
}

/** Asks for what is wanted, both in one prompt; one that is missing does not take the other away. */
export async function openDevices(wanted: Wanted): Promise<Got> {
  const kinds = (['microphone', 'camera'] as const).filter((kind) => wanted[kind]);
  if (!navigator.mediaDevices) {
    const problems = Object.fromEntries(kinds.map((kind) => [kind, 'insecure']));
    return { microphone: null, camera: null, problems };
  }
  const [first] = kinds;
  if (!first) return { microphone: null, camera: null, problems: {} };
  if (kinds.length === 1) return askOne(wanted, first);
  try {
    return await ask(wanted);
  } catch (error) {
    const problem = problemOf(error);
    const sound = await askOne(wanted, 'microphone', problem);
    const picture = await askOne(wanted, 'camera', problem);
    return {
      microphone: sound.microphone,
      camera: picture.camera,
      problems: { ...sound.problems, ...picture.problems },
    };
  }
}

export async function listDevices(): Promise<DeviceList> {
  const all = (await navigator.mediaDevices?.enumerateDevices().catch(() => [])) ?? [];
  const of = (kind: MediaDeviceKind): MediaDeviceInfo[] =>
    all.filter((one) => one.kind === kind && one.deviceId !== '');
  return {
    microphones: of('audioinput'),
    cameras: of('videoinput'),
    speakers: of('audiooutput'),
  };
}
