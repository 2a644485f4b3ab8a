# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: parlord on free ports, the load, the floor, and the page that they write into."""
import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


class Parlor:
    """parlord on free ports with a data folder of its own; ended by its own id."""

    def __init__(self, build, workers=1, *flags, prefix=()):
        """prefix: words before the command, such as taskset's."""
        self.folder = tempfile.TemporaryDirectory(prefix='parlor-bench-')
        http, self.admin = free_port(), free_port()
        self.url = f'http://127.0.0.1:{http}'
        self.process = subprocess.Popen(
            [*prefix, str(build / 'src/parlord'), '--demo', '--http-port', str(http), '--udp-port', str(free_port(socket.SOCK_DGRAM)), '--admin-port',
             str(self.admin), '--data-dir', self.folder.name, '--workers', str(workers), '--joins-burst', '100000', *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.wait_ready()

    def wait_ready(self):
        for _ in range(600):
            try:
                with urllib.request.urlopen(f'http://127.0.0.1:{self.admin}/readyz', timeout=1) as answer:
                    if answer.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        self.close()
        raise SystemExit('parlord did not become ready')

    def metrics(self):
        with urllib.request.urlopen(f'http://127.0.0.1:{self.admin}/metrics', timeout=10) as answer:
            lines = answer.read().decode().splitlines()
        return {line.rsplit(' ', 1)[0]: float(line.rsplit(' ', 1)[1]) for line in lines if line and line[0] != '#'}

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(15)
        self.folder.cleanup()


def cores():
    """Words that put the server on one core and the load on another; none where there is one alone."""
    known = sorted(os.sched_getaffinity(0))
    return (['taskset', '-c', str(known[0])], ['taskset', '-c', str(known[1])]) if len(known) > 1 else ([], [])


def load_average():
    return f'{os.getloadavg()[0]:.1f}'


def at_grouping(floor, group):
    """Between two measured groupings: linear in 1/B, since a message's cost is shared by its packets."""
    sizes = sorted(floor)
    if group >= sizes[-1]:
        return floor[sizes[-1]]
    for low, high in zip(sizes, sizes[1:]):
        if low <= group <= high:
            part = (1 / low - 1 / group) / (1 / low - 1 / high)
            return floor[low] + (floor[high] - floor[low]) * part
    return floor[sizes[0]]


def write_section(page, title, text):
    """The section of that title in a page is this text now; a new one goes to the end."""
    before = page.read_text(encoding='utf-8')
    begin = before.find(f'\n## {title}\n')
    end = before.find('\n## ', begin + 1) if begin >= 0 else -1
    head, tail = (before, '') if begin < 0 else (before[:begin + 1], before[end:] if end >= 0 else '')
    page.write_text(f'{head.rstrip()}\n\n## {title}\n\n{text.strip()}\n{tail}', encoding='utf-8')


def run_load(build, server, kind, room, seconds, *words, prefix=()):
    """parlor-load's result against a server of this kind (whip, janus)."""
    how = [] if '--server' in words else ['--server', kind]
    out = subprocess.run(
        [*prefix, str(build / 'tools/load/parlor-load'), '--url', server.url, *how, '--room', room, '--seconds', str(seconds), *([] if '--warmup' in words else ['--warmup', '2']),
         '--pid', str(server.process.pid), '--json', '-', *map(str, words)],
        check=True, capture_output=True, text=True).stdout
    return json.loads(out.strip().splitlines()[-1])


def floor_cores():
    """Words that keep the floor's loop where cores () keeps the server, and who sends to it and receives where the load is."""
    known = sorted(os.sched_getaffinity(0))
    return ['--cores', f'{known[0]},{known[1]}'] if len(known) > 1 else []


def run_floor(build, receivers, seconds, *options, mode="loopback"):
    """us per packet by grouping (0 = as it came), receivers with UDP GRO as parlor-load's sockets have it; off loopback into a device that segments."""
    out = subprocess.run(
        [str(build / 'tests/bench/floor'), '--json', '--mode', mode, '--receivers', str(receivers), '--seconds', str(seconds), *options],
        check=True, capture_output=True, text=True).stdout
    wanted = 'loopback/gro' if mode == 'loopback' else 'off-loopback/card'
    return {row['batch']: row['us'] for row in json.loads(out) if row['mode'] == wanted}
