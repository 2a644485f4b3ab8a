#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""parlor-recorder as a user of its own, whom systemd starts for each connection (tools/deploy/parlor-recorder.socket; this file plays its part): it writes, is
killed and followed by the next one, and parlord reads, signs, takes a person out and erases what is not its own.

usage: test_record_user.py PARLORD PARLOR_LOAD PARLORCTL. Prints TAP. Loopback only. As root parlord and the recorder are two users, neither of them root; else
both are whoever runs it, and the names of the checks say so.
"""
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time

from recorder_socket import RecorderSocket
from recording_bench import Crowd, Server, Tap, wait_for
from test_record_erase import erase, plan, verifies

# Of nobody on any machine.
PARLOR, RECORDER, STRANGER = 64101, 64102, 64103
NEXT, LOOSE = 3.0, 3


def as_user(uid, *groups):
    return ['setpriv', '--reuid', str(uid), '--regid', str(uid), *(['--groups', ','.join(map(str, groups))] if groups else ['--clear-groups']), '--']


def can_be_two(programs):
    """Root may be others, and they reach what was built."""
    return os.geteuid() == 0 and all(subprocess.run([*as_user(PARLOR), 'test', '-x', program], check=False).returncode == 0 for program in programs)


class Users:
    """A server whose recordings are another user's, laid out as docs/operate.md does."""

    def __init__(self, parlord):
        recorder = os.path.join(os.path.dirname(os.path.abspath(parlord)), 'parlor-recorder')
        self.two = can_be_two([os.path.abspath(parlord), recorder])
        self.parlor, self.recorder = (PARLOR, RECORDER) if self.two else (os.geteuid(), os.geteuid())
        self.server = Server(os.path.abspath(parlord))
        top = self.server.folder
        self.recordings, cache, self.path = top + '/recordings', top + '/cache', top + '/recorder.sock'
        os.mkdir(self.recordings, 0o770)
        os.mkdir(cache, 0o700)
        command = [recorder, '--for', str(self.parlor)]
        if self.two:
            os.chmod(top, 0o711)  # in production the unit shows the recorder its folder alone
            os.chown(top, PARLOR, PARLOR)
            os.chmod(self.recordings, 0o770)
            os.chown(self.recordings, PARLOR, RECORDER)
            os.chown(cache, RECORDER, RECORDER)
            self.server.prefix = as_user(PARLOR, RECORDER)
            command = as_user(RECORDER) + command
        self.command = ['sh', '-c', 'umask 0007; exec "$@"', 'sh', *command]
        self.environment = {**os.environ, 'XDG_CACHE_HOME': cache}
        self.server.environment['XDG_CACHE_HOME'] = top
        self.server.flags = ('--recorder-socket', self.path)
        self.socket = None

    def listen(self):
        owner = (0, PARLOR) if self.two else None
        self.socket = RecorderSocket(self.path, self.command, self.environment, owner)

    def end(self):
        self.server.close()
        if self.socket is not None:
            self.socket.end()


def one_line(text):
    return '; '.join(text.split('\n'))


