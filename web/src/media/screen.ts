/** Capturing a screen, window or tab, at its own resolution, with its sound where offered. */
import { SCREEN_FPS_DETAIL, SCREEN_FPS_MOTION } from './config.js';

export interface ScreenCapture {
  video: MediaStreamTrack;
  audio: MediaStreamTrack | null;
  /** Motion: smooth video rather than sharp text. */
  setMotion: (motion: boolean) => void;
  stop: () => void;
}

/** Options that TypeScript's DOM library does not know yet. */
interface ScreenOptions extends DisplayMediaStreamOptions {
  systemAudio: 'include';
  surfaceSwitching: 'include';
  selfBrowserSurface: 'exclude';
}

function hint(video: MediaStreamTrack, motion: boolean): void {
  video.contentHint = motion ? 'motion' : 'detail';
  const max = motion ? SCREEN_FPS_MOTION : SCREEN_FPS_DETAIL;
  void video.applyConstraints({ frameRate: { max } }).catch(() => undefined);
}

/** Rejects with the browser's DOMException when the person picks nothing. */
export async function openScreen(motion: boolean): Promise<ScreenCapture> {
  const options: ScreenOptions = {
    video: { frameRate: { ideal: SCREEN_FPS_MOTION } },
    audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    systemAudio: 'include',
    surfaceSwitching: 'include',
    selfBrowserSurface: 'exclude',
  };
  const stream = await navigator.mediaDevices.getDisplayMedia(options);
  const [video] = stream.getVideoTracks();
  const [audio = null] = stream.getAudioTracks();
  if (!video) throw new DOMException('no picture', 'NotFoundError');
  hint(video, motion);
  if (audio) audio.contentHint = 'music';
  return {
    video,
    audio,
    setMotion: (on) => hint(video, on),
    stop: () => stream.getTracks().forEach((one) => one.stop()),
  };
}
