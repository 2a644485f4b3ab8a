#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Somebody holds the database locked, or PostgreSQL is killed: people come in by link and by WHIP and WHEP all the same, media loses nothing, and what
was written meanwhile is on the disk once it is let go or back.

usage: test_locked.py PARLORD PARLOR_LOAD sqlite|postgres [SECONDS]. Prints TAP. Loopback only. The promise says 30 s; a run of CI takes 5.
"""
import glob
import json
import os
import pwd
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from daemon_bench import check, counters, free_ports, result_of, served, wait_for, watch

SUBSCRIBERS = 10


def ask(port, path, body=None):
    """Status, JSON and how long it took."""
    began = time.monotonic()
    request = urllib.request.Request(f'http://127.0.0.1:{port}{path}', data=json.dumps(body).encode() if body is not None else None,
                                     headers={'Content-Type': 'application/json'})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read()
    try:
        return status, json.loads(text), time.monotonic() - began
    except ValueError:
        return status, None, time.monotonic() - began


class Locked:
    """SQLite's file, which another process holds locked."""

    def __init__(self, folder):
        self.path = os.path.join(folder, 'parlor.db')
        self.store = 'sqlite'
        self.locker = None

    def go_away(self):
        self.locker = sqlite3.connect(self.path, isolation_level=None, timeout=10)
        self.locker.execute('BEGIN IMMEDIATE')

    def come_back(self):
        self.locker.execute('ROLLBACK')

    def number(self, sql):
        return self.locker.execute(sql).fetchone()[0]

    def close(self):
        if self.locker:
            self.locker.close()


class Killed:
    """A PostgreSQL server in a folder of its own, by a user without rights, that gets SIGKILL."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, 'pg')
        self.store = f'postgres://postgres@/postgres?host={self.folder}'
        self.bin = sorted(glob.glob('/usr/lib/postgresql/*/bin'))[-1]
        self.user = pwd.getpwnam('postgres') if os.getuid() == 0 else None
        os.mkdir(self.folder, 0o700)
        os.chmod(folder, 0o711)
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self.spawn('initdb', '-D', 'data', '-U', 'postgres', '-A', 'trust', '--no-sync', '-E', 'UTF8').wait()
        self.come_back()

    def spawn(self, name, *words):
        who = {'user': self.user.pw_uid, 'group': self.user.pw_gid, 'extra_groups': []} if self.user else {}
        return subprocess.Popen([os.path.join(self.bin, name), *words], cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **who)

    def go_away(self):
        self.server.kill()
        self.server.wait()

    def come_back(self):
        """Right after a kill the children of the old server still hold its memory: then it is tried again."""
        for _ in range(100):
            self.server = self.spawn('postgres', '-D', 'data', '-c', 'listen_addresses=', '-c', f'unix_socket_directories={self.folder}')
            while self.server.poll() is None:
                if subprocess.run([os.path.join(self.bin, 'pg_isready'), '-q', '-h', self.folder], check=False).returncode == 0:
                    return
                time.sleep(0.1)
            time.sleep(0.1)

    def number(self, sql):
        out = subprocess.run([os.path.join(self.bin, 'psql'), '-At', '-h', self.folder, '-U', 'postgres', '-c', f'SET search_path = parlor; {sql}'],
                             stdout=subprocess.PIPE, text=True, check=True).stdout
        return int(out.split()[-1])

    def close(self):
        self.server.send_signal(signal.SIGQUIT)
        self.server.wait(10)


def run(load, ports, database, seconds):
    http, admin, _ = ports
    if not wait_for(lambda: ask(admin, '/readyz')[0] == 200):
        return check(1, False, 'the server is ready', 'no /readyz within 30 s')
    status, room, _ = ask(http, '/v1/rooms', {'kind': 'meeting', 'title': 'before'})
    database.go_away()
    result = result_of(watch(load, http, 'locked', SUBSCRIBERS, seconds))
    guest, _, took = ask(http, '/v1/guest', {'code': room['code'], 'name': 'Lin'})
    ready, _, _ = ask(admin, '/readyz')
    locked = counters(admin, 'parlor_store_')
    # Asked for while it is locked, answered when it is kept: it must be there afterwards.
    waiting = subprocess.Popen(['curl', '-s', '-m', '10', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'Content-Type: application/json', '-d',
                                '{"kind":"meeting","title":"meanwhile"}', f'http://127.0.0.1:{http}/v1/rooms'], stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)
    still = waiting.poll() is None
    database.come_back()
    made = waiting.communicate(timeout=20)[0]
    written = wait_for(lambda: counters(admin, 'parlor_store_')['parlor_store_queued'] == 0, 10)
    after = counters(admin, 'parlor_store_')
    rooms = database.number("SELECT count(*) FROM rooms WHERE title IN ('before', 'meanwhile') OR alias = 'locked'")
    good = check(1, result is not None and result['lost'] == 0 and result['packets'] > 0, 'people come in by WHIP and WHEP and lose nothing', json.dumps(result))
    good &= check(2, guest == 200 and took < 1, 'a link is exchanged for a token', f'{guest} after {took * 1000:.0f} ms')
    good &= check(3, ready == 200 and locked['parlor_store_queued'] > 0 and locked['parlor_store_retried_total'] > 0, 'the server is ready, and writes wait',
                  json.dumps(locked))
    # A server that takes more than 5 s to start outlasts the request, which is then told so.
    kept = ['201'] if isinstance(database, Locked) else ['201', '503']
    good &= check(4, still and made in kept, 'a promise is made when it is kept', f"{made}, {'waited' if still else 'did not wait'}")
    lost = after['parlor_store_lost_total'] + after['parlor_store_dropped_total'] + after['parlor_store_refused_total']
    good &= check(5, written and lost == 0 and rooms == 3, 'all of it is on the disk', f'{rooms} rooms; {json.dumps(after)}')
    return good


def main():
    parlord, load, kind = sys.argv[1:4]
    seconds = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    ports = free_ports()
    print('1..5', flush=True)
    with tempfile.TemporaryDirectory(prefix='parlor-locked-') as folder:
        database = Locked(folder) if kind == 'sqlite' else Killed(folder)
        try:
            with served(parlord, ports, folder, '--store', database.store):
                good = run(load, ports, database, seconds)
        finally:
            database.close()
    sys.exit(0 if good else 1)


if __name__ == '__main__':
    main()
