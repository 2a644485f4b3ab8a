/** Renders: a recording, or a part of it, as one file. Errors are ApiError. */
import { bool, def, list, nullable, num, shape, str, type Checked } from '../protocol/check.js';
import { ask } from './account.js';

const render = shape({
  id: str,
  state: str,
  layout: str,
  exclude: def(list(str), []),
  from_ms: nullable(num),
  to_ms: nullable(num),
  height: def(num, 720),
  names: def(bool, true),
  created_at: def(num, 0),
  bytes: def(num, 0),
  duration_ms: def(num, 0),
  sha256: nullable(str),
  reason: nullable(str),
  progress: def(num, 0),
  before: def(num, 0),
});
/** One render; docs/openapi.yaml. */
export type Render = Checked<typeof render>;

/** What is asked for. */
export interface RenderWish {
  layout: string;
  /** Of the picture, as the names that are drawn into it. */
  height?: number;
  names?: boolean;
  exclude: string[];
  from_ms?: number;
  to_ms?: number;
}

export const LAYOUTS = ['speaker', 'grid', 'screen_with_speaker', 'audio_only'] as const;

const base = (recording: string): string =>
  `/v1/recordings/${encodeURIComponent(recording)}/renders`;

export async function loadRenders(recording: string): Promise<Render[]> {
  return (await ask('GET', base(recording), shape({ renders: list(render) }))).renders;
}

export async function addRender(recording: string, wish: RenderWish): Promise<Render> {
  return ask('POST', base(recording), render, wish);
}

/** Cancels what waits or runs, removes what is ready. */
export async function removeRender(recording: string, id: string): Promise<void> {
  await ask('DELETE', `${base(recording)}/${encodeURIComponent(id)}`, () => null);
}

export function renderUrl(recording: string, id: string): string {
  return `${base(recording)}/${encodeURIComponent(id)}/file`;
}
