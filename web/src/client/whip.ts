/** WHIP (RFC 9725) and WHEP from a page: one POST with the offer, one DELETE at the end. */
import { ApiError, errorCode } from './http.js';
import { at } from './place.js';

/** A session on the server; `location` is where it is ended. */
export interface WhipSession {
  location: string;
}

/**
 * Offers, applies the answer. The server is ICE-lite and learns our candidates by itself, so the
 * offer goes out without waiting for them. Rejects with an {@link ApiError}.
 */
export async function negotiate(
  pc: RTCPeerConnection,
  path: string,
  token: string,
): Promise<WhipSession> {
  await pc.setLocalDescription(await pc.createOffer());
  const headers: Record<string, string> = { 'content-type': 'application/sdp' };
  if (token) headers['authorization'] = `Bearer ${token}`;
  const body = pc.localDescription?.sdp ?? '';
  const answer = await fetch(at(path), { method: 'POST', headers, body }).catch(() => {
    throw new ApiError('offline');
  });
  if (answer.status !== 201) throw new ApiError(await errorCode(answer), answer.status);
  await pc.setRemoteDescription({ type: 'answer', sdp: await answer.text() });
  return {
    location: new URL(answer.headers.get('location') ?? path, new URL(at(path), location.href))
      .href,
  };
}

/** Ends a session; outlives the page. */
export function endSession(session: WhipSession, token: string): void {
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  void fetch(session.location, { method: 'DELETE', headers, keepalive: true }).catch(
    () => undefined,
  );
}

/** `ROOM` and, where given, `IDENTITY` of a fragment `#ROOM/IDENTITY`. */
export function roomFromHash(hash: string): { room: string; identity: string } {
  const [room = '', identity = ''] = hash
    .replace(/^#/, '')
    .split('/')
    .map((part) => decodeURIComponent(part));
  return { room, identity };
}
