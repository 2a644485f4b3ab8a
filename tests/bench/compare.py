#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Room shapes on Parlor and on Janus (Debian's package, videoroom), side by side in one run, beside the raw floor.

Each shape runs on one server, then on the other, with the same load and the same seconds; CPU is user and system time of all threads of the
server, which has one core to itself where there are two; the load has the other. Runs in a network namespace of its own: Janus does not listen on loopback. Janus' receivers send no transport-wide feedback, Parlor's do.
--markdown FILE writes the page docs/performance.md. "By slots" is Parlor's own way (one connection a person, three layers, the server chooses);
the other meetings are M × (M - 1) WHEP sessions, which is what Janus' subscribers are.
"""
import argparse
import json
import math
import os
import pathlib
import platform
import shutil
import subprocess
import sys

import plot
from janusserver import Janus
from servers import Parlor, at_grouping, cores, floor_cores, run_floor, run_load

LOW = ['--video-kbps', '250']  # one packet a frame: 80 a second with the sound, so that Janus can be asked as well
# Name, receivers of the floor (0 = the floor knows one publisher only), words for parlor-load.
SHAPES = [
    ('1 → 10', 10, ['--subscribers', 10]),
    ('1 → 50', 50, ['--subscribers', 50]),
    ('1 → 100', 100, ['--subscribers', 100]),
    ('1 → 200', 200, ['--subscribers', 200]),
    ('1 → 500', 500, ['--subscribers', 500]),
    ('1 → 200, 80 packets/s', 0, ['--subscribers', 200, *LOW]),
    ('1 → 500, 80 packets/s', 0, ['--subscribers', 500, *LOW]),
    ('meeting of 4', 0, ['--shape', 'meeting', '--people', 4]),
    ('meeting of 8', 0, ['--shape', 'meeting', '--people', 8]),
    ('meeting of 12', 0, ['--shape', 'meeting', '--people', 12]),
    ('meeting of 16', 0, ['--shape', 'meeting', '--people', 16]),
    ('meeting of 12, 80 packets/s', 0, ['--shape', 'meeting', '--people', 12, *LOW]),
    ('meeting of 16, 80 packets/s', 0, ['--shape', 'meeting', '--people', 16, *LOW]),
    ('meeting of 25, 80 packets/s', 0, ['--shape', 'meeting', '--people', 25, *LOW]),
    ('meeting of 4 by slots', 0, ['--server', 'rt', '--shape', 'meeting', '--people', 4]),
    ('meeting of 8 by slots', 0, ['--server', 'rt', '--shape', 'meeting', '--people', 8]),
    ('meeting of 12 by slots', 0, ['--server', 'rt', '--shape', 'meeting', '--people', 12]),
    ('meeting of 16 by slots', 0, ['--server', 'rt', '--shape', 'meeting', '--people', 16]),
    ('meeting of 25 by slots', 0, ['--server', 'rt', '--shape', 'meeting', '--people', 25]),
    ('audio, 10 → 300 by stage', 0, ['--shape', 'audio', '--people', 10, '--subscribers', 300]),
    ('20 rooms of 4', 0, ['--shape', 'meeting', '--people', 4, '--rooms', 20]),
    ('200 rooms of 4: two speak, two listen', 0, ['--shape', 'audio', '--people', 2, '--subscribers', 2, '--rooms', 200]),
    ('1 → 50, 500 join in 5 s', 0, ['--subscribers', 50, '--storm', 500, '--storm-over', 5]),
]
FLOOR_RECEIVERS = 100
# What Janus' 20 µs a packet leaves of one core; beyond it the table would show only its losses.
JANUS_MOST_PACKETS_PER_S = 40000
SERVER, LOAD = cores()


def own_namespace():
    """Again, in a network namespace with an interface that is not loopback."""
    if os.environ.get('PARLOR_BENCH_INSIDE'):
        return
    setup = ('ip link set lo up && ip link add bench0 type veth peer name bench1 && ip addr add 198.51.100.1/24 dev bench0 && ip link set bench0 up '
             '&& ip link set bench1 up && exec "$@"')
    unshare = ['unshare', '-n'] if os.geteuid() == 0 else ['unshare', '-r', '-n']
    os.environ['PARLOR_BENCH_INSIDE'] = '1'
    os.execvp('unshare', [*unshare, 'sh', '-c', setup, 'sh', sys.executable, *sys.argv])


def packets_of(words):
    """A second, of all sessions."""
    words = [str(word) for word in words]
    value = lambda name, other: int(words[words.index(name) + 1]) if name in words else other  # noqa: E731
    people = value('--people', 4)
    sessions = value('--rooms', 1) * people * (people - 1) if '--shape' in words else value('--subscribers', 10) + value('--storm', 0)
    return sessions * (80 if '250' in words else 316)


def us_per_packet(result):
    return result['server_cpu_s'] * 1e6 / result['packets'] if result and result['packets'] else math.nan


def measure(args, index, kind, server, words):
    try:
        return run_load(args.build, server, kind, f'{kind}{index}', args.seconds, *words, prefix=LOAD)
    except subprocess.CalledProcessError as error:
        print(f'  {kind}: {error.stderr.strip()[-200:]}', flush=True)
        return None


def measure_shape(args, index, parlor, janus):
    name, receivers, words = SHAPES[index]
    floor = run_floor(args.build, receivers, 3, '--live', *floor_cores()).get(0, math.nan) if receivers else math.nan
    before = parlor.metrics()
    row = {'shape': name, 'load': os.getloadavg()[0], 'floor_us': floor, 'parlor': measure(args, index, 'whip', parlor, words)}
    sent, messages = (parlor.metrics()[name] - before[name] for name in ('parlor_packets_forwarded_total', 'parlor_udp_messages_sent_total'))
    row['batch'] = max(sent / max(messages, 1), 1)
    row['floor_at_batch_us'] = at_grouping(args.floor, row['batch'])
    if janus and '--server' not in words and 'audio' not in words and packets_of(words) <= JANUS_MOST_PACKETS_PER_S:
        row['janus'] = measure(args, index, 'janus', janus, words)
    return row


def cell(value, digits=2):
    return '–' if value is None or (isinstance(value, float) and math.isnan(value)) else f'{value:.{digits}f}'


def table(rows):
    lines = ['| shape | packets/s | Parlor µs | floor µs, ÷ | B | floor at B µs, ÷ | Janus µs | Janus ÷ Parlor | lost P / J | delay P p50 / p95 / p99 ms | delay J p50 / p99 ms |'
             ' join P p95 ms | RSS P / J MiB | P: KiB a session |', '|---|---|---|---|---|---|---|---|---|---|---|---|---|---|']
    for row in rows:
        p, j = row['parlor'], row.get('janus')
        pus, jus = us_per_packet(p), us_per_packet(j)
        if not p:
            lines.append(f"| {row['shape']} | did not run |")
            continue
        live = '–' if math.isnan(row['floor_us']) else f"{row['floor_us']:.2f}, {pus / row['floor_us']:.2f}"
        kind = 'standing' if p['joined'] else 'delay'
        lines.append(f"| {row['shape']} | {p['packets'] / p['seconds']:.0f} | {cell(pus)} | {live} | {row['batch']:.1f} | {row['floor_at_batch_us']:.2f}, {pus / row['floor_at_batch_us']:.2f} | "
                     f"{cell(jus, 1)} | {cell(jus / pus, 1)} | {p['lost']} / {j['lost'] if j else '–'} | {cell(p[f'{kind}_p50_ms'])} / {cell(p[f'{kind}_p95_ms'])} / "
                     f"{cell(p[f'{kind}_p99_ms'])} | "
                     f"{cell(j['delay_p50_ms']) + ' / ' + cell(j['delay_p99_ms']) if j else '–'} | {cell(p['join_p95_ms'], 0)} | "
                     f"{p['rss_kib'] / 1024:.0f} / {cell(j['rss_kib'] / 1024, 0) if j else '–'} | "
                     f"{(p['rss_kib'] - p['rss_before_kib']) / max(p['sessions'], 1):.0f} |")
    return '\n'.join(lines)


def machine():
    model = next((line.split(':', 1)[1].strip() for line in pathlib.Path('/proc/cpuinfo').read_text().splitlines() if line.startswith('model name')), '?')
    return f'{os.cpu_count()} cores, {model}, Linux {platform.release().split("-")[0]}'


def loads(rows):
    known = [row['load'] for row in rows if 'load' in row]
    return f'{min(known):.1f} to {max(known):.1f}' if known else '?'


def page(args, rows):
    janus = subprocess.run(['dpkg-query', '-W', '-f', '${Version}', 'janus'], capture_output=True, text=True).stdout or 'not installed'
    return (f'# Performance\n\nWritten by `python3 tests/bench/compare.py --markdown docs/performance.md` (a part of `./dev bench`) up to the next '
            f'heading; what follows is by the commands that it names.\n\nMachine: {machine()}; load average {loads(rows)} while it was measured; {args.seconds} s a shape, the server on one core and the load on the other; '
            f'Janus {janus} (videoroom, ICE-lite). "By slots": one connection a person, three layers, 25 video slots; other meetings are M × (M − 1) '
            'sessions of WHEP, which is what Janus\' subscribers are. Load: 30 frames/s cut as Chromium cuts them, 2.5 Mbit/s, and 50 Opus packets/s a publisher; receivers '
            'authenticate and count every packet; Parlor\'s send transport-wide feedback 20 times a second and reports every second, Janus\' reports only. CPU is '
            'user and system time of all threads of the server per forwarded packet. The floor (`tests/bench/floor.c --live`) is a raw loop without any '
            'server: it gets the stream of one publisher in the same time and fans it out to as many receivers, on the server\'s core, sender and receivers on the load\'s. "Floor at B": the same loop with packets always at hand, to '
            f'{FLOOR_RECEIVERS} receivers, in messages of as many packets as Parlor\'s had (B, its own reports and feedback counted as messages too). While viewers join, delays are of those who stood before.\n\n'
            '![CPU a packet by shape: floor, Parlor, Janus](images/performance.svg)\n\n'
            f'{table(rows)}\n\n– : not measured; Janus is left out where its cost would pass one core.\n')


def bars(rows):
    found = []
    for row in rows:
        found.append((row['shape'], [row['floor_at_batch_us'], us_per_packet(row['parlor']), us_per_packet(row.get('janus'))]))
    return plot.bars('µs of CPU a forwarded packet (logarithmic)', ['floor at the same grouping', 'Parlor', 'Janus'], found)


def measure_all(args):
    args.floor = run_floor(args.build, FLOOR_RECEIVERS, 1, *floor_cores())
    parlor = Parlor(args.build, prefix=SERVER)
    janus = Janus(SERVER) if shutil.which('janus') else None
    rows = []
    try:
        for index in range(len(SHAPES)):
            if args.parts and index % args.parts == args.part and args.only in SHAPES[index][0]:
                rows.append(measure_shape(args, index, parlor, janus))
                print(table(rows[-1:]).splitlines()[-1], flush=True)
    finally:
        parlor.close()
        if janus:
            janus.close()
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--build', type=pathlib.Path, default=pathlib.Path('build'))
    parser.add_argument('--seconds', type=int, default=8)
    parser.add_argument('--only', default='', help='shapes whose name contains this')
    parser.add_argument('--json', type=pathlib.Path, help='rows of earlier runs in it are kept')
    parser.add_argument('--parts', type=int, default=1, help='so many runs make the table, by --json; 0 = measure nothing, write what is known')
    parser.add_argument('--part', type=int, default=0)
    parser.add_argument('--markdown', type=pathlib.Path)
    args = parser.parse_args()
    own_namespace()
    rows = measure_all(args) if args.parts else []
    if args.json:
        known = {row['shape']: row for row in (json.loads(args.json.read_text()) if args.json.exists() else []) + rows}
        rows = [known[shape[0]] for shape in SHAPES if shape[0] in known]
        args.json.write_text(json.dumps(rows, indent=1))
    if args.markdown:
        (args.markdown.parent / 'images/performance.svg').write_text(bars(rows), encoding='utf-8')
        before = args.markdown.read_text() if args.markdown.exists() else ''
        others = before[before.index('\n## '):] if '\n## ' in before else ''
        args.markdown.write_text(page(args, rows) + others)


if __name__ == '__main__':
    main()
