#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The media path in its other shapes, with real sessions over loopback: a room on two workers, and each thing switched off that a kernel or a
machine may lack. Everybody gets every packet, whatever is used for it.

usage: test_spread.py PARLORD PARLOR_LOAD. Prints TAP. A try on a machine that is too busy to read its sockets is repeated, at most twice.
"""
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from daemon_bench import free_port


class Server:
    """parlord with these options in a folder of its own; ended by its own id. `runs` is false where it refused them."""

    def __init__(self, parlord, options):
        self.folder = tempfile.TemporaryDirectory()
        http, self.admin = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM)
        self.url = f'http://127.0.0.1:{http}'
        self.process = subprocess.Popen(
            [parlord, '--demo', '--http-port', str(http), '--admin-port', str(self.admin), '--udp-port', str(free_port(socket.SOCK_DGRAM)),
             '--data-dir', self.folder.name, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.runs = self.wait()

    def wait(self):
        for _ in range(600):
            if self.process.poll() is not None:
                return False
            try:
                urllib.request.urlopen(f'http://127.0.0.1:{self.admin}/readyz', timeout=5)
                return True
            except OSError:
                time.sleep(0.05)
        return False

    def metrics(self):
        text = urllib.request.urlopen(f'http://127.0.0.1:{self.admin}/metrics', timeout=30).read().decode()
        return {line.rsplit(' ', 1)[0]: float(line.rsplit(' ', 1)[1]) for line in text.splitlines() if line and line[0] != '#'}

    def close(self):
        self.process.terminate()
        self.process.wait(30)
        self.folder.cleanup()


def load(parlor_load, url, words):
    with tempfile.TemporaryDirectory() as folder:
        out = os.path.join(folder, 'out.json')
        subprocess.run([parlor_load, '--url', url, '--seconds', '1', '--warmup', '2', '--video-kbps', '800', '--json', out, *words],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=120, check=True)
        with open(out, encoding='utf-8') as f:
            return json.load(f)


def both_worked(m):
    return m['parlor_packets_relayed_total'] > 0 and m['parlor_packets_dropped_total{reason="ring"}'] == 0


def one_worked(m):
    return m['parlor_packets_relayed_total'] == 0


def cut_nothing(m):
    return m['parlor_udp_messages_sent_total'] == m['parlor_datagrams_sent_total']


def merged_nothing(m):
    return m['parlor_udp_messages_received_total'] == m['parlor_datagrams_received_total']


def cut_some(m):
    return m['parlor_udp_messages_sent_total'] < m['parlor_datagrams_sent_total']


# Name, options of the server, words for the load, how many watch, what the counters must say.
CASES = [
    ('a room of ten on two workers', ['--workers', '2', '--spread-from', '3'], ['--subscribers', '9'], 9, both_worked),
    ('a meeting of five on two workers', ['--workers', '2', '--spread-from', '2'], ['--shape', 'meeting', '--people', '5'], 20, both_worked),
    ('a small meeting stays on one of two workers', ['--workers', '2'], ['--subscribers', '4'], 4, one_worked),
    ('without segmentation by the kernel, nor the multi-buffer library', ['--workers', '1', '--no-gso', '--crypto', 'openssl'],
     ['--subscribers', '4'], 4, cut_nothing),
    ('without reassembly by the kernel', ['--workers', '1', '--no-gro'], ['--subscribers', '4'], 4, merged_nothing),
    ('with SSE alone', ['--workers', '1', '--crypto', 'ipsec-sse'], ['--subscribers', '4'], 4, cut_some),
]


def attempt(parlord, parlor_load, case):
    """None: as promised; else what was not. 'skip': this machine has not got it."""
    _, options, words, watchers, promise = case
    server = Server(parlord, options)
    try:
        if not server.runs:
            return 'skip' if '--crypto' in options else 'it did not start'
        result = load(parlor_load, server.url, words)
        counters = server.metrics()
    finally:
        server.close()
    if result['lost'] != 0 or result['packets'] == 0:
        return f'{result["lost"]} of {result["packets"]} packets are lost'
    if result['pictures'] != watchers:
        return f'{result["pictures"]} of {watchers} have a picture'
    return None if promise(counters) else f'the counters say otherwise: { {k: v for k, v in counters.items() if "messages" in k or "datagrams" in k or "relayed" in k} }'


def main():
    parlord, parlor_load = sys.argv[1:3]
    print(f'1..{len(CASES)}')
    failed = 0
    for number, case in enumerate(CASES, 1):
        for _ in range(3):
            why = attempt(parlord, parlor_load, case)
            if why in (None, 'skip'):
                break
            print(f'# {why}', flush=True)
        failed += why not in (None, 'skip')
        note = ' # SKIP this machine has not got it' if why == 'skip' else ''
        print(f'{"ok" if why in (None, "skip") else "not ok"} {number} - {case[0]}{note}', flush=True)
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
