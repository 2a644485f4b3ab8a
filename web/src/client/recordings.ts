/** Recordings as the portal asks for them. Errors are ApiError. */
import {
  bool,
  def,
  list,
  nullable,
  num,
  opt,
  shape,
  str,
  type Check,
  type Checked,
} from '../protocol/check.js';
import { ask } from './account.js';

/** A line of any list of recordings. */
export const recordingRow = shape({
  id: str,
  room: def(str, ''),
  title: def(str, ''),
  state: str,
  mode: def(str, 'ask'),
  started_at: def(num, 0),
  stopped_at: def(num, 0),
  from_ms: def(num, 0),
  to_ms: def(num, 0),
  files: def(num, 0),
  bytes: def(num, 0),
  sha256: nullable(str),
  people: def(list(str), []),
  hold: nullable(str),
  purge_at: def(num, 0),
  watermark: def(bool, false),
  markers: def(num, 0),
  occurrence: nullable(shape({ series: str, start: num, end: num })),
});
/** One line of the list. */
export type RecordingRow = Checked<typeof recordingRow>;

const pair: Check<[number, number]> = (value, path) => {
  const both = list(num)(value, path);
  return [both[0] ?? 0, both[1] ?? 0];
};
const spoken: Check<[number, string | null]> = (value) => {
  const both = Array.isArray(value) ? (value as unknown[]) : [];
  return [typeof both[0] === 'number' ? both[0] : 0, typeof both[1] === 'string' ? both[1] : null];
};

const file = shape({
  n: num,
  participant: str,
  source: str,
  codec: def(str, ''),
  from_ms: num,
  to_ms: num,
  duration_ms: def(num, 0),
  bytes: def(num, 0),
  sha256: def(str, ''),
  clock: def(list(pair), []),
});
/** One file of one track; `clock` maps the room's clock to its own: [room_ms, file_ms]. */
export type TrackFile = Checked<typeof file>;

/** What a recording is made of; docs/openapi.yaml. */
export const manifest = shape({
  from_ms: num,
  to_ms: num,
  participants: def(list(shape({ id: str, name: def(str, ''), identity: def(str, '') })), []),
  files: def(list(file), []),
  gaps: def(
    list(shape({ participant: str, source: str, from_ms: num, to_ms: num, reason: str })),
    [],
  ),
  interruptions: def(list(shape({ from_ms: num, to_ms: num, reason: def(str, '') })), []),
  speakers: def(list(spoken), []),
  markers: def(
    list(
      shape({
        id: str,
        kind: def(str, 'conclusion'),
        text: def(str, ''),
        owner: opt(str),
        room_ms: num,
        version: def(num, 1),
      }),
    ),
    [],
  ),
  stills: def(list(shape({ marker: str, path: def(str, ''), sha256: def(str, '') })), []),
  chat: def(list(shape({ id: str, name: def(str, ''), text: def(str, ''), room_ms: num })), []),
});
export type Manifest = Checked<typeof manifest>;

const page = shape({ recordings: list(recordingRow), cursor: nullable(str) });
/** A recording as its page needs it. */
export type Recording = RecordingRow & { manifest: Manifest | null; transcript: boolean };
const one: Check<Recording> = (value, path) => {
  const more = shape({ manifest: opt(manifest), transcript: def(bool, false) })(value, path);
  return {
    ...recordingRow(value, path),
    manifest: more.manifest ?? null,
    transcript: more.transcript,
  };
};
const cue = shape({ from_ms: num, to_ms: num, speaker: def(str, ''), text: str });
/** What somebody said, by the room's clock. */
export type Cue = Checked<typeof cue>;
const nothing = shape({ ok: def(bool, true) });

export interface Search {
  text?: string;
  person?: string;
  series?: string;
  from?: number;
  to?: number;
  state?: string;
  cursor?: string;
}

/** Newest first; `cursor` is null on the last page. */
export function findRecordings(search: Search): Promise<Checked<typeof page>> {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) if (value) query.set(name, String(value));
  return ask('GET', `/v1/recordings?${query.toString()}`, page);
}

export async function loadTranscript(id: string): Promise<Cue[]> {
  const path = `/v1/recordings/${encodeURIComponent(id)}/transcript`;
  return (await ask('GET', path, shape({ cues: list(cue) }))).cues;
}

export function loadRecording(id: string): Promise<Recording> {
  return ask('GET', `/v1/recordings/${encodeURIComponent(id)}`, one);
}

export function changeRecording(
  id: string,
  change: { hold?: string | null; state?: string },
): Promise<RecordingRow> {
  return ask('PATCH', `/v1/recordings/${encodeURIComponent(id)}`, recordingRow, change);
}

export async function deleteRecording(id: string, forever: boolean): Promise<void> {
  await ask(
    'DELETE',
    `/v1/recordings/${encodeURIComponent(id)}${forever ? '?forever=true' : ''}`,
    (value) => (value === null ? null : nothing(value, '$')),
  );
}

export function fileUrl(id: string, n: number): string {
  return `/v1/recordings/${encodeURIComponent(id)}/files/${n}`;
}

/** What was noted down, each with a link to its instant. */
export function minutesUrl(id: string): string {
  return `/v1/recordings/${encodeURIComponent(id)}/minutes?format=markdown`;
}

export function stillUrl(id: string, marker: string): string {
  return `/v1/recordings/${encodeURIComponent(id)}/stills/${encodeURIComponent(marker)}`;
}
