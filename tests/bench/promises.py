#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is promised of large rooms, asked of a server with parlor-load's people in it; fails when a promise is not kept.

--markdown FILE writes the page docs/large-rooms.md.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys

from servers import Parlor

GRID = ['--server', 'rt', '--shape', 'meeting', '--people', '50', '--tiles', '25', '--talkers', '3', '--video-kbps', '2350', '--expect', 'grid', '--warmup', '20']
HALL = ['--server', 'rt', '--shape', 'meeting', '--people', '200', '--tiles', '1', '--talkers', '3', '--video-kbps', '100', '--fps', '10', '--expect', 'hall', '--warmup', '20']
JOINS = ['--subscribers', '1', '--storm', '500', '--storm-over', '10', '--rtt', '50', '--expect', 'joins', '--warmup', '12']


def load(build, server, seconds, *words):
    """parlor-load's result, and what it complained of ('' = nothing)."""
    done = subprocess.run([str(build / 'tools/load/parlor-load'), '--url', server.url, '--room', 'promises', '--seconds', str(seconds), '--pid',
                           str(server.process.pid), '--json', '-', *words], capture_output=True, text=True)
    lines = [line for line in done.stdout.splitlines() if line.startswith('{')]
    if not lines:
        sys.exit(f'parlor-load gave no result: {done.stderr}')
    return json.loads(lines[-1]), done.stderr.strip() if done.returncode else ''


def grid_rows(result):
    return ('| most down to one person, with all headers | ≤ 3000 kbit/s | %.0f kbit/s |\n'
            '| smallest and largest picture | ≥ 180, speaker ≥ 720 lines | %d and %d lines |\n'
            '| slowest picture | ≥ 7 frames/s | %.1f frames/s |\n'
            '| packets lost | | %d of %d |\n'
            '| server, with the load on the same cores | | %.0f %% of a core, %.2f µs a packet |\n') % (
                result['down_max_kbps'], result['lines_min'], result['lines_max'], result['fps_min'], result['lost'], result['packets'],
                result['server_cpu_s'] * 100 / result['seconds'], result['server_cpu_s'] * 1e6 / max(result['packets'], 1))


def hall_rows(result):
    return ('| streams of sound to one person | ≤ 3 | %d |\n'
            '| most down to one person, a small picture and all headers included | | %.0f kbit/s |\n'
            '| packets lost | | %d of %d |\n'
            '| server, with the load on the same cores | | %.0f %% of a core, %.2f µs a packet |\n') % (
                result['sounds_max'], result['down_max_kbps'], result['lost'], result['packets'], result['server_cpu_s'] * 100 / result['seconds'],
                result['server_cpu_s'] * 1e6 / max(result['packets'], 1))


def joins_rows(result):
    return ('| came, of them without a picture | 500, 0 | %d, %d |\n'
            '| first STUN check at the server to the last packet of a key frame at the viewer, p50 and p95 | p95 ≤ 400 ms | %.0f and %.0f ms |\n'
            '| key frames of the publisher | ≤ 0.5 a second | %.2f a second |\n'
            '| HTTP request to first packet, p95 | | %.0f ms |\n'
            '| server, with the load on the same cores | | %.0f %% of a core, %.2f µs a packet |\n') % (
                result['joined'], result['joined_blind'], result['picture_p50_ms'], result['picture_p95_ms'], result['keys_per_s'], result['join_p95_ms'],
                result['server_cpu_s'] * 100 / result['seconds'], result['server_cpu_s'] * 1e6 / max(result['packets'], 1))


def page(grid, hall, joins, load_before):
    return ('# Large rooms\n\nWritten by `python3 tests/bench/promises.py --markdown docs/large-rooms.md`, which fails when a promise is not kept; nothing here is '
            f'typed by hand. Server and load on the same 2 cores, load average before the run {load_before:.1f}.\n\n'
            '## 50 people, 25 tiles\n\nEach person publishes three layers (150, 500, 1700 kbit/s, three temporal layers each) and shows 25 others: who speaks on 720 '
            'lines, the others on 216. Three people talk, others took over from them in the middle of the warm-up; that each hears those three, and less than 5 % of '
            f'anybody else, is asserted too. {grid["seconds"]:.0f} s.\n\n| | promised | measured |\n|---|---|---|\n{grid_rows(grid)}\n'
            '## 200 people who may speak\n\nEach of them sends sound all the time; three talk, and three others did in the first half of the warm-up. That each hears those three '
            f'whole, and less than 5 % of anybody else, is asserted too. {hall["seconds"]:.0f} s. That no first syllable is clipped: `tests/plugins/test_crowd.c`.\n\n'
            f'| | promised | measured |\n|---|---|---|\n{hall_rows(hall)}\n'
            '## 500 viewers in 10 s\n\nOne publisher of 2.5 Mbit/s in one size, with key frames on request only and the last one 12 s old; viewers come by WHEP, evenly, and '
            'stay. Media takes 50 ms there and back (made in the load); a key frame is four times as large as other frames.\n\n'
            f'| | promised | measured |\n|---|---|---|\n{joins_rows(joins)}')


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--build', type=pathlib.Path, default=pathlib.Path('build'))
    parser.add_argument('--seconds', type=int, default=15)
    parser.add_argument('--markdown', type=pathlib.Path)
    args = parser.parse_args()
    load_before = os.getloadavg()[0]
    server = Parlor(args.build)
    try:
        grid, broken_grid = load(args.build, server, args.seconds, *GRID)
        hall, broken_hall = load(args.build, server, args.seconds, '--room', 'hall', *HALL)
        joins, broken_joins = load(args.build, server, 11, *JOINS)
    finally:
        server.close()
    print(grid_rows(grid) + hall_rows(hall) + joins_rows(joins), end='')
    if broken_grid or broken_hall or broken_joins:
        sys.exit('\n'.join(filter(None, [broken_grid, broken_hall, broken_joins])))
    if args.markdown:
        args.markdown.write_text(page(grid, hall, joins, load_before))


if __name__ == '__main__':
    main()
