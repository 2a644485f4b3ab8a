#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One live room with many sockets: how long a comment and a pin take to reach them all, and what a socket costs in memory.

    tests/bench/audience.py [SOCKETS [ROUNDS]]        10000 and 10 by default; needs as many descriptors as sockets (ulimit -n)

Starts a parlord of its own and speaks /v1/rt over raw sockets in one epoll loop. Times are from the host's message to the read of the last viewer but 1 %;
they hold this client's own reading too, on the same cores.
"""
import base64
import hashlib
import hmac
import json
import os
import pathlib
import resource
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEY, SECRET = "demo", "parlor-demo-secret-do-not-use-in-production"


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def token(room, identity, role):
    claims = {"iss": KEY, "sub": identity, "exp": int(time.time()) + 3600, "room": room, "role": role}
    text = b64(b'{"alg":"HS256","typ":"JWT"}') + "." + b64(json.dumps(claims).encode())
    return text + "." + b64(hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).digest())


def frame(message):
    data = json.dumps(message).encode()
    head = bytes([0x81, 0x80 | len(data)]) if len(data) < 126 else struct.pack("!BBH", 0x81, 0x80 | 126, len(data))
    return head + b"\0\0\0\0" + data  # a mask of zeros


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Server:
    def __init__(self, sockets):
        self.folder = tempfile.TemporaryDirectory()
        self.port, self.admin = free_port(), free_port()
        words = ["--demo", "--http-port", str(self.port), "--admin-port", str(self.admin), "--udp-port", str(free_port()),
                 "--data-dir", self.folder.name, "--sockets", str(sockets + 100)]
        self.process = subprocess.Popen([ROOT / "build/src/parlord", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.admin}/readyz", timeout=2)
                return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("the server does not become ready")

    def post(self, path, body):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"})
        return json.load(urllib.request.urlopen(request, timeout=30))

    def rss_kib(self):
        with open(f"/proc/{self.process.pid}/status") as status:
            return int(next(line for line in status if line.startswith("VmRSS")).split()[1])

    def cpu_s(self):
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def end(self):
        self.process.terminate()
        self.process.wait(20)


class Crowd:
    """Sockets of one room; `word` in what comes is looked for, nothing else is understood."""

    def __init__(self, server, room):
        self.server, self.room = server, room
        self.epoll = select.epoll()
        self.sockets = {}
        self.heard = {}  # when each was read last: a server hangs up on whoever answers no ping for 10 s

    def add(self, number, role):
        address = f"127.{1 + number // 40000}.{number // 200 % 200}.{1 + number % 200}"  # the limits of an address are not what is measured
        one = socket.create_connection(("127.0.0.1", self.server.port), source_address=(address, 0))
        one.sendall((f"GET /v1/rt HTTP/1.1\r\nHost: 127.0.0.1:{self.server.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n").encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += one.recv(4096)
        if b" 101 " not in answer:
            raise SystemExit(answer.decode())
        one.sendall(frame({"t": "join", "token": token(self.room, f"{role}-{number}", role), "name": f"v{number}"}))
        one.setblocking(False)
        self.sockets[one.fileno()] = one
        self.heard[one.fileno()] = time.monotonic()
        self.epoll.register(one, select.EPOLLIN)
        return one

    def drain(self, most):
        """Reads until nothing waits, for so many seconds at most."""
        end = time.monotonic() + most
        while time.monotonic() < end and self.read(0.02):
            pass

    def read(self, seconds, word=b"", wanted=0, answer=None):
        """Reads for so long, or until `word` came to so many; when it came to each, in seconds of the monotonic clock. `answer`
        goes back at once from each to whom it came. Without a word: how many had something to read."""
        seen, n = {}, 0
        end = time.monotonic() + seconds
        while time.monotonic() < end and (not wanted or len(seen) < wanted):
            for number, _ in self.epoll.poll(min(0.05, seconds), 4096):
                n += 1
                try:
                    data = self.sockets[number].recv(262144)
                except BlockingIOError:
                    continue
                now = time.monotonic()
                if not data or data[0] == 0x88:
                    raise SystemExit(f"the server closed a socket that was read {now - self.heard[number]:.1f} s ago: {data[:200]}")
                self.heard[number] = now
                if data[0] == 0x89 or b"\x89\x00" in data:  # pings have no payload
                    self.sockets[number].send(b"\x8a\x80\0\0\0\0")
                if word and word in data and number not in seen:
                    seen[number] = now
                    if answer:
                        self.sockets[number].send(answer(data))
        return seen if word else n


def percentile(values, share):
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def rounds(crowd, host, n, count, make, word):
    """p50 and p99 in ms over all rounds, and the CPU of the server a message that went out, in µs."""
    delays, began = [], crowd.server.cpu_s()
    for index in range(count):
        sent = time.monotonic()
        host.sendall(frame(make(index)))
        seen = crowd.read(30, word(index), n)
        if len(seen) < n:
            raise SystemExit(f"it reached {len(seen)} of {n} in 30 s")
        delays += [1000 * (at - sent) for at in seen.values()]
        crowd.read(0.5)
    return percentile(delays, 0.5), percentile(delays, 0.99), 1e6 * (crowd.server.cpu_s() - began) / (n * count)


def acknowledge(crowd, host, n, count):
    """p50 and p99 over rounds of the time until a page's word was had, and the longest until the server had counted them all."""
    delays, counted = [], []
    for index in range(count):
        sent = time.monotonic()
        host.sendall(frame({"t": "broadcast", "text": f"all{index}a", "client_id": f"b{index}"}))

        def ack(data):
            at = data.find(b'"id":"bc_', data.rfind(b'"t":"broadcast"')) + 6
            return frame({"t": "ack", "broadcast": data[at:data.find(b'"', at)].decode(), "what": "shown"})

        seen = crowd.read(30, f'"text":"all{index}a"'.encode(), n + 1, ack)
        if len(seen) < n + 1:
            raise SystemExit(f"it reached {len(seen)} of {n + 1} in 30 s")
        if not crowd.read(30, f'"shown":{n + 1},'.encode(), 1):
            raise SystemExit("the server did not count all of them in 30 s")
        delays += [1000 * (at - sent) for at in seen.values()]
        counted.append(1000 * (time.monotonic() - sent))
        crowd.read(0.5)
    return percentile(delays, 0.5), percentile(delays, 0.99), max(counted)


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10000
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 10
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    server = Server(n)
    try:
        room = server.post("/v1/rooms", {"kind": "live", "title": "Crowd"})["id"]
        server.post(f"/v1/rooms/{room}/state", {"to": "live"})
        crowd = Crowd(server, room)
        host = crowd.add(1, "host")
        crowd.read(1)
        before, began = server.rss_kib(), time.monotonic()
        for number in range(2, n + 2):
            crowd.add(number, "viewer")
            if number % 100 == 0:
                crowd.drain(2)  # pings want an answer within 10 s, and each second all are told how many watch
        crowd.read(3)
        print(f"{n} sockets in {time.monotonic() - began:.1f} s, {(server.rss_kib() - before) / n:.1f} KiB each")
        skus = [one["sku"] for one in json.load(urllib.request.urlopen(f"http://127.0.0.1:{server.port}/v1/products"))["products"]]
        result = rounds(crowd, host, n, count, lambda i: {"t": "comment", "client_id": f"c{i}", "text": f"word{i}w"}, lambda i: f"word{i}w".encode())
        print("comment p50 %.0f ms, p99 %.0f ms, %.1f µs of CPU a socket" % result)
        result = rounds(crowd, host, n, count, lambda i: {"t": "pin", "sku": skus[i % len(skus)], "note": f"note{i}n"}, lambda i: f"note{i}n".encode())
        print("pin p50 %.0f ms, p99 %.0f ms, %.1f µs of CPU a socket" % result)
        print("broadcast p50 %.0f ms, p99 %.0f ms, all counted after %.0f ms at most (told once a second)" % acknowledge(crowd, host, n, count))
    finally:
        server.end()


if __name__ == "__main__":
    main()