def user_of(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        return next(int(line.split()[2]) for line in file if line.startswith('Uid:'))


def try_nobody(tap, users, room):
    """As soon as the right one listens, it is recorded."""
    recording = users.server.record(room, 'start')['recording']
    without = wait_for(lambda: 'does not answer' in log_of(users), 10)
    if users.two:
        stranger = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        stranger.bind(users.path)
        os.chmod(users.path, 0o666)
        os.seteuid(STRANGER)
        stranger.listen(8)
        os.seteuid(0)
        without = without and wait_for(lambda: 'neither root nor this user' in log_of(users), 10)
        stranger.close()
        os.unlink(users.path)
    starts = users.server.metric('parlor_recorder_starts_total')
    users.listen()
    tap.check(without and starts == 0 and wait_for(lambda: users.server.recorder_pid() != 0),
              f"nothing is recorded while nobody listens{' or a stranger does' if users.two else ''}, then it is", f'{starts} {users.server.recorder_pid()}')
    return recording


def log_of(users):
    with open(os.path.join(users.server.folder, 'log'), encoding='utf-8') as log:
        return log.read()


def try_kill(tap, users, recording):
    server = users.server
    wait_for(lambda: sum('microphone' in name for name in server.files(recording)) >= 2)
    pid, before = server.recorder_pid(), server.files(recording)
    users_are = user_of(pid), user_of(server.process.pid)
    tap.check(users_are == (users.recorder, users.parlor), f"parlord and its recorder are {'two users' if users.two else 'one user, as this test is not root'}", f'{users_are}')
    time.sleep(2.5)  # who dies young is not followed at once
    os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    new = wait_for(lambda: any('microphone' in name for name in server.files(recording) - before), every=0.01)
    took = time.monotonic() - began
    tap.check(new and took <= NEXT * LOOSE, 'the next file begins', f'after {1000 * took:.0f} ms; promised {1000 * NEXT:.0f}')
    tap.check(server.recorder_pid() not in (0, pid) and server.metric('parlor_recorder_starts_total') == 2, 'another process writes it', f'{pid}, {server.recorder_pid()}')


def try_read(tap, users, recording, ctl):
    server, folder = users.server, os.path.join(users.recordings, recording)
    manifest = server.json(f'/v1/recordings/{recording}')['manifest']
    wrong = [file['n'] for file in manifest['files']
             if hashlib.sha256(server.ask(f"/v1/recordings/{recording}/files/{file['n']}")[1]).hexdigest() != file['sha256']]
    tap.check(len(manifest['files']) >= 8 and not wrong, 'parlord gives out what it may only read', f"{len(manifest['files'])} files, wrong: {wrong}")
    tap.check(len(manifest['interruptions']) == 1, 'the manifest tells the interruption', f"{manifest['interruptions']}")
    prefix = as_user(PARLOR, RECORDER) if users.two else []
    done = subprocess.run([*prefix, ctl, 'verify', folder], capture_output=True, text=True, check=False)
    tap.check(done.returncode == 0, 'it verifies, as who runs parlord', one_line(done.stdout + done.stderr))
    modes = {name: (os.stat(os.path.join(folder, name)).st_uid, oct(os.stat(os.path.join(folder, name)).st_mode & 0o777)) for name in os.listdir(folder)}
    media = {value for name, value in modes.items() if name.endswith('.webm')}
    tap.check(media == {(users.recorder, '0o660')} and modes['manifest.sig'] == (users.parlor, '0o600') and not os.stat(folder).st_mode & 0o007,
              'files are the recorder\'s and its group\'s, the signature parlord\'s, nothing is everybody\'s', f'{modes}')
    own = {name: oct(os.stat(os.path.join(server.folder, name)).st_mode & 0o077) for name in ('recordings.key', 'parlor.db')}
    tap.check(set(own.values()) == {'0o0'}, 'keys and database are parlord\'s alone', f'{own}')


def try_render(tap, users, recording):
    row = users.server.json(f'/v1/recordings/{recording}/renders', {'layout': 'audio_only'})
    where = f"/v1/recordings/{recording}/renders/{row['id']}"
    state = wait_for(lambda: (now := users.server.json(where)['state']) in ('ready', 'failed') and now, 60)
    tap.check(state == 'ready', 'one file is made of it', state)


def try_erase(tap, users, recording, ctl):
    server, folder = users.server, os.path.join(users.recordings, recording)
    before = server.json(f'/v1/recordings/{recording}')['manifest']
    person = next(one for one in before['participants'] if one['id'] == before['files'][0]['participant'])
    his = [file['path'] for file in before['files'] if file['participant'] == person['id']]
    done = erase(server, plan(server, identity=person['identity'])['id'])
    left = server.json(f'/v1/recordings/{recording}')['manifest']['files']
    good, said = verifies(ctl, folder)
    tap.check(done and good and len(left) == len(before['files']) - len(his) and not any(os.path.exists(os.path.join(folder, name)) for name in his),
              'a person is taken out of it', f'{len(left)} files left of {len(before["files"])}; {one_line(said)[-300:]}')
    server.ask(f'/v1/recordings/{recording}?forever=true', method='DELETE')
    gone = wait_for(lambda: not os.path.exists(folder) and not os.listdir(os.path.join(users.recordings, '.removed')), 20)
    tap.check(gone, 'it is erased', f'{os.listdir(users.recordings)}')


def try_strangers(tap, users):
    """Orders of who is not parlord."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    recorder = subprocess.Popen(['sh', '-c', 'exec "$@" 3<&0 0</dev/null', 'sh', os.path.join(os.path.dirname(users.server.parlord), 'parlor-recorder'), '--for', str(STRANGER)],
                                stdin=theirs, stderr=subprocess.PIPE, text=True)
    theirs.close()
    why = recorder.communicate(timeout=30)[1]
    ours.settimeout(5)
    tap.check(recorder.returncode == 1 and ours.recv(100) == b'' and 'whose orders' in why, 'the recorder takes orders of one user alone', why)
    ours.close()


def run(users, load, ctl):
    tap, server = Tap(13), users.server
    server.start()
    room = server.room('user')['id']
    crowd = None
    try:
        recording = try_nobody(tap, users, room)
        crowd = Crowd(load, server, room, seconds=60, kbps=200)
        try_kill(tap, users, recording)
        time.sleep(1)
    finally:
        if crowd is not None:
            crowd.end()
    server.record(room, 'stop')
    if wait_for(lambda: server.recordings('ready')):
        try_read(tap, users, recording, ctl)
        try_render(tap, users, recording)
        try_erase(tap, users, recording, ctl)
    else:
        tap.check(False, 'the recording is sealed', f'{server.recordings()}')
    try_strangers(tap, users)
    return tap.good


def main():
    users = Users(sys.argv[1])
    good = False
    try:
        good = run(users, *sys.argv[2:4])
        if not good:
            print(''.join('# ' + line + '\n' for line in log_of(users).splitlines()[-20:]))
    finally:
        users.end()
    sys.exit(0 if good else 1)


if __name__ == '__main__':
    main()
