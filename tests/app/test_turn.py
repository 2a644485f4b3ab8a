#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""coturn as docs/operate.md sets it up, asked by somebody who has good credentials: it relays to parlord's address and to nothing else, least of all to
what is private there. In a network namespace of the test's own, over TLS. Prints TAP. usage: test_turn.py OPERATE.MD

RFC 5766 (TURN) with RFC 5389's long-term credentials; peers' addresses of IPv6 are RFC 6156's.
"""
import base64
import hashlib
import hmac
import ipaddress
import os
import re
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time

COOKIE = 0x2112A442
SECRET, REALM = "a-secret-of-the-test", b"turn.example.com"
ALLOCATE, PERMISSION, CHANNEL, CONNECT, SEND = 0x0003, 0x0008, 0x0009, 0x000A, 0x0016
SUCCESS, FAILURE = 0x0100, 0x0110
USERNAME, INTEGRITY, ERROR, CHANNEL_NUMBER, PEER, DATA, REALM_ATTRIBUTE, NONCE, TRANSPORT = 0x0006, 0x0008, 0x0009, 0x000C, 0x0012, 0x0013, 0x0014, 0x0015, 0x0019
SERVER = "198.51.100.7"
# Which are of this machine and listened at, so that a byte that is relayed is seen.
OURS = ["127.0.0.1", "127.8.9.10", "10.1.2.3", "172.16.5.4", "192.168.7.7", "169.254.1.1", "100.64.0.9", "198.51.100.8"]
OTHERS = ["0.0.0.0", "169.254.169.254", "224.0.0.1", "255.255.255.255", "8.8.8.8", "::1", "::", "::ffff:127.0.0.1", "::ffff:10.1.2.3", "::127.0.0.1",
          "fe80::1", "fc00::1", "fd00::1", "64:ff9b::7f00:1", "2002:7f00:1::1", "ff02::1", "2001:4860:4860::8888"]
PORT, UDP, TCP = 7900, 17, 6


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def own_network():
    """Runs this file again where it is root of a network namespace with nothing but loopback, which has all these addresses."""
    if not os.environ.get("PARLOR_OWN_NETWORK"):
        flags = ["--net"] if os.geteuid() == 0 else ["--net", "--map-root-user"]
        os.execvpe("unshare", ["unshare", *flags, sys.executable, *sys.argv], dict(os.environ, PARLOR_OWN_NETWORK="1"))
    run("ip", "link", "set", "lo", "up")
    for address in [SERVER, *OURS]:
        if not address.startswith("127."):
            run("ip", "address", "add", f"{address}/32", "dev", "lo")


class Tap:
    def __init__(self):
        self.count = self.bad = 0

    def check(self, name, good, why=""):
        self.count += 1
        self.bad += not good
        print(f"{'ok' if good else 'not ok'} {self.count} - {name}\n# {why}", flush=True)


def set_up(operate, folder):
    """coturn of the documented lines with the test's certificate and secret; folders alone are other ones."""
    with open(operate) as file:
        block = re.search(r"```ini turnserver\n(.*?)```", file.read(), re.S).group(1)
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=turn.example.com", "-keyout",
        f"{folder}/privkey.pem", "-out", f"{folder}/fullchain.pem")
    block = re.sub(r"/etc/letsencrypt/live/[^/]*", folder, block).replace("THE-SECRET", SECRET)
    assert f"relay-ip={SERVER}" in block and f"allowed-peer-ip={SERVER}" in block, "the example's address is another one"
    with open(f"{folder}/turnserver.conf", "w") as file:
        file.write(f"{block}pidfile={folder}/turn.pid\nuserdb={folder}/turn.db\n")
    return subprocess.Popen(["turnserver", "-c", f"{folder}/turnserver.conf"], stdout=open(f"{folder}/log", "w"), stderr=subprocess.STDOUT)


def attribute(kind, value):
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def read_message(stream):
    head = stream.read(20)
    kind, length = struct.unpack("!HH", head[:4])
    body, found, at = stream.read(length), {}, 0
    while at < length:
        name, size = struct.unpack("!HH", body[at:at + 4])
        found[name] = body[at + 4:at + 4 + size]
        at += 4 + size + (-size % 4)
    return kind, found


def code_of(kind, found):
    """0 = it was done."""
    return 0 if kind & FAILURE == SUCCESS else found[ERROR][2] * 100 + found[ERROR][3]


def peer_address(address, transaction, port=PORT):
    ip = ipaddress.ip_address(address)
    mask = struct.pack("!I", COOKIE) + transaction
    return attribute(PEER, struct.pack("!BBH", 0, 1 if ip.version == 4 else 2, port ^ (COOKIE >> 16)) + bytes(a ^ b for a, b in zip(ip.packed, mask)))


