#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The n-th allocation, write, sync or send fails, while two people join, are recorded and leave: nobody crashes, and what lies on the disk afterwards is whole.

usage: test_nth.py PARLORD PARLOR_LOAD PARLORCTL FAULT_LIBRARY [RUNS] [SEED]. Prints TAP. Loopback only. A run without faults counts the calls from the join on;
RUNS of each kind (3) then fail one of them each, drawn from all. What counts:

 - a program ends by itself, or by GLib's abort at an allocation (which says so), or goes on; never by a wrong address;
 - the server, started again on the same folder, is ready, and each recording is sealed and verifies;
 - a send that fails costs no one his place in the meeting.
"""
import json
import mmap
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile

from recording_bench import Crowd, Server, wait_for

KINDS = [('parlord', kind) for kind in ('memory', 'write', 'sync', 'send')] + [('parlor-recorder', kind) for kind in ('memory', 'write', 'sync')]
SECONDS = 3
CRASHES = {signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE}


class Counter:
    """What is shared with the library: calls so far, and the one that fails."""

    def __init__(self, folder):
        self.path = os.path.join(folder, 'nth')
        with open(self.path, 'wb') as out:
            out.write(bytes(16))
        self.file = open(self.path, 'r+b')
        self.map = mmap.mmap(self.file.fileno(), 16)

    def calls(self):
        return struct.unpack_from('<Q', self.map, 0)[0]

    def fail(self, n):
        struct.pack_into('<Q', self.map, 8, n)

    def close(self):
        self.map.close()
        self.file.close()


def play(programs, program, kind, pick):
    """One meeting. `pick` gives the number of the call that shall fail, once the server is ready; returns what there was to see."""
    server = Server(programs['parlord'])
    counter = Counter(server.folder)
    server.environment.update({'LD_PRELOAD': programs['library'], 'PARLOR_CHILD_NTH_PROGRAM': program, 'PARLOR_CHILD_NTH_KIND': kind, 'PARLOR_CHILD_NTH_FILE': counter.path})
    seen = {'program': program, 'kind': kind}
    try:
        server.start()
        room = server.room('nth')['id']
        seen['from'] = counter.calls()
        seen['n'] = pick(seen['from'])
        counter.fail(seen['n'])
        crowd = Crowd(programs['load'], server, room, SECONDS)
        try:
            wait_for(lambda: server.record(room, 'start').get('state') is not None, 5)
            seen['result'] = crowd.result()
            wait_for(lambda: server.record(room, 'stop') is not None, 5)
        finally:
            crowd.end()
        server.stop()
        seen['status'], seen['calls'] = server.process.returncode, counter.calls()
        with open(os.path.join(server.folder, 'log'), encoding='utf8', errors='replace') as log:
            seen['log'] = log.read()
        for name in ('LD_PRELOAD', 'PARLOR_CHILD_NTH_PROGRAM'):
            del server.environment[name]
        server.start()
        wait_for(lambda: server.record(room, 'stop') is not None, 5)  # what was cut off goes on, until somebody ends it
        seen['sealed'] = bool(wait_for(lambda: all(row['state'] in ('ready', 'failed') for row in server.recordings())))
        seen['verified'] = verify(programs, server)
    finally:
        counter.close()
        server.close()
    return seen


def verify(programs, server):
    """What parlorctl says of each recording that is ready and has something in it."""
    said = []
    for row in server.recordings('ready'):
        folder = os.path.join(server.folder, 'recordings', row['id'])
        done = subprocess.run([programs['ctl'], 'verify', folder], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        said += [done.stdout] if done.returncode != 0 else []
    return said


def judge(seen):
    """Why this run is not good; '' = it is."""
    status = seen.get('status')
    if status is None:
        return 'it did not end'
    if status < 0 and -status in CRASHES or 'Segmentation' in seen['log'] or 'signal 11' in seen['log']:
        return f'it crashed with {status}'
    if status != 0 and not (seen['kind'] == 'memory' and -status in (signal.SIGTRAP, signal.SIGABRT)):
        return f'it ended with {status}'
    if seen['kind'] == 'send' and not (seen['result'] and seen['result']['packets'] > 0):
        return f"the meeting broke: {seen['result']}"
    if not seen['sealed'] or seen['verified']:
        return f"recordings: sealed {seen['sealed']}, {seen['verified']}"
    return ''


def main():
    programs = dict(zip(('parlord', 'load', 'ctl', 'library'), sys.argv[1:5]))
    runs, seed = int(sys.argv[5]) if len(sys.argv) > 5 else 3, int(sys.argv[6]) if len(sys.argv) > 6 else 1
    rng = random.Random(seed)
    print(f'1..{len(KINDS)}', flush=True)
    good = True
    for number, (program, kind) in enumerate(KINDS, 1):
        calm = play(programs, program, kind, lambda _: 0)
        begun = 0 if program != 'parlord' else calm['from']
        why = [judge(calm)] if judge(calm) else []
        if calm.get('calls', 0) <= begun:
            why.append('nothing was counted')
        for _ in range(runs if not why else 0):
            share = rng.random()
            seen = play(programs, program, kind, lambda start: (start if program == 'parlord' else 0) + 1 + int(share * (calm['calls'] - begun)))
            wrong = judge(seen)
            print(f"# {program} {kind} {seen['n']} of {calm['calls']}: status {seen.get('status')}{'; ' + wrong if wrong else ''}", flush=True)
            if wrong:
                why.append(wrong)
                print('\n'.join('#   ' + line for line in seen.get('log', '').splitlines()[-8:]), flush=True)
        good &= not why
        print(f"{'not ok' if why else 'ok'} {number} - {program}: any {kind} may fail", flush=True)
        print(f"# {calm.get('calls', 0) - begun} calls from the join to the end; {json.dumps(why)}", flush=True)
    sys.exit(0 if good else 1)


if __name__ == '__main__':
    main()
