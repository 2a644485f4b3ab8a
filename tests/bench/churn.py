#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""People who come and go for an hour: what the server keeps of them is nothing.

churn.py [--build DIR] [--minutes N] [--rest S]: one stage whose viewers are replaced all the time (WHEP), meetings that begin and end (WebSocket, slots), and
requests. Memory is sampled every 10 s; its slope over the second half and what stands open afterwards are held against RELIABILITY's goals
(<= 0.5 MB an hour; descriptors, threads, sessions and rooms back to where they were). A slope of minutes swings by more than the goal: the
goal is for the hour. Exits with 1 when a goal is missed.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import threading
import time
import urllib.request

from servers import Parlor, run_load

VIEWERS = 20
COME_A_SECOND = 1
MEETING_SECONDS = 6
ROOMS = 4
SAMPLE_S = 10
WARM_MINUTES = 10
GAUGES = ('parlor_rooms', 'parlor_participants', 'parlor_endpoints', 'parlor_transports', 'parlor_sources', 'parlor_websockets')


def state(server):
    pid = server.process.pid
    status = dict(line.split(':', 1) for line in pathlib.Path(f'/proc/{pid}/status').read_text().splitlines())
    found = {'rss_kib': int(status['VmRSS'].split()[0]), 'threads': int(status['Threads']), 'descriptors': len(os.listdir(f'/proc/{pid}/fd'))}
    with urllib.request.urlopen(f'http://127.0.0.1:{server.admin}/metrics', timeout=10) as answer:
        for line in answer.read().decode().splitlines():
            name = line.split('{')[0].split(' ')[0]
            if name in GAUGES:
                found[name] = found.get(name, 0) + float(line.rsplit(' ', 1)[1])
    return found


def meetings(build, server, end, made):
    """Four people who come, speak and leave, in one of a few rooms: empty ones stand for half an hour, and a stranger makes only so many."""
    while time.monotonic() < end:
        try:
            made.append(run_load(build, server, 'rt', f'meeting{len(made) % ROOMS}', MEETING_SECONDS, '--shape', 'meeting', '--people', 4))
        except subprocess.CalledProcessError as error:
            made.append({'failed': error.stderr})


def slope_mb_per_hour(samples):
    """Least squares through (seconds, KiB)."""
    n = len(samples)
    mean_s, mean_kib = sum(s for s, _ in samples) / n, sum(k for _, k in samples) / n
    rise = sum((s - mean_s) * (k - mean_kib) for s, k in samples)
    run = sum((s - mean_s) ** 2 for s, _ in samples)
    return rise / run * 3600 / 1024 if run else 0.0


def settle(server, before, seconds):
    """What stands open differs from before; {} once nothing does."""
    end = time.monotonic() + seconds
    while True:
        after = state(server)
        open_still = {name: (before[name], after[name]) for name in before if name != 'rss_kib' and after[name] > before[name]}
        if not open_still or time.monotonic() > end:
            return open_still
        time.sleep(5)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--build', type=pathlib.Path, default=pathlib.Path('build'))
    parser.add_argument('--minutes', type=float, default=60)
    parser.add_argument('--rest', type=float, default=120, help='seconds until what still stands open counts')
    parser.add_argument('--samples', type=pathlib.Path, help='seconds and KiB, a line a sample')
    args = parser.parse_args()
    server = Parlor(args.build)
    samples, made, result = [], [], {}
    try:
        for room in range(ROOMS):
            run_load(args.build, server, 'rt', f'meeting{room}', 3, '--shape', 'meeting', '--people', 4)
        run_load(args.build, server, 'whip', 'stage', 3, '--subscribers', 2)
        time.sleep(20)
        before = state(server)
        began = time.monotonic()
        end = began + args.minutes * 60
        threads = [threading.Thread(target=meetings, args=(args.build, server, end, made)),
                   threading.Thread(target=lambda: result.update(run_load(args.build, server, 'whip', 'stage', int(args.minutes * 60), '--subscribers', VIEWERS,
                                                                          '--churn', COME_A_SECOND)))]
        for one in threads:
            one.start()
        while any(one.is_alive() for one in threads):
            time.sleep(SAMPLE_S)
            samples.append((time.monotonic() - began, state(server)['rss_kib']))
        open_still = settle(server, before, args.rest)
    finally:
        server.close()
    warm = min(WARM_MINUTES * 60, args.minutes * 30)
    slope = slope_mb_per_hour([one for one in samples if one[0] >= warm])
    failed = [one['failed'] for one in made if 'failed' in one]
    sessions = len(made) * 4 + int(args.minutes * 60 * COME_A_SECOND)
    if args.samples:
        args.samples.write_text(''.join(f'{s:.0f}\t{k}\n' for s, k in samples))
    print(json.dumps({'minutes': args.minutes, 'sessions': sessions, 'meetings': len(made), 'meetings_failed': len(failed), 'stage_lost': result.get('lost'),
                      'rss_mib': [round(samples[0][1] / 1024, 1), round(samples[-1][1] / 1024, 1)], 'slope_mb_per_hour': round(slope, 2), 'open_still': open_still}))
    for why in failed[:3]:
        print(why.strip()[-300:], file=sys.stderr)
    return 0 if slope <= 0.5 and not open_still and not failed else 1


if __name__ == '__main__':
    sys.exit(main())
