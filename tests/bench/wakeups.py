#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who of parlord's threads wakes how often, and what it costs, while receivers stand.

usage: wakeups.py [--build DIR]… [--seconds N] [--rounds N] [-- WORDS OF parlor-load, default --subscribers 10]
Several --build are measured in turn, round after round, each as a new server; of each the round with the least CPU counts, so that a busy machine
tells as little as it can. Read from /proc/PID/task: schedstat (CPU time in nanoseconds) and voluntary switches (sleeps that ended).
"""
import argparse
import pathlib
import subprocess
import sys
import threading
import time

from servers import Parlor, run_load

SETTLE_S = 4  # joining, and the first probes of the paths


def look(pid):
    """By thread: name, CPU in ns, sleeps that ended."""
    threads = {}
    for task in pathlib.Path(f'/proc/{pid}/task').iterdir():
        try:
            status = (task / 'status').read_text()
            ns = int((task / 'schedstat').read_text().split()[0])
            name = (task / 'comm').read_text().strip()
        except OSError:
            continue
        threads[task.name] = (name, ns, int(status.split('\nvoluntary_ctxt_switches:')[1].split()[0]))
    return threads


def count(server, seconds):
    before, numbers, began = look(server.process.pid), server.metrics(), time.monotonic()
    time.sleep(seconds)
    span = time.monotonic() - began
    after, later = look(server.process.pid), server.metrics()
    rows = []
    for task, (name, ns, sleeps) in after.items():
        old = before.get(task, (name, 0, 0))
        rows.append((name, (ns - old[1]) / 1e6 / span, (sleeps - old[2]) / span))
    rates = {name: (later[name] - numbers.get(name, 0)) / span for name in later if name.endswith('_total')}
    return {'threads': sorted(rows, key=lambda row: -row[1]), 'ms': sum(row[1] for row in rows), 'rates': rates}


def measure(args, build, index):
    server = Parlor(build, args.workers)
    found = {}
    words = args.words or ['--subscribers', '10']
    load = threading.Thread(target=lambda: found.update(
        run_load(args.load or build, server, 'whip', f'w{index}', args.seconds + SETTLE_S + 2, *words)))
    try:
        load.start()
        wait_for_all(server, load)
        time.sleep(SETTLE_S)
        found['counted'] = count(server, args.seconds)
        load.join()
    finally:
        server.close()
    return found


def wait_for_all(server, load):
    """Until nobody has come for a second."""
    seen, since = 0, time.monotonic()
    while load.is_alive() and (seen == 0 or time.monotonic() - since < 1):
        now = server.metrics().get('parlor_transports_connected', 0)
        if now != seen:
            seen, since = now, time.monotonic()
        time.sleep(0.2)


def tell(build, found):
    counted, rates = found['counted'], found['counted']['rates']
    sent = rates['parlor_packets_forwarded_total']
    print(f"{build}: {counted['ms']:.2f} ms of CPU a second, {counted['ms'] * 1e3 / sent:.3f} us a packet; {sent:.0f} packets/s, "
          f"{rates['parlor_udp_messages_sent_total']:.0f} messages/s, {rates['parlor_worker_wakeups_total']:.0f} wake-ups/s of workers, "
          f"{rates['parlor_hand_overs_total']:.0f} datagrams/s handed over between them; lost {found['lost']}, "
          f"delay p50 {found['delay_p50_ms']:.2f} p99 {found['delay_p99_ms']:.2f} ms, RSS {found['rss_kib'] / 1024:.1f} MiB")
    for name, ms, sleeps in counted['threads']:
        if sleeps >= 0.1 or ms >= 0.01:
            print(f'  {name:<16} {ms:8.3f} ms/s {sleeps:8.1f} sleeps/s')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', type=pathlib.Path, action='append')
    parser.add_argument('--load', type=pathlib.Path, help='build whose parlor-load is used for all')
    parser.add_argument('--workers', type=int, default=1)
    parser.add_argument('--seconds', type=int, default=20)
    parser.add_argument('--rounds', type=int, default=1)
    parser.add_argument('words', nargs='*', help='for parlor-load, behind --')
    args = parser.parse_args()
    builds = args.build or [pathlib.Path('build')]
    least = {}
    for index in range(args.rounds):
        for build in builds:
            found = measure(args, build, f'{index}-{builds.index(build)}')
            if build not in least or found['counted']['ms'] < least[build]['counted']['ms']:
                least[build] = found
            print(f"round {index + 1} {build}: {found['counted']['ms']:.2f} ms/s", file=sys.stderr, flush=True)
    for build in builds:
        tell(build, least[build])


if __name__ == '__main__':
    main()
