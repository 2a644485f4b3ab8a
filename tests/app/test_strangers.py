#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Strangers at the media port: 10,000 wrong datagrams a second of every kind, while people watch. Nobody loses a packet, nobody is answered.

usage: test_strangers.py PARLORD PARLOR_LOAD [SECONDS] [goals]. Prints TAP. Loopback only; the flood is bounded in number and time. With `goals` what they cost is
held against RELIABILITY's goals, which needs a machine that does nothing else, and people come in the midst of it: all of them connect.
"""
import json
import os
import random
import socket
import struct
import sys
import tempfile
import time

from daemon_bench import check, counters, free_ports, result_of, served, wait_ready, watch

RATE, CHECKS_RATE = 10000, 100000
SUBSCRIBERS = 10
NEWCOMERS = 200
MOST_CPU_PERCENT, MOST_DELAY_MS = 15, 2


def stun_request(rng):
    """A Binding request with a user name that nobody has and no integrity (RFC 8489)."""
    name = b'0stranger:nobody'
    body = struct.pack('!HH', 0x0006, len(name)) + name
    return struct.pack('!HHI', 0x0001, len(body), 0x2112a442) + rng.randbytes(12) + body


def client_hello(rng):
    """The head of a DTLS 1.2 ClientHello (RFC 6347 section 4.2) with a body of noise."""
    body = rng.randbytes(120)
    return b'\x16\xfe\xfd' + bytes(8) + struct.pack('!H', len(body) + 12) + b'\x01' + struct.pack('!I', len(body))[1:] + bytes(8) + body


def rtp(rng):
    return bytes([0x80, rng.choice([96, 111])]) + rng.randbytes(10) + rng.randbytes(rng.randrange(0, 1100))


def rtcp(rng):
    return bytes([0x80, rng.choice([200, 201, 205, 206]), 0, rng.randrange(256)]) + rng.randbytes(rng.randrange(4, 200))


def noise(rng):
    return rng.randbytes(rng.randrange(0, 1400))


def flood(port, seconds, rate=RATE, kinds=(stun_request, client_hello, rtp, rtcp, noise)):
    """Sends at that rate; gives how many were sent and how many answers came back."""
    rng = random.Random(7)
    packets = [make(rng) for make in kinds for _ in range(400)]
    rng.shuffle(packets)
    sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(16)]
    for s in sockets:
        s.connect(('127.0.0.1', port))
        s.setblocking(False)
    sent, began = 0, time.monotonic()
    while time.monotonic() - began < seconds:
        while sent < (time.monotonic() - began) * rate and time.monotonic() - began < seconds:
            try:
                sockets[sent % len(sockets)].send(packets[sent % len(packets)])
            except (BlockingIOError, ConnectionRefusedError):
                pass
            sent += 1
        time.sleep(0.001)
    answers = 0
    for s in sockets:
        try:
            while s.recv(2000) is not None:
                answers += 1
        except OSError:
            pass
        s.close()
    return sent, answers


def watch_server(load, ports, server, seconds, room='strangers', subscribers=SUBSCRIBERS):
    return watch(load, ports.http, room, subscribers, seconds, '--pid', str(server.pid))


def come(load, ports, server):
    """People who come while the flood goes on, to a room of their own; what they saw."""
    crowd = watch_server(load, ports, server, 3, 'newcomers', NEWCOMERS)
    while crowd.poll() is None:
        flood(ports.udp, 1)
    return result_of(crowd)


def attack(server, load, ports, seconds, goals):
    if not wait_ready(ports.admin):
        return check(1, False, 'the server is ready', 'no /readyz within 30 s')
    calm = result_of(watch_server(load, ports, server, seconds))
    before = counters(ports.admin)
    watching = watch_server(load, ports, server, seconds + 1)
    time.sleep(2)
    sent, answers = flood(ports.udp, seconds)
    result = result_of(watching)
    after = counters(ports.admin)
    counted = sum(after[name] - before[name] for name in after if name.startswith('parlor_packets_dropped_total'))
    good = check(1, calm is not None and calm['lost'] == 0, 'without strangers nothing is lost', json.dumps(calm))
    good &= check(2, result is not None and result['lost'] == 0 and result['packets'] > 0, 'with strangers nothing is lost either', json.dumps(result))
    good &= check(3, answers == 0, 'strangers get no answer', f'{answers} answers to {sent} datagrams')
    good &= check(4, counted + after['parlor_socket_overflow_total'] >= 0.9 * sent, 'each is counted and dropped', f'{counted:.0f} of {sent}')
    if goals:
        checks, answers = flood(ports.udp, 5, CHECKS_RATE, (stun_request,))
        good &= check(5, answers == 0 and checks > CHECKS_RATE, f'nor are {checks / 5:.0f} checks a second of nobody answered', f'{answers} answers to {checks}')
        newcomers = come(load, ports, server)
        good &= check(6, newcomers is not None and newcomers['lost'] == 0, f'{NEWCOMERS} come while they go on', json.dumps(newcomers))
    if calm and result:
        share = (result['server_cpu_s'] / result['seconds'] - calm['server_cpu_s'] / calm['seconds']) * 100
        print(f"# {share:.1f} % of a core more; delay p99 {calm['delay_p99_ms']:.2f} ms calm, {result['delay_p99_ms']:.2f} ms flooded")
        if goals:
            good &= check(7, share <= MOST_CPU_PERCENT, f'they cost at most {MOST_CPU_PERCENT} % of a core', f'{share:.1f} %')
            more = result['delay_p99_ms'] - calm['delay_p99_ms']
            good &= check(8, more <= MOST_DELAY_MS, f'and at most {MOST_DELAY_MS} ms of delay (p99)', f'{more:.2f} ms')
    return good


def main():
    parlord, load = sys.argv[1:3]
    seconds, goals = int(sys.argv[3]) if len(sys.argv) > 3 else 5, sys.argv[4:] == ['goals']
    ports = free_ports()
    print(f'1..{8 if goals else 4}', flush=True)
    with tempfile.TemporaryDirectory(prefix='parlor-strangers-') as folder, open(os.path.join(folder, 'log'), 'w') as log, served(parlord, ports, folder, log=log) as server:
        good = attack(server, load, ports, seconds, goals)
    sys.exit(0 if good else 1)


if __name__ == '__main__':
    main()
