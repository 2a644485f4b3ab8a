#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What parlor-load can be asked for, all at once against one parlord, each load in a room of its own: nobody's words are empty.

usage: test_load_shapes.py PARLORD PARLOR_LOAD. Prints TAP. What fails on a machine that is too busy to send and read is played again, at most twice.
"""
import json
import os
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'app'))
from test_spread import Server  # noqa: E402


def write_film(path):
    """Ten pictures of 320 × 180 that only begin like VP8: nobody decodes them here."""
    with open(path, 'wb') as f:
        f.write(struct.pack('<4sHH4sHHIIII', b'DKIF', 0, 32, b'VP80', 320, 180, 20, 1, 10, 0))
        for i in range(10):
            start = bytes([0x10, 0, 0, 0x9d, 0x01, 0x2a]) + struct.pack('<HH', 320, 180) if i == 0 else bytes([0x11])
            frame = start + bytes(3000)
            f.write(struct.pack('<IQ', len(frame), i) + frame)


def write_voice(path):
    """An IVF of ten packets of one frame each, that nobody decodes."""
    with open(path, 'wb') as f:
        f.write(struct.pack('<4sHH4sHHIIII', b'DKIF', 0, 32, b'OPUS', 0, 0, 50, 1, 10, 0))
        for i in range(10):
            f.write(struct.pack('<IQ', 80 + i, i) + b'\xfc' + bytes(79 + i))


def all_came(r, n):
    return r['pictures'] == n and r['packets'] > 0 and r['sent'] > 0 and r['first_p95_ms'] is not None


FILES = {'FILM': 'film.ivf', 'VOICE': 'voice.ivf'}

# Name, words for the load, what its result must say.
CASES = [
    ('three layers by WHIP', ['--layers', '3', '--subscribers', '2'], lambda r: all_came(r, 2) and r['lines_max'] in (180, 360, 720)),
    ('frames of a file', ['--bitstream', 'FILM', '--subscribers', '2'], lambda r: all_came(r, 2) and r['lines_max'] == 180 and r['delay_p50_ms'] is not None),
    ('films and voices of two people', ['--shape', 'meeting', '--people', '2', '--bitstream', 'FILM', '--bitstream', 'FILM', '--sound', 'VOICE'],
     lambda r: all_came(r, 2) and r['lines_max'] == 180 and r['sounds_max'] == 1 and r['delay_p50_ms'] is not None),
    ('what is lost on the way to a subscriber is asked for and comes by RTX', ['--subscribers', '2', '--bad', '2', '--bad-loss', '100', '--bad-rtt', '20'],
     lambda r: r['asked'] > 0 and r['repeated'] > 0),
    ('what is lost on the way from a publisher is repeated by him', ['--subscribers', '2', '--bad-publishers', '--bad-loss', '100', '--bad-rtt', '20'],
     lambda r: r['sent_again'] > 0),
    ('and so in three layers', ['--layers', '3', '--subscribers', '2', '--bad-publishers', '--bad-loss', '100', '--bad-rtt', '20'], lambda r: r['sent_again'] > 0),
    ('AES-CM alone', ['--srtp', 'cm', '--subscribers', '2'], lambda r: all_came(r, 2) and r['refused'] == 0),
    ('AES-GCM alone', ['--srtp', 'gcm', '--subscribers', '2'], lambda r: all_came(r, 2) and r['refused'] == 0),
    ('a storm, and those who stood before', ['--subscribers', '2', '--storm', '4', '--storm-over', '1', '--seconds', '2'],
     lambda r: r['joined'] == 4 and r['sessions'] == 6 and r['standing_p99_ms'] is not None),
    ('some leave and others come', ['--subscribers', '4', '--churn', '1', '--seconds', '2'], lambda r: r['sessions'] == 4 and r['joined'] == 2),
    ('two audio rooms', ['--shape', 'audio', '--people', '2', '--subscribers', '2', '--rooms', '2'], lambda r: r['sessions'] == 4 and r['packets'] > 0),
    ('people by the protocol of the pages', ['--server', 'rt', '--shape', 'meeting', '--people', '3', '--tiles', '4', '--video-kbps', '1000'],
     lambda r: r['sessions'] == 3 and r['packets'] > 0 and r['sent'] > 0),
    ('nothing is early enough', ['--late', '0', '--subscribers', '2'], lambda r: r['late'] > 0),
]


def begin(parlor_load, url, folder, name, words):
    words = [os.path.join(folder, FILES[word]) if word in FILES else word for word in words]
    return subprocess.Popen([parlor_load, '--url', url, '--room', name, '--seconds', '1', '--warmup', '2', '--video-kbps', '500', '--progress',
                             '--json', os.path.join(folder, f'{name}.json'), *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def judge(folder, name, process, promise):
    """None: as promised; else what was not."""
    table, progress = process.communicate(timeout=200)
    if process.returncode != 0:
        return progress.strip()[-300:]
    with open(os.path.join(folder, f'{name}.json'), encoding='utf-8') as f:
        result = json.load(f)
    if 'sessions' not in progress or 'first packet ms' not in table or 'own CPU' not in table:
        return 'no line of progress, or no table'
    return None if promise(result) else json.dumps(result)


def play(parlor_load, url, folder, wanted, attempt):
    """These cases at once: number → why it failed."""
    loads = {number: begin(parlor_load, url, folder, f'shape{attempt}-{number}', CASES[number][1]) for number in wanted}
    found = {number: judge(folder, f'shape{attempt}-{number}', process, CASES[number][2]) for number, process in loads.items()}
    return {number: why for number, why in found.items() if why is not None}


def main():
    parlord, parlor_load = sys.argv[1:3]
    server = Server(parlord, ['--workers', '1', '--gather-us', '-1'])
    failed = dict.fromkeys(range(len(CASES)), '')
    with tempfile.TemporaryDirectory() as folder:
        write_film(os.path.join(folder, 'film.ivf'))
        write_voice(os.path.join(folder, 'voice.ivf'))
        for attempt in range(3):
            failed = play(parlor_load, server.url, folder, failed, attempt)
            for number, why in failed.items():
                print(f'# {CASES[number][0]}: {why}', flush=True)
    server.close()
    print(f'1..{len(CASES)}')
    for number, case in enumerate(CASES):
        print(f'{"not ok" if number in failed else "ok"} {number + 1} - {case[0]}', flush=True)
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
