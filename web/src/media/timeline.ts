/** Where things lie on a recording's clock. All times are milliseconds of the room's clock but where they are called a file's. Pure. */
import type { Cue, Manifest, TrackFile } from '../client/recordings.js';

/** The file's own time: by the last piece of its clock that begins before, reckoned back before the first. */
export function toFileMs(file: TrackFile, roomMs: number): number {
  let piece = file.clock[0] ?? ([file.from_ms, 0] as [number, number]);
  for (const one of file.clock) if (one[0] <= roomMs) piece = one;
  return Math.max(0, piece[1] + roomMs - piece[0]);
}

/** Who spoke last before that instant. */
export function speakerAt(speakers: Manifest['speakers'], roomMs: number): string | null {
  let who: string | null = null;
  for (const [at, participant] of speakers) {
    if (at > roomMs) break;
    who = participant ?? who;
  }
  return who;
}

/** When a person spoke: [from, to] each. */
export function spokenBy(manifest: Manifest, participant: string): [number, number][] {
  const spans: [number, number][] = [];
  manifest.speakers.forEach(([from, who], i) => {
    const to = manifest.speakers[i + 1]?.[0] ?? manifest.to_ms;
    if (who === participant && to > from) spans.push([from, to]);
  });
  return spans;
}

export interface Picture {
  screen: TrackFile | null;
  camera: TrackFile | null;
}

/** What is to be seen: somebody's screen, and the camera of who speaks, else of whoever has one. */
export function pictureAt(manifest: Manifest, roomMs: number, chosen: string | null): Picture {
  const live = manifest.files.filter((one) => roomMs >= one.from_ms && roomMs < one.to_ms);
  const screens = live.filter((one) => one.source === 'screen');
  const cameras = live.filter((one) => one.source === 'camera');
  const who = chosen ?? speakerAt(manifest.speakers, roomMs);
  return {
    screen: screens.at(-1) ?? null,
    camera: cameras.find((one) => one.participant === who) ?? cameras[0] ?? null,
  };
}

/** Everything that is to be heard at that instant. */
export function soundsAt(manifest: Manifest, roomMs: number): TrackFile[] {
  return manifest.files.filter(
    (one) =>
      (one.source === 'microphone' || one.source === 'screen_audio') &&
      roomMs >= one.from_ms &&
      roomMs < one.to_ms,
  );
}

/** The newest version of each marker, in the order of their instants. */
export function newestMarkers(manifest: Manifest): Manifest['markers'] {
  const newest = new Map(manifest.markers.map((one) => [one.id, one]));
  return [...newest.values()].sort((a, b) => a.room_ms - b.room_ms);
}

/** As words are compared: in any case of letters and any width. */
const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

/** The instant of the first note, else of the first message, that has the words; -1 = none has, or there are no words. */
export function instantOf(manifest: Manifest, words: string): number {
  const wanted = fold(words.trim());
  const said = [...newestMarkers(manifest), ...manifest.chat];
  return (wanted ? said.find(({ text }) => fold(text).includes(wanted))?.room_ms : undefined) ?? -1;
}

/** 1:02:03, or 2:03. */
export function clockWords(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** The cues that hold the words, in any case of letters; all of them for ''. */
export function cuesWith(cues: Cue[], words: string): Cue[] {
  const wanted = fold(words.trim());
  return wanted ? cues.filter((one) => fold(`${one.speaker} ${one.text}`).includes(wanted)) : cues;
}
