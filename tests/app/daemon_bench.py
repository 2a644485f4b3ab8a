# SPDX-License-Identifier: Apache-2.0
"""What tests of the whole daemon share: free ports, a parlord that ends with its block, people by parlor-load, lines of TAP."""
import contextlib
import json
import socket
import subprocess
import time
import urllib.request
from collections import namedtuple

Ports = namedtuple('Ports', 'http admin udp')


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def free_ports():
    return Ports(free_port(), free_port(), free_port(socket.SOCK_DGRAM))


def wait_for(what, seconds=30, every=0.05):
    """What it gives that is true; None: nothing within that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            value = what()
            if value:
                return value
        except (OSError, KeyError, IndexError):
            pass
        time.sleep(every)
    return None


def wait_ready(admin):
    """HTTP errors are OSErrors."""
    return wait_for(lambda: urllib.request.urlopen(f'http://127.0.0.1:{admin}/readyz', timeout=1).status == 200)


@contextlib.contextmanager
def served(parlord, ports, folder, *flags, log=subprocess.DEVNULL):
    """A demo of one worker; it is told to end, and killed if it does not within 15 s."""
    server = subprocess.Popen([parlord, '--demo', '--workers', '1', '--http-port', str(ports.http), '--admin-port', str(ports.admin), '--udp-port', str(ports.udp),
                               '--data-dir', folder, *flags], stdout=log, stderr=log)
    try:
        yield server
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def counters(admin, prefix=''):
    text = urllib.request.urlopen(f'http://127.0.0.1:{admin}/metrics', timeout=5).read().decode()
    lines = (line.rsplit(' ', 1) for line in text.splitlines() if line and line[0] != '#' and line.startswith(prefix))
    return {name: float(value) for name, value in lines}


def watch(load, http, room, subscribers, seconds, *more):
    """One publisher and some subscribers come in, stay, and go."""
    return subprocess.Popen([load, '--url', f'http://127.0.0.1:{http}', '--room', room, '--subscribers', str(subscribers), '--warmup', '1', '--seconds', str(seconds),
                             *more, '--json', '-'], stdout=subprocess.PIPE, text=True)


def result_of(process):
    """None: it failed."""
    out, _ = process.communicate(timeout=300)
    return json.loads(out.strip().splitlines()[-1]) if process.returncode == 0 else None


def check(number, good, name, why):
    print(f"{'ok' if good else 'not ok'} {number} - {name}\n# {why}", flush=True)
    return good
