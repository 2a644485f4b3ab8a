#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""SIGKILL under twenty people in five meetings, who come back by themselves when a page would (tools/load/back.h): how long each picture is gone.

usage: test_killed.py PARLORD PARLOR_LOAD [KILLS [goals]]. Prints TAP. Loopback only. The server is started again after what its unit waits. With `goals` the
promise is held to, which needs a machine that does nothing else; without, three times as long is let pass. Browsers: tests/e2e/scenarios/31-killed-twenty-long.mjs.
"""
import json
import os
import re
import subprocess
import sys
import tempfile
import time

from daemon_bench import check, wait_for
from recording_bench import Server

MEETINGS, PEOPLE = 5, 4
P95_MS, MOST_MS, LOOSE = 3000, 5000, 3
BETWEEN_S = 6


def found(path, pattern):
    """What stands in a file of the tree."""
    with open(os.path.join(os.path.dirname(__file__), '../..', path), encoding='utf-8') as file:
        return re.search(pattern, file.read(), re.M).groups()


def restart_delay():
    number, scale = found('tools/deploy/parlord.service', r'^RestartSec=([\d.]+)(ms|s)?$')
    return float(number) / (1000 if scale == 'ms' else 1)


def waits_alike():
    """People of the load try again when pages do."""
    lists = [found('web/src/client/backoff.ts', r'WAITS_MS = \[([^]]*)'), found('tools/load/back.c', r'waits_ms\[\] = {([^}]*)')]
    page, load = ([int(one) for one in text.split(',')] for text, in lists)
    return check(3, page == load, 'who is no page waits as pages do', f'{page}; {load}')


def kill(server):
    """Gives after how many ms it is ready again."""
    killed = time.monotonic()
    server.kill()
    time.sleep(restart_delay())
    server.start()
    ready = time.monotonic()
    time.sleep(max(BETWEEN_S - (ready - killed), 1))
    return round((ready - killed) * 1000)


def run(server, load, kills, folder, loose):
    file = os.path.join(folder, 'back.json')
    crowd = subprocess.Popen([load, '--url', f'http://127.0.0.1:{server.http}', '--server', 'rt', '--shape', 'meeting', '--rooms', str(MEETINGS), '--people', str(PEOPLE),
                              '--tiles', str(PEOPLE), '--fps', '15', '--video-kbps', '400', '--come-back', '--seconds', str(kills * BETWEEN_S + 4), '--json', file],
                             stdout=subprocess.DEVNULL)
    try:
        in_ = wait_for(lambda: server.metric('parlor_participants') == MEETINGS * PEOPLE)
        time.sleep(2)
        ready = [kill(server) for _ in range(kills)]
        crowd.wait(60)
    finally:
        crowd.kill()
        crowd.wait()
    if not in_ or crowd.returncode != 0:
        return check(1, False, 'twenty come in, and their load ends well', f'{in_}, {crowd.returncode}')
    with open(file, encoding='utf-8') as result:
        back = json.load(result)['back']
    waits = back['ms']
    told = f"{len(waits)} pictures of {kills} kills; the server was ready after {ready} ms; "
    told += f'back after {waits[len(waits) // 2]:.0f} ms (median), {waits[int(len(waits) * 0.95)]:.0f} (p95), {waits[-1]:.0f} (most)' if waits else 'none came back'
    good = check(1, back['away'] == 0 and back['returns'] == kills * MEETINGS * PEOPLE, 'each has every picture again', f"{back['returns']} returns, {back['away']} away")
    good &= check(2, bool(waits) and waits[int(len(waits) * 0.95)] <= P95_MS * loose and waits[-1] <= MOST_MS * loose, f'95 of 100 within {P95_MS * loose} ms, all within {MOST_MS * loose}', told)
    return good & waits_alike()


def main():
    parlord, load = sys.argv[1:3]
    kills = int(sys.argv[3]) if len(sys.argv) > 3 else 1
    print('1..3', flush=True)
    with tempfile.TemporaryDirectory(prefix='parlor-killed-') as folder:
        server = Server(parlord, folder=folder)
        server.start()
        try:
            good = run(server, load, kills, folder, 1 if sys.argv[4:] == ['goals'] else LOOSE)
        finally:
            server.close()
    sys.exit(0 if good else 1)


if __name__ == '__main__':
    main()
