#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The disk is full, read-only or broken while people are recorded, and when a recording begins: the meeting loses nothing, all are told, what was written
before is there, and it goes on when the disk is well again.

usage: test_record_trouble.py PARLORD PARLOR_LOAD PARLORCTL FAULT_LIBRARY [FLAGS…]. Prints TAP. Loopback only. The full disk is a real one, a small tmpfs in
a mount namespace of the server's own (as root, or where users may make namespaces); errors that no healthy disk gives come from a library before libc.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

from recording_bench import AUDIO_STEP, Crowd, Server, Tap, marks, wait_for

TOLD, BEFORE, AGAIN = 2.0, 1.0, 3.0
LOOSE = 3
TMPFS_MB = 48


def namespace_command():
    """How to start a program that may mount for itself; None = this user may not."""
    for words in (['unshare', '--mount'], ['unshare', '--user', '--map-root-user', '--mount']):
        with tempfile.TemporaryDirectory() as folder:
            probe = subprocess.run([*words, 'mount', '-t', 'tmpfs', 'none', folder], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        if probe.returncode == 0:
            return words
    return None


class Disk:
    """What the server writes on, and how it is broken."""

    def __init__(self, server, fault_file):
        self.server, self.fault_file = server, fault_file

    def root(self):
        return f'/proc/{self.server.process.pid}/root{self.server.folder}/recordings'

    def set_fault(self, word):
        with open(self.fault_file, 'w', encoding='ascii') as out:
            out.write(word)

    def fill(self):
        """To the last byte."""
        with open(os.path.join(self.root(), 'ballast'), 'wb', buffering=0) as out:
            try:
                while True:
                    out.write(bytes(1 << 16))
            except OSError:
                pass

    def break_(self, how):
        if how == 'full':
            self.fill()
        else:
            self.set_fault(how)

    def mend(self, how):
        if how == 'full':
            os.unlink(os.path.join(self.root(), 'ballast'))
        else:
            self.set_fault('')


def events(server, kind):
    return [event for event in server.json('/v1/events?limit=500')['events'] if event['type'] == kind]


def sounds(disk, recording):
    try:
        return sum('microphone' in name for name in os.listdir(os.path.join(disk.root(), recording)))
    except FileNotFoundError:
        return 0


def trouble(server, disk, recording, how):
    """Breaks the disk, waits until all are told, leaves it so for a while, mends it, waits until it is written again."""
    told, files = len(events(server, 'recording.failed')), sounds(disk, recording)
    case = {'how': how, 'at': time.monotonic()}
    disk.break_(how)
    case['told'] = time.monotonic() - case['at'] if wait_for(lambda: len(events(server, 'recording.failed')) > told, every=0.02) else float('inf')
    time.sleep(1.5)
    case['until'] = time.monotonic()
    disk.mend(how)
    wait_for(lambda: sounds(disk, recording) >= files + 2)
    time.sleep(1.5)
    return case


def kept_sound(server, recording, manifest):
    kept = {}
    for file in manifest['files']:
        if file['source'] == 'microphone':
            data = server.ask(f"/v1/recordings/{recording}/files/{file['n']}")[1]
            kept.setdefault(file['participant'], []).extend(marks(data, False))
    return list(kept.values())


def judge(case, kept):
    """How long before the trouble the sound ends, and what lacks from a moment after the mending on; the worst of all people."""
    before = [case['at'] - max((when for _, when in one if when <= case['at']), default=0) - AUDIO_STEP for one in kept]
    first = [min((when for _, when in one if when > case['until']), default=float('inf')) - case['until'] for one in kept]
    return max(before, default=float('inf')), max(first, default=float('inf'))


def start(parlord, library, flags):
    words = namespace_command()
    server = Server(parlord, *flags)
    fault_file = os.path.join(server.folder, 'fault')
    folder = os.path.join(server.folder, 'recordings')
    os.mkdir(folder)
    server.environment.update({'PARLOR_CHILD_FAULT_UNDER': folder, 'PARLOR_CHILD_FAULT_FILE': fault_file, 'LD_PRELOAD': library,
                               'ASAN_OPTIONS': os.environ.get('ASAN_OPTIONS', '') + ':verify_asan_link_order=0'})
    if words:
        server.prefix = [*words, 'env', '-u', 'LD_PRELOAD', 'sh', '-c',
                         f'mount -t tmpfs -o size={TMPFS_MB}m none {folder} && LD_PRELOAD={library} exec "$0" "$@"']
    server.start()
    return server, Disk(server, fault_file), bool(words)


def run(server, disk, real, load):
    tap = Tap(7)
    cases = (['full'] if real else ['enospc']) + ['eio', 'erofs', 'sync']
    room = server.room('trouble')['id']
    disk.set_fault('erofs')
    began = time.monotonic()
    recording = server.record(room, 'start')['recording']
    crowd = Crowd(load, server, room, seconds=7 * len(cases) + 6, kbps=300)
    try:
        refused = wait_for(lambda: events(server, 'recording.failed'), every=0.02)
        refused = time.monotonic() - began if refused else float('inf')
        wait_for(lambda: server.metric('parlor_participants') == 2)
        disk.set_fault('')
        wait_for(lambda: sounds(disk, recording) >= 2)
        time.sleep(1.5)
        done = [trouble(server, disk, recording, how) for how in cases]
        result = crowd.result()
    finally:
        crowd.end()
    disk.set_fault('enospc')
    server.record(room, 'stop')
    time.sleep(1.5)
    unsealed = not server.recordings('ready')
    disk.set_fault('')
    ready = wait_for(lambda: server.recordings('ready'))
    if not ready:
        tap.check(False, 'it is sealed', str(server.recordings()))
        return False
    manifest = server.json(f'/v1/recordings/{recording}')['manifest']
    kept = kept_sound(server, recording, manifest)
    for case in done:
        case['before'], case['first'] = judge(case, kept)
        print(f"# {case['how']:7} told after {case['told']:.2f} s, sound to {case['before']:.2f} s before, from {case['first']:.2f} s after")
    failed = [gap for gap in manifest['gaps'] if gap['source'] == 'microphone' and gap['reason'] == 'failed']
    tap.check(result is not None and result['lost'] == 0 and result['packets'] > 0, 'the meeting loses nothing', json.dumps(result))
    tap.check(max(case['told'] for case in done) <= TOLD * LOOSE, 'all are told', f'promised {TOLD} s')
    tap.check(len(kept) == 2 and max(case['before'] for case in done) <= BEFORE * LOOSE, 'what was written before is there', f'promised {BEFORE} s')
    tap.check(max(case['first'] for case in done) <= AGAIN * LOOSE, 'it goes on when the disk is well', f'promised {AGAIN} s')
    tap.check(refused <= TOLD * LOOSE, 'a recording that cannot begin says so, and begins when it can', f'told after {refused:.2f} s')
    # "sync" may cost nothing at all: the data was still in memory.
    tap.check(len(failed) >= 2 * (len(cases) - 1), 'the gaps are told with their reason', f'{len(failed)} of {2 * len(cases)}: {manifest["gaps"]}')
    tap.check(unsealed and ready, 'what cannot be sealed is sealed when it can be', f"{len(manifest['files'])} files")
    if not real:
        print('# SKIPPED 1 case: a really full disk (no mount namespace for this user); a made ENOSPC stood for it')
    return tap.good


def main():
    server, disk, real = start(sys.argv[1], os.path.abspath(sys.argv[4]), sys.argv[5:])
    try:
        good = run(server, disk, real, sys.argv[2])
        if not good:
            with open(os.path.join(server.folder, 'log'), encoding='utf-8') as log:
                print(''.join('# ' + line for line in log.readlines()[-20:]))
    finally:
        server.close()
    sys.exit(0 if good else 1)


if __name__ == '__main__':
    main()
