/** Pictures of notes that were taken while nothing is recorded: of the sharer's own screen, as he lets them be taken. */
import { ApiError, errorCode } from './http.js';
import { at } from './place.js';

const path = (room: string, marker: string): string =>
  at(`/v1/rooms/${encodeURIComponent(room)}/markers/${encodeURIComponent(marker)}/still`);

const as = (bearer: string): Record<string, string> =>
  bearer ? { authorization: `Bearer ${bearer}` } : {};

async function call(where: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(where, init).catch(() => {
    throw new ApiError('offline');
  });
  if (!answer.ok) throw new ApiError(await errorCode(answer), answer.status);
  return answer;
}

export async function giveStill(
  room: string,
  marker: string,
  bearer: string,
  png: Blob,
): Promise<void> {
  await call(path(room, marker), {
    method: 'PUT',
    headers: { ...as(bearer), 'content-type': 'image/png' },
    body: png,
  });
}

export async function loadStill(room: string, marker: string, bearer: string): Promise<Blob> {
  return (await call(path(room, marker), { headers: as(bearer) })).blob();
}
