# SPDX-License-Identifier: Apache-2.0
"""What the benchmarks share: parlord on free ports, the load, the floor."""
import json
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

    def __init__(self, build, workers=1, *flags):
        self.folder = tempfile.TemporaryDirectory(prefix='parlor-bench-')
        http, self.admin = free_port(), free_port()
        self.url = f'http://127.0.0.1:{http}'
        self.process = subprocess.Popen(
            [str(build / 'src/parlord'), '--demo', '--http-port', str(http), '--udp-port', str(free_port(socket.SOCK_DGRAM)), '--admin-port',
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

    def close(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(15)
        self.folder.cleanup()


def run_load(build, server, kind, room, seconds, *words):
    """parlor-load's result against a server of this kind (whip, janus)."""
    how = [] if '--server' in words else ['--server', kind]
    out = subprocess.run(
        [str(build / 'tools/load/parlor-load'), '--url', server.url, *how, '--room', room, '--seconds', str(seconds), '--warmup', '2',
         '--pid', str(server.process.pid), '--json', '-', *map(str, words)],
        check=True, capture_output=True, text=True).stdout
    return json.loads(out.strip().splitlines()[-1])


def run_floor(build, receivers, seconds, *options):
    """us per packet by grouping (0 = as it came), receivers with UDP GRO as parlor-load's sockets have it."""
    out = subprocess.run(
        [str(build / 'tests/bench/floor'), '--json', '--mode', 'loopback', '--receivers', str(receivers), '--seconds', str(seconds), *options],
        check=True, capture_output=True, text=True).stdout
    return {row['batch']: row['us'] for row in json.loads(out) if row['mode'] == 'loopback/gro'}
