#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Where the server's time goes, by symbol: perf's samples of all threads of parlord while receivers stand.

usage: where.py [--receivers 10 100 500] [--seconds N] [--markdown docs/performance.md]. Server and load have a core each. Needs Debian's linux-perf and
the right to sample the kernel (kernel.perf_event_paranoid).
"""
import argparse
import collections
import pathlib
import re
import subprocess
import tempfile
import threading
import time

from servers import Parlor, cores, load_average, run_load, write_section

SERVER, LOAD = cores()
SETTLE_S = 4
# Whose a symbol is; the first that fits.
OWNERS = [
    ('AES', r'^libIPSec_MB|^libcrypto'),
    ('GStreamer, GObject, GLib', r'^lib(gst|gobject|glib)'),
    ('libc, vdso', r'^(libc|\[vdso\]|ld-linux)'),
    ('Parlor', r'^parlord'),
    ('kernel: sleeping and waking', r' .*(schedule|epoll|futex|nanosleep|hrtimer|wake|idle|task_switch|dequeue|enqueue|update_curr|pick_next|ktime|clock|timer|tick)'),
    ('kernel: the receiver\'s side, charged to who sends', r' .*(udp_queue_rcv|udpv6_queue_rcv|__udp4_lib_rcv|ip_rcv|ip_local_deliver|netif_receive|process_backlog|net_rx|__udp_enqueue|sock_def_readable|loopback|sock_queue|napi|softirq|ip6_input|udp_gro|skb_gro)'),
    ('kernel: sending', r' .*(send|udp|ip_|ip6|skb|sock|xmit|qdisc|dst|route|fib|neigh|copy_from|csum|alloc|kmalloc|kmem|slab|page|memcpy|net)'),
    ('kernel: receiving', r' .*(recv|copy_to|msg)'),
    ('kernel: locks, interrupts', r' .*(spin|irq|lock)'),
    ('kernel: rest', r'.'),
]


def sample(build, receivers, seconds):
    """(dso, symbol) → share of the samples, and how many there were."""
    server = Parlor(build, prefix=SERVER)
    with tempfile.TemporaryDirectory() as folder:
        data = f'{folder}/perf.data'
        load = threading.Thread(target=run_load, args=(build, server, 'whip', 'where', seconds + SETTLE_S + 1, '--subscribers', receivers), kwargs={'prefix': LOAD})
        try:
            load.start()
            time.sleep(SETTLE_S)
            subprocess.run(['perf', 'record', '-q', '-F', '4999', '-p', str(server.process.pid), '-o', data, '--', 'sleep', str(seconds)], check=True, capture_output=True)
            load.join()
        finally:
            server.close()
        text = subprocess.run(['perf', 'report', '-i', data, '--stdio', '--sort', 'dso,symbol', '-F', 'overhead,sample,dso,symbol'], check=True, capture_output=True, text=True).stdout
    found, n = collections.Counter(), 0
    for line in text.splitlines():
        match = re.match(r'\s*([\d.]+)%\s+(\d+)\s+(\S+)\s+\[.\] (.*\S)', line)
        if match:
            found[match[3], re.split(r'\s{2,}', match[4])[0]] += int(match[2])
            n += int(match[2])
    return found, n


def owner(dso, symbol):
    return next(name for name, pattern in OWNERS if re.search(pattern, f'{dso} {symbol}' if not dso.startswith('[kernel') else f'[kernel] {symbol}'))


def table(args):
    runs = {receivers: sample(args.build, receivers, args.seconds) for receivers in args.receivers}
    shares = {receivers: collections.Counter() for receivers in runs}
    for receivers, (found, n) in runs.items():
        for (dso, symbol), count in found.items():
            shares[receivers][owner(dso, symbol)] += count * 100 / n
    head = [f"| {{}} | {' | '.join(f'1 → {receivers}' for receivers in runs)} |", '|---|' + '---|' * len(runs)]
    lines = [head[0].format('whose'), head[1]]
    for name, _ in OWNERS:
        lines.append(f"| {name} | {' | '.join(f'{shares[receivers][name]:.1f} %' for receivers in runs)} |")
    lines += ['', head[0].format('symbol'), head[1]]
    total = collections.Counter()
    for found, n in runs.values():
        for key, count in found.items():
            total[key] += count / n
    for (dso, symbol), _ in total.most_common(args.symbols):
        lines.append(f"| `{symbol}` ({dso.strip('[]')}) | {' | '.join(f'{found[dso, symbol] * 100 / n:.1f} %' for found, n in runs.values())} |")
    return f"Samples: {', '.join(str(n) for _, n in runs.values())}.\n\n" + '\n'.join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', type=pathlib.Path, default=pathlib.Path('build'))
    parser.add_argument('--receivers', type=int, nargs='+', default=[10, 100, 500])
    parser.add_argument('--seconds', type=int, default=8)
    parser.add_argument('--symbols', type=int, default=25)
    parser.add_argument('--markdown', type=pathlib.Path)
    args = parser.parse_args()
    before = load_average()
    text = f'`python3 tests/bench/where.py --seconds {args.seconds}` (perf, kernel and user, all threads of parlord); load average {before} before. {table(args)}'
    print(text)
    if args.markdown:
        write_section(args.markdown, 'Where the time goes, by symbol', text)


if __name__ == '__main__':
    main()
