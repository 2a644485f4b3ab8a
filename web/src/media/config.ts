/** Numbers of the media client, in one place. */

/** Offer the camera in three sizes; the server picks per receiver. Off: one size, as asked for. */
export const SIMULCAST = true;

/** Small, half, full. The rates are what VP8 needs for a talking head at each size. */
export const CAMERA_LAYERS: RTCRtpEncodingParameters[] = [
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
];
/** The same three sizes inside one stream (VP9, AV1): upper ones lean on lower ones in key frames only. */
export const CAMERA_LAYERED: (RTCRtpEncodingParameters & { scalabilityMode: string })[] = [
  { maxBitrate: 2_000_000, scalabilityMode: 'L3T3_KEY' },
];
export const CAMERA_SINGLE: RTCRtpEncodingParameters[] = [{ maxBitrate: 1_700_000 }];

/** Text must be sharp within 2 s after a page turn: the rate of a full 1080p key frame in VP8. */
export const SCREEN_ENCODING: RTCRtpEncodingParameters[] = [
  { maxBitrate: 6_000_000, priority: 'high', networkPriority: 'high' },
];

export const CAMERA_WANTED: MediaTrackConstraints = {
  width: { ideal: 1280 },
  height: { ideal: 720 },
  frameRate: { ideal: 30, max: 30 },
};

export const SCREEN_FPS_DETAIL = 15;
export const SCREEN_FPS_MOTION = 30;

export const RECEIVE_AUDIO = 3;
export const RECEIVE_VIDEO_DESK = 25;
export const RECEIVE_VIDEO_PHONE = 9;
/** Host and guests on a live room's stage. */
export const RECEIVE_VIDEO_LIVE = 4;
/** A consult: the other, and a colleague who is asked in; one picture is shown. */
export const RECEIVE_AUDIO_CONSULT = 2;
export const RECEIVE_VIDEO_CONSULT = 1;

/** Of our own sound; above it each frame is sent twice. One report of the server is enough. */
export const SOUND_LOST_WORTH_RED = 0.01;
export const STATS_EVERY_MS = 2000;
/** How often it is looked whether anything comes in (see path.ts). */
export const PATH_LOOK_EVERY_MS = 300;
/** docs/protocol.md: the page's own report at most once in 5 s. */
export const REPORT_EVERY_MS = 6000;
/** A lost path often comes back by itself; after this an ICE restart is asked for. */
export const DISCONNECT_GRACE_MS = 2500;
export const VIEW_DEBOUNCE_MS = 100;

export function isPhone(): boolean {
  return matchMedia('(max-width: 640px), (pointer: coarse) and (max-width: 960px)').matches;
}
