#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What forwarding costs at its limits, table by table: `limits.py [--only WORD] [--seconds N] [--markdown docs/performance.md]`.

The server has one core and the load another (taskset), unless a table says otherwise. CPU is user and system time of all threads of parlord per packet
that a receiver authenticated and counted. B is how many packets a message of the kernel's took. --only: tables whose name contains the word.
"""
import argparse
import itertools
import math
import os
import pathlib
import subprocess

from servers import Parlor, at_grouping, cores, load_average, run_floor, run_load, write_section

SERVER, LOAD = cores()
LOW = ['--fps', '30', '--video-kbps', '250']  # one packet a frame: 80 a second with the sound
numbers = itertools.count()


class Result:
    def __init__(self, load, before, after):
        self.load = load
        self.us = load['server_cpu_s'] * 1e6 / max(load['packets'], 1)
        self.core = load['server_cpu_s'] / load['seconds'] * 100
        sent, messages = (after[name] - before[name] for name in ('parlor_packets_forwarded_total', 'parlor_udp_messages_sent_total'))
        self.batch = max(sent / max(messages, 1), 1)
        self.rate = load['packets'] / load['seconds']

    def delay(self, kind='delay'):
        return ' / '.join('–' if self.load[f'{kind}_{p}_ms'] is None else f"{self.load[f'{kind}_{p}_ms']:.2f}" for p in ('p50', 'p95', 'p99'))


def measure(args, server, *words, prefix=None):
    before = server.metrics()
    load = run_load(args.build, server, 'whip', f'limit{next(numbers)}', args.seconds, *words, prefix=LOAD if prefix is None else prefix)
    return Result(load, before, server.metrics())


def alone(args, *words, flags=(), workers=1, prefix=None, load_prefix=None):
    """A new server for this one load."""
    server = Parlor(args.build, workers, *flags, prefix=SERVER if prefix is None else prefix)
    try:
        return measure(args, server, *words, prefix=load_prefix)
    finally:
        server.close()


def least(args, rounds, variants):
    """Each variant in turn, round after round: name → the result with the least CPU a packet. A variant: words, flags, and more for alone ()."""
    best = {}
    for _ in range(rounds):
        for name, (words, more) in variants.items():
            result = alone(args, *words, **more)
            if name not in best or result.us < best[name].us:
                best[name] = result
    return best


# --- many rooms ------------------------------------------------------------------------------------

ROOMS = [
    ('1 → 1,000, 80 packets/s', ['--subscribers', '1000', *LOW]),
    ('1,000 rooms of 2, 80 packets/s', ['--subscribers', '1', '--rooms', '1000', *LOW]),
    ('voice, 1 → 1,000', ['--shape', 'audio', '--people', '1', '--subscribers', '1000']),
    ('voices, 1,000 rooms of 2', ['--shape', 'audio', '--people', '1', '--subscribers', '1', '--rooms', '1000']),
    ('200 rooms of 4: two speak, two listen', ['--shape', 'audio', '--people', '2', '--subscribers', '2', '--rooms', '200']),
]


def rooms(args):
    lines = ['| shape | packets/s in / out | µs a packet forwarded | µs a packet in or out | B | lost | delay p50 / p95 / p99 ms | KiB a session |',
             '|---|---|---|---|---|---|---|---|']
    for name, words in ROOMS:
        r = alone(args, *words)
        came = r.load['sent'] / r.load['seconds']
        lines.append(f"| {name} | {came:.0f} / {r.rate:.0f} | {r.us:.2f} | {r.us * r.rate / (r.rate + came):.2f} | {r.batch:.2f} | {r.load['lost']} | "
                     f"{r.delay()} | {(r.load['rss_kib'] - r.load['rss_before_kib']) / r.load['sessions']:.0f} |")
        print(lines[-1], flush=True)
    return '\n'.join(lines)


# --- fallbacks -------------------------------------------------------------------------------------

FALLBACKS = {
    'everything': ([], {}),
    'no GSO': ([], {'flags': ['--no-gso']}),
    'no GRO': ([], {'flags': ['--no-gro']}),
    'OpenSSL in place of ipsec-mb': ([], {'flags': ['--crypto', 'openssl']}),
    'ipsec-mb without AVX-512': ([], {'flags': ['--crypto', 'ipsec-avx2']}),
    'ipsec-mb with AVX': ([], {'flags': ['--crypto', 'ipsec-avx']}),
    'ipsec-mb with SSE': ([], {'flags': ['--crypto', 'ipsec-sse']}),
    'AES-CM and HMAC-SHA1 in place of GCM': (['--srtp', 'cm'], {}),
    'AES-CM by OpenSSL': (['--srtp', 'cm'], {'flags': ['--crypto', 'openssl']}),
    'no gathering': ([], {'flags': ['--gather-us', '-1']}),
    'no GSO, no GRO, OpenSSL': ([], {'flags': ['--no-gso', '--no-gro', '--crypto', 'openssl']}),
}


def fallbacks(args):
    found = least(args, args.rounds, {name: (['--subscribers', '100', *words], more) for name, (words, more) in FALLBACKS.items()})
    base = found['everything'].us
    lines = [f'One sender to 100, 2.5 Mbit/s; the least of {args.rounds} runs in turn.', '',
             '| without | µs a packet | × | B | lost | delay p50 / p95 / p99 ms |', '|---|---|---|---|---|---|']
    return '\n'.join(lines + [f"| {name} | {r.us:.2f} | {r.us / base:.2f} | {r.batch:.1f} | {r.load['lost']} | {r.delay()} |" for name, r in found.items()])


# --- gathering -------------------------------------------------------------------------------------

GATHER_US = (-1, 500, 1000, 2000, 3000, 5000)
KINDS = {'frames in bursts (30/s, 9 packets each)': [], 'evenly spaced (240/s, one packet each)': ['--fps', '240']}


def gathering(args):
    lines = [f'One sender of 2.5 Mbit/s to 100, `--gather-us`; the least of {args.rounds} runs in turn. The server waits so long after a wake-up where it sends to many; 2 ms is the default.',
             '', '| waits µs | bursts: µs a packet | B | delay p50 / p95 / p99 ms | evenly: µs a packet | B | delay p50 / p95 / p99 ms |', '|---|---|---|---|---|---|---|']
    found = least(args, args.rounds, {(us, kind): (['--subscribers', '100', *words], {'flags': ['--gather-us', str(us)]})
                                      for us in GATHER_US for kind, words in KINDS.items()})
    for us in GATHER_US:
        cells = ' | '.join(f'{found[us, kind].us:.2f} | {found[us, kind].batch:.1f} | {found[us, kind].delay()}' for kind in KINDS)
        lines.append(f'| {max(us, 0)} | {cells} |')
    return '\n'.join(lines)


# --- delay by load ---------------------------------------------------------------------------------

DELAYS = [('rooms of 1 → 10', lambda n: ['--subscribers', '10', '--rooms', str(n)], (20, 60, 110, 140)),
          ('rooms of 1 → 100', lambda n: ['--subscribers', '100', '--rooms', str(n)], (8, 14, 20)),
          ('one room of 1 →', lambda n: ['--subscribers', str(n)], (500, 1000, 1500))]


def delay(args):
    lines = ['2.5 Mbit/s and a voice each, 8 s after all have come: before that estimates of the paths still climb, and pacing is by them. Half load and 80 % are rows whose server has that much '
             'of its core.', '',
             '| shape | how many | packets/s | of the core | µs a packet | lost | delay p50 / p95 / p99 ms | the load, of its core |', '|---|---|---|---|---|---|---|---|']
    for name, words, counts in DELAYS:
        for n in counts:
            r = alone(args, *words(n), '--warmup', '8')
            lines.append(f"| {name} | {n} | {r.rate:.0f} | {r.core:.0f} % | {r.us:.2f} | {r.load['lost']} | {r.delay()} | {r.load['own_cpu_s'] / r.load['seconds'] * 100:.0f} % |")
            print(lines[-1], flush=True)
    return '\n'.join(lines)


# --- a storm ---------------------------------------------------------------------------------------

def handshakes(server, before=None):
    """CPU in ms of each thread that does handshakes."""
    found = {}
    for task in pathlib.Path(f'/proc/{server.process.pid}/task').iterdir():
        name = (task / 'comm').read_text().strip()
        if name.startswith('dtls-'):
            found[name] = int((task / 'schedstat').read_text().split()[0]) / 1e6 - (before or {}).get(name, 0)
    return found


def storm(args):
    lines = ['500 viewers come evenly in 5 s to a sender of 2.5 Mbit/s with 50 viewers; the server has all cores, as its load has. "Before": the 50 alone. Delays are of those 50: '
             'what newcomers are shown first are kept pictures, whose age (0.4 to 0.8 s) is no delay of forwarding.', '',
             '| run | joined | delay of the 50 before p50 / p95 / p99 ms | during | join p95 ms | lost | CPU ms by thread of handshakes |', '|---|---|---|---|---|---|---|']
    for number in range(args.rounds):
        server = Parlor(args.build, 1)
        try:
            quiet = measure(args, server, '--subscribers', '50', prefix=[])
            first = handshakes(server)
            full = measure(argparse.Namespace(build=args.build, seconds=5), server, '--subscribers', '50', '--storm', '500', '--storm-over', '5', prefix=[])
            spent = handshakes(server, first)
        finally:
            server.close()
        lines.append(f"| {number + 1} | {full.load['joined']} | {quiet.delay()} | {full.delay('standing')} | {full.load['join_p95_ms']:.0f} | {quiet.load['lost']}, {full.load['lost']} | "
                     f"{', '.join(f'{ms:.0f}' for _, ms in sorted(spent.items()))} |")
    return '\n'.join(lines)


# --- two workers -----------------------------------------------------------------------------------

def media_threads(server):
    return {(task / 'comm').read_text().strip(): int((task / 'schedstat').read_text().split()[0]) / 1e6
            for task in pathlib.Path(f'/proc/{server.process.pid}/task').iterdir() if (task / 'comm').read_text().startswith('media-')}


def busiest(args, receivers, workers):
    """The result, and the CPU of the busiest media thread in µs a packet of all."""
    server = Parlor(args.build, workers, '--spread-from', str(math.ceil(receivers / workers) + 1))
    try:
        before = media_threads(server)
        r = measure(args, server, '--subscribers', str(receivers), prefix=[])
        after = media_threads(server)
    finally:
        server.close()
    threads = [after[name] - before.get(name, 0) for name in after]
    return r, r.us * max(threads) / sum(threads)


def workers(args):
    lines = ['A core is full when its media thread is. So what two workers carry is reckoned from the busiest thread\'s CPU a packet, same stream, in turn, the least of '
             f'{args.rounds} runs: one worker\'s ÷ the busier one of two, once with the whole room on the one ("same room": it then gathers more than each of the two does, being twice as busy), '
             'once with half of it, so that each thread sends to as many ("full alike": what two full threads carry in place of one). Server and load share both cores here, so two free cores '
             'were not seen; the goal is 1.8.', '',
             '| one room | one worker µs a packet | its half | two workers µs | busiest of two | carries ×: same room | full alike | lost | delay p99 ms, one / two |', '|---|---|---|---|---|---|---|---|---|']
    for receivers in (100, 300, 500, 1000):
        runs = [(busiest(args, receivers, 1), busiest(args, receivers // 2, 1), busiest(args, receivers, 2)) for _ in range(args.rounds)]
        one, half, two = (min((run[kind] for run in runs), key=lambda run: run[1]) for kind in range(3))
        lines.append(f"| 1 → {receivers} | {one[0].us:.2f} | {half[0].us:.2f} | {two[0].us:.2f} | {two[1]:.2f} | {one[1] / two[1]:.2f} | {half[1] / two[1]:.2f} | "
                     f"{one[0].load['lost']}, {two[0].load['lost']} | "
                     f"{one[0].load['delay_p99_ms']:.1f} / {two[0].load['delay_p99_ms']:.1f} |")
    small = least(args, args.rounds, {(n, w): (['--shape', 'meeting', '--people', str(n)], {'workers': w, 'prefix': [], 'load_prefix': []}) for n in (4, 8) for w in (1, 2)})
    lines += ['', 'Small meetings stay on one worker:', '', '| meeting of | one worker µs a packet | two workers µs | × |', '|---|---|---|---|']
    return '\n'.join(lines + [f'| {n} | {small[n, 1].us:.2f} | {small[n, 2].us:.2f} | {small[n, 2].us / small[n, 1].us:.2f} |' for n in (4, 8)])


# --- over a veth pair ------------------------------------------------------------------------------

def veth(args):
    import veth as far  # only inside the namespaces that it makes

    far.enter_namespaces()
    pair = far.Pair()
    core = int(LOAD[2]) if LOAD else None
    lines = ['The server in a namespace of its own, the load at the other end of a veth pair. "By the sender": the kernel does the receiver\'s part on the core that sends, and charges it to '
             'the server, as over loopback; "on the other core": receive packet steering puts it where a card\'s interrupt would. Floors: the raw loop over loopback, and into a device that '
             'segments itself, with as many packets a message (B).', '',
             '| shape | path | µs a packet | B | floor at that B | ÷ | lost | delay p50 / p95 / p99 ms |', '|---|---|---|---|---|---|---|---|']
    try:
        for receivers in (10, 100, 500):
            near, card = (run_floor(args.build, receivers, 0.4, mode=mode) for mode in ('loopback', 'off-loopback'))
            for name, on, floor in (('loopback', None, near), ('veth, by the sender', None, near), ('veth, on the other core', core, card)):
                words = ['--subscribers', str(receivers)]
                if name == 'loopback':
                    r = alone(args, *words)
                else:
                    pair.receive_on(on)
                    server = far.FarParlor(args.build, pair, prefix=SERVER)
                    try:
                        r = measure(args, server, *words, '--media-address', far.THERE)
                    finally:
                        server.close()
                raw = at_grouping(floor, r.batch)
                lines.append(f"| 1 → {receivers} | {name} | {r.us:.2f} | {r.batch:.1f} | {raw:.2f} | {r.us / raw:.2f} | {r.load['lost']} | {r.delay()} |")
                print(lines[-1], flush=True)
    finally:
        pair.close()
    return '\n'.join(lines)


# --- a core ----------------------------------------------------------------------------------------

def core(args):
    lines = ['One sender, 2.5 Mbit/s and a voice (316 packets/s). The aim: 1,500 receivers on one core without a loss.', '',
             '| receivers | packets/s | of the core | µs a packet | lost | late (over 100 ms) | delay p50 / p95 / p99 ms | KiB a receiver | the load, of its core | the load, µs a packet |', '|---|---|---|---|---|---|---|---|---|---|']
    for receivers in (500, 1000, 1500, 2000):
        r = alone(args, '--subscribers', str(receivers))
        lines.append(f"| {receivers} | {r.rate:.0f} | {r.core:.0f} % | {r.us:.2f} | {r.load['lost']} | {r.load['late']} | {r.delay()} | "
                     f"{(r.load['rss_kib'] - r.load['rss_before_kib']) / receivers:.0f} | {r.load['own_cpu_s'] / r.load['seconds'] * 100:.0f} % | "
                     f"{r.load['own_cpu_s'] * 1e6 / r.load['packets']:.2f} |")
        print(lines[-1], flush=True)
    return '\n'.join(lines)


# --- memory ----------------------------------------------------------------------------------------

def memory(args):
    lines = ['Growth of RSS from 10 to 500 receivers, each number of a new server; what handshakes took is given back within a minute. The aim: 48 KiB each.', '',
             '| after | RSS with 10 MiB | with 500 MiB | KiB a receiver |', '|---|---|---|---|']
    for seconds in (10, 60):
        few, many = (alone(argparse.Namespace(build=args.build, seconds=seconds), '--subscribers', str(n)).load['rss_kib'] for n in (10, 500))
        lines.append(f'| {seconds} s | {few / 1024:.1f} | {many / 1024:.1f} | {(many - few) / 490:.1f} |')
        print(lines[-1], flush=True)
    return '\n'.join(lines)


# --- stages ----------------------------------------------------------------------------------------

def stages(args):
    """bench-router's columns: receivers, caches, ns of a packet in, of a feedback, of a packet out, of all for each packet out; allocations, messages."""
    lines = ['`bench-router`: the router without a kernel, real SRTP, virtual time; the least of many rounds. "Cold": other programs used the second-level cache before each frame. All: with '
             'feedback of all receivers 20 times a second.', '',
             '| receivers | caches | ns a packet received | ns a feedback | ns a packet made | ns a packet, all | allocations a packet | messages a packet |', '|---|---|---|---|---|---|---|---|']
    out = subprocess.run([str(args.build / 'tests/bench/bench-router')], check=True, capture_output=True, text=True).stdout
    return '\n'.join(lines + ['| ' + ' | '.join(line.split()) + ' |' for line in out.splitlines()[1:]])


TABLES = {
    'Many small rooms': rooms,
    'What each fallback costs': fallbacks,
    'Gathering': gathering,
    'Delay by load': delay,
    'A storm of 500': storm,
    'What two workers carry': workers,
    'Over a veth pair': veth,
    'One core': core,
    'Memory a receiver': memory,
    'Each stage': stages,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', type=pathlib.Path, default=pathlib.Path('build'))
    parser.add_argument('--seconds', type=int, default=5)
    parser.add_argument('--rounds', type=int, default=2)
    parser.add_argument('--only', default='')
    parser.add_argument('--markdown', type=pathlib.Path)
    args = parser.parse_args()
    for title, table in TABLES.items():
        if args.only.lower() not in title.lower():
            continue
        before = load_average()
        text = table(args)
        text = f'`python3 tests/bench/limits.py --only "{title}" --seconds {args.seconds} --rounds {args.rounds}`; load average {before} before, {load_average()} after.\n\n{text}'
        print(f'## {title}\n\n{text}\n', flush=True)
        if args.markdown:
            write_section(args.markdown, title, text)


if __name__ == '__main__':
    main()
