#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How many instructions the router takes for the same packets, under callgrind: a number that a busy machine does not change.

usage: instructions.py [--record]. Runs bench-router with 40 receivers and four packets a message and counts what happens inside
parlor_router_receive () and _flush () once all stand: 4,800 packets forwarded, and feedback of them 800 times. Valgrind's processor has no AVX-512,
so that AES takes four times as many as it does elsewhere (functions without a name, of libIPSec_MB). Fails where the sum is more than BAND above or
below what instructions.json has; --record writes it anew, which belongs into the commit that changes it.
Compilers and flags change it too: it is recorded for `build` as ./dev makes it, with gcc.
"""
import json
import pathlib
import re
import subprocess
import sys

BAND = 0.1
WHAT = ('40', '1', '1000000')  # receivers, rounds, bit/s
NAME = 'router, 40 receivers'
HERE = pathlib.Path(__file__).resolve().parent
BUILD = HERE.parent.parent / 'build'


def count():
    run = subprocess.run(
        ['valgrind', '--tool=callgrind', '--callgrind-out-file=/dev/null', '--toggle-collect=counted_*', '--toggle-collect=uncounted_*',
         str(BUILD / 'tests/bench/bench-router'), *WHAT], capture_output=True, text=True, timeout=600, check=True)
    return int(re.search(r'Collected : (\d+)', run.stderr).group(1))


def main():
    recorded_in = HERE / 'instructions.json'
    now = count()
    if '--record' in sys.argv:
        recorded_in.write_text(json.dumps({NAME: now}, indent=2) + '\n', encoding='utf-8')
    before = json.loads(recorded_in.read_text(encoding='utf-8'))[NAME]
    change = now / before - 1
    print(f'{NAME}: {now:,} instructions, {change:+.1%} of what is recorded')
    if abs(change) > BAND:
        sys.exit('more than a compiler explains: find out why, or record it anew (--record) and say why')


if __name__ == '__main__':
    main()
