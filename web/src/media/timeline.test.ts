import { describe, expect, it } from 'vitest';
import type { Manifest, TrackFile } from '../client/recordings.js';
import {
  clockWords,
  cuesWith,
  instantOf,
  newestMarkers,
  pictureAt,
  soundsAt,
  speakerAt,
  spokenBy,
  toFileMs,
} from './timeline.js';

const file = (
  n: number,
  participant: string,
  source: string,
  from: number,
  to: number,
): TrackFile => ({
  n,
  participant,
  source,
  codec: '',
  from_ms: from,
  to_ms: to,
  duration_ms: to - from,
  bytes: 0,
  sha256: '',
  clock: [[from, 0]],
});

const manifest: Manifest = {
  from_ms: 1000,
  to_ms: 20000,
  participants: [],
  files: [
    file(1, 'a', 'camera', 1000, 9000),
    file(2, 'b', 'camera', 1000, 20000),
    file(3, 'a', 'microphone', 1000, 20000),
    file(4, 'a', 'camera', 12000, 20000),
    file(5, 'b', 'screen', 15000, 18000),
  ],
  gaps: [],
  interruptions: [],
  speakers: [
    [2000, 'a'],
    [5000, null],
    [8000, 'b'],
  ],
  markers: [
    { id: 'm2', kind: 'question', text: 'later', owner: undefined, room_ms: 9000, version: 1 },
    { id: 'm1', kind: 'conclusion', text: 'old', owner: undefined, room_ms: 3000, version: 1 },
    { id: 'm1', kind: 'conclusion', text: 'new', owner: undefined, room_ms: 3000, version: 2 },
  ],
  stills: [],
  chat: [],
};

describe('the timeline of a recording', () => {
  it('knows what was written when', () => {
    expect(soundsAt(manifest, 10000).map((one) => one.n)).toEqual([3]);
  });

  it('maps the room to the file piece by piece', () => {
    const drifting = {
      ...file(9, 'a', 'camera', 1000, 99000),
      clock: [
        [1000, 0],
        [11000, 10010],
      ] as [number, number][],
    };
    expect(toFileMs(drifting, 500)).toBe(0);
    expect(toFileMs(drifting, 6000)).toBe(5000);
    expect(toFileMs(drifting, 12000)).toBe(11010);
  });

  it('shows who speaks, and who spoke last', () => {
    expect(speakerAt(manifest.speakers, 1500)).toBeNull();
    expect(speakerAt(manifest.speakers, 6000)).toBe('a');
    expect(pictureAt(manifest, 2500, null).camera?.n).toBe(1);
    expect(pictureAt(manifest, 8500, null).camera?.n).toBe(2);
    expect(pictureAt(manifest, 16000, 'a')).toMatchObject({ screen: { n: 5 }, camera: { n: 4 } });
    expect(pictureAt(manifest, 25000, null)).toEqual({ screen: null, camera: null });
    expect(spokenBy(manifest, 'b')).toEqual([[8000, 20000]]);
  });

  it('lists the newest versions in their order', () => {
    expect(newestMarkers(manifest).map((one) => one.text)).toEqual(['new', 'later']);
  });

  it('says the time', () => {
    expect(clockWords(62_500)).toBe('1:02');
    expect(clockWords(3_723_000)).toBe('1:02:03');
  });
});

const said = [
  { from_ms: 0, to_ms: 1, speaker: 'Lin', text: '装配间隙是三毫米' },
  { from_ms: 2, to_ms: 3, speaker: 'Mara', text: 'Torque 12 Nm' },
];

it('words are found inside running text, in any case, and by who said them', () => {
  expect(cuesWith(said, '间隙')).toEqual([said[0]]);
  expect(cuesWith(said, ' TORQUE ')).toEqual([said[1]]);
  expect(cuesWith(said, 'mara')).toEqual([said[1]]);
  expect(cuesWith(said, '间距')).toEqual([]);
  expect(cuesWith(said, '')).toEqual(said);
});

it('leads to the first note that has the words, else to the first message', () => {
  const one = {
    id: 'm1',
    kind: 'conclusion',
    text: '装配间隙 ０.35 毫米',
    owner: '',
    room_ms: 5000,
  };
  const said = {
    ...manifest,
    markers: [{ ...one, id: 'm2', text: 'Torque 12.5', room_ms: 9000 }, one],
    chat: [{ participant: 'a', name: 'Lin', text: '间隙太大 torque', room_ms: 2000 }],
  } as unknown as Manifest;
  expect(instantOf(said, '间隙')).toBe(5000);
  expect(instantOf(said, '0.35')).toBe(5000);
  expect(instantOf(said, ' TORQUE ')).toBe(9000);
  expect(instantOf(said, '太大')).toBe(2000);
  expect(instantOf(said, 'nobody said it')).toBe(-1);
  expect(instantOf(said, '')).toBe(-1);
});
