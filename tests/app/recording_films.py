# SPDX-License-Identifier: Apache-2.0
"""People of parlor-load who show films with a burned-in counter and have a tone for a voice, and what the files that kills left hold of them: told as JSON to
who plays them in browsers (tests/e2e/scenarios/79-played-long.mjs)."""
import json
import os
import struct

from recording_bench import MARK_BYTES, marks, timed_blocks

PEOPLE = 4
SOON = 0.6  # s: what was written so shortly before a kill was ended by it; those who left were gone a second before the next one


def write_ivf(path, fourcc, rate, frames):
    with open(path, 'wb') as out:
        out.write(struct.pack('<4sHH4sHHIIII', b'DKIF', 0, 32, fourcc, 0, 0, rate, 1, len(frames), 0))
        for n, frame in enumerate(frames):
            out.write(struct.pack('<IQ', len(frame), n) + frame)
    return path


def frames_of(path):
    with open(path, 'rb') as data:
        return [frame for _, frame in timed_blocks(data.read())]


class Films:
    """`folder` has person-N.webm (30 pictures a second; the n-th shows n) and person-N-voice.webm (20 ms a packet)."""

    def __init__(self, folder):
        self.folder, self.words, self.shows = folder, [], {}
        for person in range(1, PEOPLE + 1):
            pictures, voice = (frames_of(os.path.join(folder, f'person-{person}{what}.webm')) for what in ('', '-voice'))
            self.words += ['--bitstream', write_ivf(os.path.join(folder, f'person-{person}.ivf'), b'VP80', 30, pictures),
                           '--sound', write_ivf(os.path.join(folder, f'person-{person}-voice.ivf'), b'OPUS', 50, voice)]
            self.shows.update({frame: (person, n) for n, frame in enumerate(pictures)})

    def kept(self, person, data):
        """Of each picture when it stands in the file, in ms, and its counter, None = it is none of this person's film."""
        shown = ((ms, self.shows.get(frame[:-MARK_BYTES], (0, None))) for ms, frame in timed_blocks(data))
        return [(ms, counter if whose == person else None) for ms, (whose, counter) in shown]

    def tell(self, recording, manifest, names, kills):
        """Writes told.json; gives the numbers of files that hold nothing, or pictures of nobody's film."""
        files, wrong = [], []
        for file in manifest['files']:
            with open(file['at'], 'rb') as data:
                data = data.read()
            camera, person = file['source'] == 'camera', int(names[file['participant']].rsplit('-', 1)[1]) + 1
            kept = self.kept(person, data) if camera else [(ms, None) for ms, _ in timed_blocks(data)]
            if not kept or (camera and any(counter is None for _, counter in kept)):
                wrong.append(file['n'])
            files.append({'n': file['n'], 'source': file['source'], 'person': person, 'duration_ms': file['duration_ms'], 'kept': kept,
                          'ended_by': ended_by(marks(data, camera, behind=True), kills)})
        told = {'recording': recording, 'files': files, 'kills': [{'who': one['who'], 'lost_ms': [1000 * s for s in one['lost']], 'next_ms': 1000 * one['next'] if 'next' in one else None}
                                                                  for one in kills]}
        with open(os.path.join(self.folder, 'told.json'), 'w', encoding='ascii') as out:
            json.dump(told, out)
        return wrong


def ended_by(written, kills):
    """Who died right after the last of a file was sent; 'nobody': people left."""
    last = max((at for _, at in written), default=0)
    return next((kill['who'] for kill in kills if -0.05 <= kill['at'] - last < SOON), 'nobody')
