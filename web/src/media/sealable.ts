/** What a page asks before anything is sealed (seal.ts, which is loaded when a meeting is). */

const KEY_BYTES = 16;

/** Chromium and Edge from 141 on, Firefox from 128, Safari from 15.4; https or this machine. */
export function canSeal(): boolean {
  return (
    'RTCRtpScriptTransform' in window &&
    'subtle' in crypto &&
    'setCodecPreferences' in RTCRtpTransceiver.prototype
  );
}

/** base64url, as links hold it. */
export function textOf(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

export function newKey(): string {
  return textOf(crypto.getRandomValues(new Uint8Array(KEY_BYTES)));
}