class Client:
    """One connection over TLS, with credentials as parlord makes them."""

    def __init__(self, secret=SECRET, expires=600):
        plain = socket.create_connection((SERVER, 443), 5)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.tls = context.wrap_socket(plain)
        self.stream = self.tls.makefile("rb")
        self.user = f"{int(time.time()) + expires}:u_test".encode()
        self.password = base64.b64encode(hmac.new(secret.encode(), self.user, hashlib.sha1).digest())
        self.nonce = None

    def close(self):
        self.stream.close()
        self.tls.close()

    def send(self, method, body, transaction):
        if self.nonce and method != SEND:
            body += attribute(USERNAME, self.user) + attribute(REALM_ATTRIBUTE, REALM) + attribute(NONCE, self.nonce)
            head = struct.pack("!HHI", method, len(body) + 24, COOKIE) + transaction
            key = hashlib.md5(self.user + b":" + REALM + b":" + self.password).digest()
            body += attribute(INTEGRITY, hmac.new(key, head + body, hashlib.sha1).digest())
        self.tls.sendall(struct.pack("!HHI", method, len(body), COOKIE) + transaction + body)

    def ask(self, method, body=b"", peer=None, number=None):
        """Its code; 0 = done."""
        transaction = os.urandom(12)
        body += attribute(CHANNEL_NUMBER, struct.pack("!HH", number, 0)) if number else b""
        self.send(method, body + (peer_address(peer, transaction) if peer else b""), transaction)
        kind, found = read_message(self.stream)
        self.nonce = found.get(NONCE, self.nonce)
        return code_of(kind, found)

    def allocate(self, transport=UDP):
        body = attribute(TRANSPORT, bytes([transport, 0, 0, 0]))
        first = self.ask(ALLOCATE, body)
        return first, self.ask(ALLOCATE, body)

    def indicate(self, peer, data):
        transaction = os.urandom(12)
        self.send(SEND, peer_address(peer, transaction) + attribute(DATA, data), transaction)


def listeners():
    found = {}
    for address in [SERVER, *OURS]:
        found[address] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        found[address].bind((address, PORT))
        found[address].settimeout(3 if address == SERVER else 0.01)
    return found


def heard(listener):
    try:
        return listener.recv(100)
    except OSError:
        return b""


def wait_listening(server):
    for _ in range(200):
        try:
            socket.create_connection((SERVER, 443), 1).close()
            return server.poll() is None
        except OSError:
            time.sleep(0.05)
    return False


def strangers(tap):
    """Nobody without credentials of parlord's making relays anything."""
    wrong, late = Client(secret="another"), Client(expires=-60)
    codes = [wrong.allocate(), late.allocate()]
    tap.check("no credentials, wrong ones and old ones: 401", codes == [(401, 401)] * 2, codes)
    wrong.close()
    late.close()


def connections(tap):
    """RFC 6062: what a relay of datagrams refuses in any case, asked of one that was to be of connections."""
    client = Client()
    with socket.create_server(("127.0.0.1", PORT)):
        _, code = client.allocate(TCP)
        made = code == 0 and client.ask(CONNECT, peer="127.0.0.1") == 0
    client.close()
    tap.check("nor a connection: no relay is made for one", code == 442 and not made, (code, made))


def tries(tap):
    ears = listeners()
    client = Client()
    first, second = client.allocate()
    tap.check("who has good ones gets an allocation", (first, second) == (401, 0), (first, second))
    # That it relays at all: what follows could not fail else.
    allowed = client.ask(PERMISSION, peer=SERVER)
    client.indicate(SERVER, b"for parlord")
    said = heard(ears[SERVER])
    tap.check("it relays to parlord", (allowed, said) == (0, b"for parlord"), (allowed, said))
    codes = {peer: (client.ask(PERMISSION, peer=peer), client.ask(CHANNEL, peer=peer, number=0x4000 + n)) for n, peer in enumerate([*OURS, *OTHERS])}
    tap.check("no permission and no channel to loopback, what is private, link-local, mapped or anybody else's", all(a >= 400 and b >= 400 for a, b in codes.values()), codes)
    for peer in [*OURS, *OTHERS]:
        client.indicate(peer, b"for somebody else")
    client.indicate(SERVER, b"after them")
    said = heard(ears[SERVER])
    leaked = {address: heard(ear) for address, ear in ears.items() if address != SERVER}
    tap.check("not a byte goes there, and the allocation lives on", said == b"after them" and not any(leaked.values()), (said, leaked))
    client.close()
    connections(tap)


def main():
    own_network()
    print("1..6", flush=True)
    tap = Tap()
    with tempfile.TemporaryDirectory(prefix="parlor-turn-") as folder:
        server = set_up(sys.argv[1], folder)
        try:
            if wait_listening(server):
                strangers(tap)
                tries(tap)
            else:
                tap.check("coturn listens", False, open(f"{folder}/log").read())
        finally:
            server.terminate()
            server.wait(10)
    sys.exit(1 if tap.bad or tap.count != 6 else 0)


if __name__ == "__main__":
    main()
