# SPDX-License-Identifier: Apache-2.0
"""A server in a network namespace of its own, at the other end of a veth pair.

The demo serves HTTP on loopback alone, so a small process listens in the load's namespace and connects in the server's: a socket stays where it was
made. Media goes over the pair. Ended by ids.
"""
import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading

from servers import Parlor

HERE, THERE = '198.51.100.1', '198.51.100.2'
CLONE_NEWNET = 0x40000000


def enter_namespaces():
    """Again, with namespaces of network and mounts of its own, so that /sys may be mounted anew."""
    if os.environ.get('PARLOR_BENCH_VETH'):
        return
    os.environ['PARLOR_BENCH_VETH'] = '1'
    unshare = ['unshare', '-n', '-m'] if os.geteuid() == 0 else ['unshare', '-r', '-n', '-m']
    os.execvp('unshare', [*unshare, 'sh', '-c', 'mount -t sysfs sysfs /sys && ip link set lo up && exec "$@"', 'sh', sys.executable, *sys.argv])


def run(*words):
    subprocess.run(words, check=True)


class Pair:
    """bench0 here, bench1 in another namespace, which lives as long as `holder`."""

    def __init__(self):
        self.holder = subprocess.Popen(['unshare', '-n', 'sleep', '100000'])
        while os.readlink(f'/proc/{self.holder.pid}/ns/net') == os.readlink('/proc/self/ns/net'):
            pass
        run('ip', 'link', 'add', 'bench0', 'type', 'veth', 'peer', 'name', 'bench1', 'netns', str(self.holder.pid))
        run('ip', 'addr', 'add', f'{HERE}/24', 'dev', 'bench0')
        run('ip', 'link', 'set', 'bench0', 'up')
        for words in (['lo', 'up'], ['bench1', 'up']):
            run(*self.inside(), 'ip', 'link', 'set', *words)
        run(*self.inside(), 'ip', 'addr', 'add', f'{THERE}/24', 'dev', 'bench1')

    def inside(self):
        return ['nsenter', '-t', str(self.holder.pid), '-n']

    def receive_on(self, core):
        """The kernel's receive path of what comes here runs on that core, as a card's interrupt would; None = the sender's."""
        with open('/sys/class/net/bench0/queues/rx-0/rps_cpus', 'w', encoding='ascii') as f:
            f.write(f'{1 << core:x}' if core is not None else '0')

    def close(self):
        self.holder.terminate()
        self.holder.wait(10)
        subprocess.run(['ip', 'link', 'del', 'bench0'], check=False, stderr=subprocess.DEVNULL)


def pump(a, b):
    try:
        while data := a.recv(65536):
            b.sendall(data)
        b.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def serve(listener):
    while True:
        near, _ = listener.accept()
        try:
            far = socket.create_connection(listener.getsockname())
        except OSError:  # not ready yet
            near.close()
            continue
        for one, other in ((near, far), (far, near)):
            threading.Thread(target=pump, args=(one, other), daemon=True).start()


def forward(pid, *ports):
    """A process that listens here and connects there."""
    child = os.fork()
    if child:
        return child
    listeners = [socket.create_server(('127.0.0.1', port), backlog=1024) for port in ports]
    with open(f'/proc/{pid}/ns/net', 'rb') as namespace:
        if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), CLONE_NEWNET) != 0:
            os._exit(1)
    for listener in listeners:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
    signal.pause()
    os._exit(0)


class FarParlor(Parlor):
    """parlord at the far end; everything else as if it were here."""

    def __init__(self, build, pair, *flags, prefix=()):
        self.pair, self.forwarder = pair, None
        super().__init__(build, 1, *flags, prefix=[*prefix, *pair.inside()])

    def wait_ready(self):
        self.forwarder = forward(self.pair.holder.pid, int(self.url.rsplit(':', 1)[1]), self.admin)
        super().wait_ready()

    def close(self):
        if self.forwarder:
            os.kill(self.forwarder, signal.SIGTERM)
            os.waitpid(self.forwarder, 0)
        super().close()
