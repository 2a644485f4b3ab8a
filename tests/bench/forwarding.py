#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""CPU per forwarded packet of the whole server, beside the floor measured in the same run.

One sender (30 frames/s as Chromium cuts them, 2.5 Mbit/s, and 50 Opus packets/s) to 10, 100 and 500 receivers over loopback, each with ICE,
DTLS-SRTP, reports and transport-wide feedback, each authenticating and counting every packet (tools/load). CPU is user and system time of all
threads of parlord. Two floors (floor.c), both of this run: "same arrivals" gets the same stream in the same time, so it sleeps and is woken
as the server is; "always busy" has packets at hand all the time and is the mean of its groupings (30 frames' packets together, 50 single ones), weighted by packets.

--memory instead: what a receiver takes, by the growth of RSS from 10 to 500 receivers, each number of a new server, twice: after --seconds, while what
the handshakes took is still there, and after a minute, when that has been given back.
"""
import argparse
import json
import os
import pathlib

from servers import Parlor, at_grouping, run_floor, run_load

FRAMES_PER_S = 30
AUDIO_PER_S = 50
RECEIVERS = (10, 100, 500)


def rss_kib(build, receivers, seconds):
    server = Parlor(build)
    try:
        return run_load(build, server, 'whip', 'memory', seconds, '--subscribers', receivers)['rss_kib']
    finally:
        server.close()


def tell_memory(build, seconds):
    few, many = RECEIVERS[0], RECEIVERS[-1]
    for span in (seconds, 60):
        small, large = rss_kib(build, few, span), rss_kib(build, many, span)
        print(f'after {span} s: RSS {small / 1024:.1f} MiB with {few} receivers, {large / 1024:.1f} MiB with {many}: {(large - small) / (many - few):.1f} KiB each',
              flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--build', type=pathlib.Path, default=pathlib.Path('build'))
    parser.add_argument('--seconds', type=int, default=10)
    parser.add_argument('--json', type=pathlib.Path)
    parser.add_argument('--memory', action='store_true')
    args = parser.parse_args()
    if args.memory:
        tell_memory(args.build, args.seconds)
        return
    server = Parlor(args.build)
    rows = []
    try:
        for receivers in RECEIVERS:
            floor = run_floor(args.build, receivers, 2)
            live = run_floor(args.build, receivers, 5, '--live')[0]
            load = run_load(args.build, server, 'whip', f'bench{receivers}', args.seconds, '--subscribers', receivers)
            per_receiver = load['packets'] / load['seconds'] / receivers
            group = (per_receiver - AUDIO_PER_S) / FRAMES_PER_S
            expected = ((per_receiver - AUDIO_PER_S) * at_grouping(floor, group) + AUDIO_PER_S * floor[1]) / per_receiver
            us = load['server_cpu_s'] * 1e6 / load['packets']
            rows.append({'receivers': receivers, 'us': us, 'floor_live_us': live, 'floor_busy_us': expected, 'floor_by_batch': floor, **load})
            print(f"1 -> {receivers:<4} {us:6.3f} us a packet   floor, same arrivals {live:6.3f} ratio {us / live:5.2f}   floor, always busy {expected:6.3f} "
                  f"ratio {us / expected:5.2f}   lost {load['lost']}   "
                  f"delay p50 {load['delay_p50_ms']:.2f} p99 {load['delay_p99_ms']:.2f} ms   server {load['server_cpu_s'] / load['seconds'] * 100:.0f} % "
                  f"of a core, load {load['own_cpu_s'] / load['seconds'] * 100:.0f} %", flush=True)
    finally:
        server.close()
    floor = rows[-1]['floor_by_batch']
    print('floor by packets together: ' + '  '.join(f'{b}: {us:.3f}' for b, us in sorted(floor.items())) + ' us; load average '
          + ' '.join(f'{x:.1f}' for x in os.getloadavg()))
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1))


if __name__ == '__main__':
    main()
