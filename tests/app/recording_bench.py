# SPDX-License-Identifier: Apache-2.0
"""What the tests of recordings share: a parlord with a folder of its own, people who send marked packets, and what the files hold of them.

parlor-load writes into every payload a counter and the instant of sending on CLOCK_MONOTONIC, which is time.monotonic () here: what a file lacks is known
exactly, and when.
"""
import json
import os
import signal
import socket
import struct
import subprocess
import tempfile
import urllib.error
import urllib.request

from daemon_bench import free_port, wait_for

MARK_BYTES = 16
AUDIO_MARK_AT = 1
VIDEO_MARK_AT = 10  # of a frame: behind the key frame's header
AUDIO_STEP = 0.02


class Server:
    def __init__(self, parlord, *flags, folder=None, environment=None):
        self.parlord, self.flags = parlord, flags
        self.environment = {**os.environ, **(environment or {})}
        self.made = tempfile.TemporaryDirectory(prefix='parlor-record-') if folder is None else None
        self.folder = folder or self.made.name
        self.http, self.admin = free_port(socket.SOCK_STREAM), free_port(socket.SOCK_STREAM)
        self.udp = free_port(socket.SOCK_DGRAM)
        self.process = None
        self.prefix = []  # words before the program

    def start(self):
        self.log = open(os.path.join(self.folder, 'log'), 'ab')
        self.process = subprocess.Popen(
            [*self.prefix, self.parlord, '--demo', '--http-port', str(self.http), '--admin-port', str(self.admin), '--udp-port', str(self.udp), '--workers', '1',
             '--data-dir', self.folder, *self.flags], stdout=self.log, stderr=self.log, env=self.environment)
        self.log.close()
        if not wait_for(lambda: self.ask('/readyz', admin=True)[0] == 200, every=0.01):
            raise RuntimeError('no /readyz within 30 s')

    def ask(self, path, body=None, method=None, admin=False, headers=None):
        request = urllib.request.Request(f'http://127.0.0.1:{self.admin if admin else self.http}{path}', method=method,
                                         data=json.dumps(body).encode() if body is not None else None,
                                         headers={'Content-Type': 'application/json', **(headers or {})})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def json(self, path, body=None, method=None):
        return json.loads(self.ask(path, body, method)[1])

    def metric(self, name):
        text = self.ask('/metrics', admin=True)[1].decode()
        return next((float(line.rsplit(' ', 1)[1]) for line in text.splitlines() if line.split('{')[0].split(' ')[0] == name), None)

    def recorder_pid(self):
        return int(self.metric('parlor_recorder_pid') or 0)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()

    def close(self):
        self.stop()
        if self.made is not None:
            self.made.cleanup()

    def room(self, name):
        return self.json('/v1/rooms', {'kind': 'meeting', 'title': name, 'policy': {'record': 'by_host', 'consent': 'notice'}})

    def record(self, room, action):
        return self.json(f'/v1/rooms/{room}/recording', {'action': action})

    def recordings(self, state=None):
        rows = self.json('/v1/recordings')['recordings']
        return [row for row in rows if state is None or row['state'] == state]

    def sizes(self, recording):
        """Media files as they lie in the folder: {name: bytes}."""
        folder = f'/proc/{self.process.pid}/root{self.folder}/recordings'  # which may be a file system of its own
        try:
            return {name: os.path.getsize(os.path.join(folder, recording, name)) for name in os.listdir(os.path.join(folder, recording)) if name.endswith('.webm')}
        except OSError:
            return {}

    def files(self, recording):
        """Their names."""
        return set(self.sizes(recording))

    def voices(self, recording, least=6000):
        """How many microphones have said something: a file that has just begun holds none of it."""
        return sum('microphone' in name and size >= least for name, size in self.sizes(recording).items())


class Crowd:
    """People who publish and watch each other (meeting), by parlor-load; with `films` (recording_films.py) by WHIP and WHEP, else by the pages' protocol."""

    def __init__(self, load, server, room, seconds, people=2, kbps=600, films=None):
        how = ['--server', 'whip', *films.words] if films else ['--server', 'rt', '--video-kbps', str(kbps), '--fps', '15']
        self.process = subprocess.Popen(
            [load, '--url', f'http://127.0.0.1:{server.http}', '--shape', 'meeting', '--people', str(people), '--room', room, '--warmup', '2',
             '--seconds', str(seconds), *how, '--json', '-'], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def result(self):
        out = self.process.communicate(timeout=120)[0]
        return json.loads(out.strip().splitlines()[-1]) if self.process.returncode == 0 else None

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


# ---- what is in a file ------------------------------------------------------------------------------------------------------------------------------------


def _element(data, at):
    """Id, start and length of the content; length None = unknown."""
    first = data[at]
    n = 9 - first.bit_length()
    size = data[at + n]
    m = 9 - size.bit_length()
    value = int.from_bytes(data[at + n:at + n + m], 'big') & ((1 << 7 * m) - 1)
    return int.from_bytes(data[at:at + n], 'big'), at + n + m, None if value == (1 << 7 * m) - 1 else value


ENTER = {0x18538067, 0x1f43b675, 0xa0}


def timed_blocks(data):
    """Every block's time in ms and frame, in the file's order."""
    at = cluster = 0
    while at + 2 < len(data):
        ident, start, length = _element(data, at)
        if ident in ENTER:
            at = start
            continue
        if length is None or start + length > len(data):
            return
        if ident == 0xe7:
            cluster = int.from_bytes(data[start:start + length], 'big')
        if ident in (0xa3, 0xa1):
            yield cluster + struct.unpack_from('>h', data, start + 1)[0], data[start + 4:start + length]
        at = start + length


def blocks(data):
    return (frame for _, frame in timed_blocks(data))


def marks(data, video, behind=False):
    """Of each frame its number and when it was sent, in seconds of time.monotonic (); `behind` its last byte where it is of a film."""
    at = VIDEO_MARK_AT if video else AUDIO_MARK_AT
    found = (struct.unpack_from('>QQ', frame, len(frame) - MARK_BYTES if behind else at) for frame in blocks(data) if len(frame) >= at + MARK_BYTES)
    return [(number, us / 1e6) for number, us in found]


def lost_sound(kept, begin, end):
    """Seconds of sound that are not there, of what was sent between two instants."""
    inside = {number for number, at in kept if begin <= at <= end}
    return (max(inside) - min(inside) + 1 - len(inside)) * AUDIO_STEP if inside else end - begin


def plays(path):
    """Decodes every picture; the number of frames, or None."""
    out = subprocess.run(['gst-launch-1.0', '-q', 'filesrc', f'location={path}', '!', 'matroskademux', '!', 'vp8dec', '!', 'videoscale', '!',
                          'video/x-raw,width=16,height=16,format=I420', '!', 'fdsink', 'fd=1'], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)
    return len(out.stdout) // 384 if out.returncode == 0 and not out.stderr else None


class Tap:
    """Prints TAP as it goes; `good` at the end."""

    def __init__(self, n):
        print(f'1..{n}', flush=True)
        self.number, self.good = 0, True

    def check(self, good, name, why):
        self.number += 1
        self.good &= bool(good)
        print(f"{'ok' if good else 'not ok'} {self.number} - {name}")
        print(f'# {why}', flush=True)
        return good
