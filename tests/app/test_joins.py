#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""500 joins a second of one address, valid and not, while people watch: as many come in as its limit lets in, the others are told when to come again,
nobody who watches loses a packet, and who comes from another address comes in as ever.

usage: test_joins.py PARLORD PARLOR_LOAD DATA [SECONDS]. Prints TAP. Loopback only; the flood is bounded in number and time.
"""
import http.client
import json
import os
import queue
import sys
import tempfile
import threading
import time
import urllib.request

from daemon_bench import check, free_ports, result_of, served, wait_ready, watch

RATE, THREADS = 500, 8
# What this test sets; 600 at once and 6,000 a minute without.
BURST, PER_MINUTE = 40, 600
SUBSCRIBERS = NEWCOMERS = 10
STRANGER = '127.0.0.9'


def kinds(data, code):
    """[(path, type, body, the status of one that is not limited)]: every other one could come in."""
    with open(os.path.join(data, 'sdp/chromium-recvonly.sdp'), 'rb') as file:
        offer = file.read()
    guest = json.dumps({'code': code, 'name': 'Lin'}).encode()
    return [('/whep/joins', 'application/sdp', offer, 201), ('/whep/joins', 'application/sdp', b'v=0', 400),
            ('/v1/guest', 'application/json', guest, 200), ('/v1/guest', 'application/json', b'{"code":"none-such-here","name":"Lin"}', 404),
            ('/whep/joins', 'application/sdp', offer, 201), ('/v1/guest', 'application/json', b'{', 400)]


class Flood:
    """A few connections that ask in turn; what came back is counted."""

    def __init__(self, port, asked):
        self.port, self.asked = port, asked
        self.lock, self.statuses, self.slowest = threading.Lock(), {}, 0
        self.unnamed = self.odd = 0

    def one(self, connection, kind):
        path, content, body, granted = kind
        began = time.monotonic()
        connection.request('POST', path, body, {'Content-Type': content})
        answer = connection.getresponse()
        answer.read()
        wait = answer.headers.get('Retry-After', '0')
        with self.lock:
            self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.unnamed += answer.status == 429 and not (wait.isdigit() and int(wait) >= 1)
            self.odd += answer.status not in (granted, 429)

    def work(self, tickets):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=10, source_address=(STRANGER, 0))
        while (n := tickets.get()) is not None:
            self.one(connection, self.asked[n % len(self.asked)])
        connection.close()

    def run(self, seconds):
        """Gives how many were asked a second."""
        tickets = queue.Queue()
        threads = [threading.Thread(target=self.work, args=(tickets,)) for _ in range(THREADS)]
        for one in threads:
            one.start()
        began, sent = time.monotonic(), 0
        while (passed := time.monotonic() - began) < seconds:
            for sent in range(sent, int(passed * RATE)):
                tickets.put(sent)
            sent = max(sent, int(passed * RATE))
            time.sleep(0.002)
        for _ in threads:
            tickets.put(None)
        for one in threads:
            one.join()
        return sum(self.statuses.values()) / (time.monotonic() - began)


def code_of_a_room(port):
    request = urllib.request.Request(f'http://127.0.0.1:{port}/v1/rooms', b'{"kind":"meeting","title":"joins"}', {'Content-Type': 'application/json'})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)['code']


def nothing_lost(result, people):
    return result is not None and result['lost'] == 0 and result['pictures'] == people


def storm(load, data, ports, seconds):
    if not wait_ready(ports.admin):
        return check(1, False, 'the server is ready', 'no /readyz within 30 s')
    flood = Flood(ports.http, kinds(data, code_of_a_room(ports.http)))
    watching = watch(load, ports.http, 'joins', SUBSCRIBERS, seconds + 1)
    time.sleep(1.5)
    coming = watch(load, ports.http, 'newcomers', NEWCOMERS, max(seconds - 2, 1))
    rate = flood.run(seconds)
    came, watched = result_of(coming), result_of(watching)
    let_in, limited = sum(n for status, n in flood.statuses.items() if status in (200, 201)), flood.statuses.get(429, 0)
    most = BURST + PER_MINUTE / 60 * (seconds + 5)
    good = check(1, nothing_lost(watched, SUBSCRIBERS), 'who watches loses nothing', json.dumps(watched))
    good &= check(2, rate >= RATE / 3 and limited > 0 and 0 < let_in <= most, f'of {rate:.0f} a second as many come in as the limit lets in',
                  f'{flood.statuses}, at most {most:.0f} come in; the slowest took {flood.slowest * 1000:.0f} ms')
    good &= check(3, flood.unnamed == 0, 'each 429 says when to come again', f'{flood.unnamed} of {limited} do not')
    good &= check(4, flood.odd == 0, 'who is not limited is answered as ever, and with no 5xx', f'{flood.statuses}')
    good &= check(5, nothing_lost(came, NEWCOMERS), 'who comes from another address meanwhile comes in', json.dumps(came))
    return good


def main():
    parlord, load, data = sys.argv[1:4]
    seconds = int(sys.argv[4]) if len(sys.argv) > 4 else 3
    ports = free_ports()
    print('1..5', flush=True)
    limits = ['--joins-burst', str(BURST), '--joins-per-minute', str(PER_MINUTE)]
    with tempfile.TemporaryDirectory(prefix='parlor-joins-') as folder, served(parlord, ports, folder, *limits):
        good = storm(load, data, ports, seconds)
    sys.exit(0 if good else 1)


if __name__ == '__main__':
    main()
