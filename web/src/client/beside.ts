/** What a host sets to stand beside his meeting. */
import { def, shape, str } from '../protocol/check.js';
import { callJson, postJson } from './http.js';

const changed = shape({ doc_url: def(str, ''), panel_url: def(str, '') });

/** null takes it away. `bearer`: the host's own token; '' = as whoever is signed in. */
export async function setBeside(
  room: string,
  bearer: string,
  urls: { doc_url: string | null; panel_url: string | null },
): Promise<void> {
  const init = postJson(urls);
  const headers = { ...init.headers, ...(bearer ? { authorization: `Bearer ${bearer}` } : {}) };
  await callJson(
    `/v1/rooms/${encodeURIComponent(room)}`,
    { ...init, method: 'PATCH', headers },
    changed,
  );
}
