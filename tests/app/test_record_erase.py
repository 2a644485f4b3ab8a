#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A person is taken out of recordings, over REST: what will go is shown, a legal hold stands in the way, files, journal, manifest, renders, rows and the copies
in an object store forget him, the manifest that is left verifies; also of an enciphered recording, of one that runs, and after SIGKILL in the middle.

One who withdraws in the meeting asks the same for himself.

usage: test_record_erase.py PARLORD PARLOR_LOAD PARLORCTL. Prints TAP. Loopback only.
"""
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys

from recording_bench import Crowd, Server, Tap, free_port, wait_for
from test_record_away import ACCESS, REGION, SECRET, Store, local_files


def folder_of(server, recording):
    return os.path.join(server.folder, 'recordings', recording)


def record(server, load, room, render=False):
    """Two people for some seconds, sealed; with a render of them."""
    recording = server.record(room, 'start')['recording']
    crowd = Crowd(load, server, room, seconds=60, kbps=200)
    try:
        wait_for(lambda: server.metric('parlor_recorded_tracks') >= 4)
        wait_for(lambda: server.voices(recording) >= 2)
    finally:
        crowd.end()
    server.record(room, 'stop')
    wait_for(lambda: server.json(f'/v1/recordings/{recording}').get('state') == 'ready')
    if render:
        row = server.json(f'/v1/recordings/{recording}/renders', {'layout': 'audio_only'})
        where = f"/v1/recordings/{recording}/renders/{row['id']}"
        wait_for(lambda: server.json(where)['state'] in ('ready', 'failed'), 60)
        return recording, where
    return recording


def manifest_of(server, recording):
    return server.json(f'/v1/recordings/{recording}')['manifest']


def plan(server, **wish):
    status, body = server.ask('/v1/erasures', wish)
    row = json.loads(body)
    if status != 202:
        return row
    return wait_for(lambda: (now := server.json(f"/v1/erasures/{row['id']}"))['state'] == 'planned' and now)


def erase(server, erasure):
    status, _ = server.ask(f'/v1/erasures/{erasure}/start', method='POST')
    return status == 202 and wait_for(lambda: (now := server.json(f'/v1/erasures/{erasure}'))['state'] == 'done' and now, 60)


def verifies(ctl, folder, environment=None):
    out = subprocess.run([ctl, 'verify', folder], capture_output=True, text=True, timeout=30, env={**os.environ, **(environment or {})}, check=False)
    return out.returncode == 0, out.stdout + out.stderr


def traces(server, recording, words):
    """Where one of these words still stands: files of the recording (if they are plain), the database."""
    found = {name for name, data in local_files(server, recording).items() if any(word.encode() in data for word in words)}
    base = sqlite3.connect(f'file:{server.folder}/parlor.db?mode=ro', uri=True)
    for table in ('recordings', 'recording_consents', 'markers', 'erasures', 'recording_renders', 'recording_transcripts'):
        for row in base.execute(f'SELECT * FROM {table}'):
            if any(word in str(column) for word in words for column in row):
                found.add(table)
    base.close()
    return found


def try_plain(tap, server, store, load, ctl):
    room = server.room('erase')['id']
    recording, render = record(server, load, room, render=True)
    before = manifest_of(server, recording)
    him, other = before['participants'][:2]
    vtt = f"WEBVTT\n\n00:00.000 --> 00:01.000\n<v {him['name']}>secret words\n\n00:01.000 --> 00:02.000\n<v {other['name']}>others\n"
    request = server.ask_raw(f'/v1/recordings/{recording}/transcript', vtt, 'text/vtt')
    wait_for(lambda: all(f'/bucket/parlor/{recording}/{name}' in store.objects for name in local_files(server, recording)), 60)
    his = [file for file in before['files'] if file['participant'] == him['id']]
    planned = plan(server, identity=him['identity'])
    part = next(part for part in planned['parts'] if part['recording'] == recording)
    tap.check(request == 200 and part['files'] == len(his) >= 1 and part['bytes'] == sum(file['bytes'] for file in his)
              and [one['id'] for one in part['renders']] == [render.split('/')[-1]], 'what will go is shown', part)
    server.ask(f'/v1/recordings/{recording}', {'hold': 'court 12/3'}, method='PATCH')
    status, body = server.ask(f"/v1/erasures/{planned['id']}/start", method='POST')
    tap.check(status == 409 and b'court 12/3' in body and manifest_of(server, recording) == before, 'a legal hold stands in the way and says why', body)
    server.ask(f'/v1/recordings/{recording}', {'hold': None}, method='PATCH')
    done = erase(server, planned['id'])
    after = manifest_of(server, recording)
    left = {name for name in local_files(server, recording)}
    tap.check(done and not any(file['path'] in left for file in his) and all(file['path'] in left for file in after['files']) and len(after['files']) == len(before['files']) - len(his),
              'his files go, the others stay', f'{done} {sorted(left)}')
    removed = after['erasures'][0]
    tap.check(after['revision'] == 2 and removed['removed']['files'] == [file['n'] for file in his] and removed['id'] == planned['id']
              and him['id'] not in json.dumps(removed), 'the manifest says what was removed and when, not of whom', removed)
    good, said = verifies(ctl, folder_of(server, recording))
    tap.check(good and 'removed' in said, 'and verifies', said)
    words = [him['name'], him['identity'], 'secret words']
    found = wait_for(lambda: (rest := traces(server, recording, words)) is not None and not rest and [True])
    tap.check(found, 'no file and no row names him', f'{traces(server, recording, words)} of {words}')
    consents = [one for one in after['consents'] if one['participant'] == him['id']]
    tap.check(consents == [one for one in before['consents'] if one['participant'] == him['id']], 'consents stay by id', consents)
    tap.check(server.ask(render)[0] == 404 and not any('render-' in name for name in left), 'a render that showed him is withdrawn', sorted(left))
    row = server.json(f'/v1/recordings/{recording}')
    tap.check(row['people'] == [other['name']] and row['files'] == len(after['files']), 'the list forgets him', row['people'])
    gone = wait_for(lambda: {key.rsplit('/', 1)[1] for key in store.objects} == set(local_files(server, recording)) - {'erased'}
                    and all(store.objects.get(f'/bucket/parlor/{recording}/{name}') == data for name, data in local_files(server, recording).items()
                            if name != 'erased'), 60)
    tap.check(gone, 'and so does the object store', sorted(store.objects))
    audit = server.json('/v1/audit?limit=50')
    lines = [line for line in audit['rows'] if 'erasure' in line['action'] or 'person_erased' in line['action']]
    check = server.json('/v1/audit/check')
    tap.check(len(lines) >= 2 and not any(word in json.dumps(lines) for word in words) and 'whole' in json.dumps(check), 'the audit log says so by ids, its chain is whole',
              f'{lines} {check}')


def try_again(tap, server, load):
    """One participant of one recording; the render is made again without him."""
    room = server.room('again')['id']
    recording, render = record(server, load, room, render=True)
    him, other = manifest_of(server, recording)['participants'][:2]
    sha = server.json(render)['sha256']
    planned = plan(server, recording=recording, participant=him['id'], renders='again')
    done = erase(server, planned['id'])
    row = wait_for(lambda: (now := server.json(render))['state'] in ('ready', 'failed') and now, 60)
    tap.check(done and row['state'] == 'ready' and row['sha256'] not in (None, sha), 'a render is made again without him', row)
    refused = [server.ask('/v1/erasures', wish)[0] for wish in ({}, {'identity': 'x', 'recording': recording}, {'recording': recording}, {'renders': 'eat', 'identity': 'x'})]
    empty = plan(server, identity=him['identity'])
    tap.check(refused == [400] * 4 and not any(empty[what] for what in ('recordings', 'files', 'stills', 'markers')) and server.ask('/v1/erasures/era_x')[0] == 404,
              'what makes no sense is refused; he is found no more', f'{refused} {empty}')
    return other


def try_running(tap, server, load):
    room = server.room('runs')['id']
    recording = server.record(room, 'start')['recording']
    crowd = Crowd(load, server, room, seconds=120, kbps=200)
    try:
        wait_for(lambda: server.metric('parlor_recorded_tracks') == 4)
        path = os.path.join(folder_of(server, recording), 'journal')
        him = wait_for(lambda: {'identity': re.search(rb'"identity": ?"([^"]+)"', open(path, 'rb').read())[1].decode()})
        planned = plan(server, identity=him['identity'])
        status, _ = server.ask(f"/v1/erasures/{planned['id']}/start", method='POST')
        tracks = wait_for(lambda: server.metric('parlor_recorded_tracks') == 2)
        waiting = server.json(f"/v1/erasures/{planned['id']}")
        tap.check(status == 202 and tracks and waiting['state'] == 'running' and not waiting['parts'][0]['known'],
                  'of what runs not a byte more of him is written; the rest waits for its end', f"{status} {server.metric('parlor_recorded_tracks')} {waiting}")
        server.record(room, 'stop')
        done = wait_for(lambda: (now := server.json(f"/v1/erasures/{planned['id']}"))['state'] == 'done' and now, 60)
        after = manifest_of(server, recording)
        tap.check(done and done['files'] >= 1 and him['identity'] not in json.dumps(after), 'when it is sealed, he goes', done)
    finally:
        crowd.end()


class Line:
    """A page's line, as far as it takes to join and to answer."""

    def __init__(self, server, token):
        self.socket = socket.create_connection(('127.0.0.1', server.http), 20)
        self.socket.sendall(b'GET /v1/rt HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n'
                            b'Sec-WebSocket-Protocol: parlor.v1\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n')
        self.reader = self.socket.makefile('rb')
        while self.reader.readline() not in (b'\r\n', b''):
            pass
        self.ask({'t': 'join', 'name': 'His other page', 'token': token}, 'welcome')

    def ask(self, message, *kinds):
        """The next message of one of these kinds, or an error."""
        data = json.dumps(message).encode()
        size = bytes([0x80 | len(data)]) if len(data) < 126 else b'\xfe' + len(data).to_bytes(2, 'big')
        self.socket.sendall(b'\x81' + size + bytes(4) + data)
        while True:
            kind, size = self.reader.read(2)
            size = int.from_bytes(self.reader.read(2 if size == 126 else 8), 'big') if size > 125 else size
            data = self.reader.read(size)
            told = json.loads(data) if kind & 15 == 1 else {}
            if told.get('t') in (*kinds, 'error'):
                return told

    def close(self):
        self.reader.close()
        self.socket.close()


def person_of(server, recording):
    """The first who is named in a recording that runs."""
    path = os.path.join(folder_of(server, recording), 'journal')
    return wait_for(lambda: re.search(rb'"identity": ?"([^"]+)"', open(path, 'rb').read())[1].decode())


def erasures_of(server, recording):
    return [row for row in server.json('/v1/erasures')['erasures'] if row['recording'] == recording]


def try_withdrawn(tap, server, load, ctl):
    """From another page of his, and the server is killed between his wish and the seal."""
    room = server.room('withdrawn')['id']
    recording = server.record(room, 'start')['recording']
    crowd = Crowd(load, server, room, seconds=120, kbps=200)
    try:
        wait_for(lambda: server.metric('parlor_recorded_tracks') == 4 and server.voices(recording) == 2)
        identity = person_of(server, recording)
        out = subprocess.run([ctl, '--data-dir', server.folder, 'token', '--room', room, '--identity', identity], capture_output=True, text=True, timeout=20, check=True)
        line = Line(server, out.stdout.strip())
        told = [line.ask({'t': 'consent', 'id': n, 'answer': False, 'remove': True}, 'consent') for n in (7, 8)]
        tracks = wait_for(lambda: server.metric('parlor_recorded_tracks') == 2)
        rows = erasures_of(server, recording)
        tap.check([one.get('removal') for one in told] == ['asked'] * 2 and told[0]['id'] == 7 and tracks and len(rows) == 1 and rows[0]['own'] and rows[0]['state'] == 'running',
                  'who withdraws and wants to be out of it is written no more, and his wish stands', f'{told} {rows}')
        line.close()
        base = sqlite3.connect(f'file:{server.folder}/parlor.db?mode=ro', uri=True)
        wait_for(lambda: base.execute('SELECT id FROM erasures WHERE recording = ?', (recording,)).fetchone())
        base.close()
    finally:
        crowd.end()
    server.kill()
    server.start()
    server.record(room, 'stop')
    done = wait_for(lambda: (now := erasures_of(server, recording)[0])['state'] == 'done' and now, 60)
    after = manifest_of(server, recording)
    good, said = verifies(ctl, folder_of(server, recording))
    left = {file['participant'] for file in after['files']}
    tap.check(done and done['files'] >= 2 and len(left) == 1 and left == {one['id'] for one in after['participants']} and identity not in json.dumps(after)
              and after['erasures'][0]['id'] == done['id'], 'killed in between, he goes when it is sealed, and the other stays', f'{done} {left} {after["participants"]}')
    tap.check(good and 'removed' in said, 'and what is left verifies', said)
    lines = [one for one in server.json('/v1/audit?limit=50')['rows'] if done['id'] in json.dumps(one)]
    asked = [one for one in lines if one['action'] == 'erasure.asked']
    tap.check(len(asked) == 1 and all(one['actor'].startswith('pt_') for one in lines) and {'erasure.done', 'recording.person_erased'} <= {one['action'] for one in lines},
              'the audit log says that he asked himself', lines)


def try_withdrawn_held(tap, server, load, ctl):
    room = server.room('held')['id']
    recording = server.record(room, 'start')['recording']
    crowd = Crowd(load, server, room, seconds=120, kbps=200)
    try:
        wait_for(lambda: server.metric('parlor_recorded_tracks') == 4 and server.voices(recording) == 2)
        identity = person_of(server, recording)
        server.ask(f'/v1/recordings/{recording}', {'hold': 'court 12/3'}, method='PATCH')
        out = subprocess.run([ctl, '--data-dir', server.folder, 'token', '--room', room, '--identity', identity], capture_output=True, text=True, timeout=20, check=True)
        line = Line(server, out.stdout.strip())
        told = line.ask({'t': 'consent', 'answer': False, 'remove': True}, 'consent')
        line.close()
    finally:
        crowd.end()
    server.record(room, 'stop')
    wait_for(lambda: server.json(f'/v1/recordings/{recording}').get('state') == 'ready')
    held, kept = erasures_of(server, recording)[0], identity in json.dumps(manifest_of(server, recording))
    server.ask(f'/v1/recordings/{recording}', {'hold': None}, method='PATCH')
    done = wait_for(lambda: (now := erasures_of(server, recording)[0])['state'] == 'done' and now, 60)
    tap.check(told.get('removal') == 'held' and held['state'] == 'held' and held['reason'] == 'court 12/3' and kept and done
              and identity not in json.dumps(manifest_of(server, recording)), 'a legal hold comes first: he is told, the admin sees it, and he goes when it is lifted', f'{told} {held} {done}')


def try_killed(tap, server, load, ctl, environment):
    """SIGKILL when it has just begun, several times; the recording is enciphered."""
    recordings = [record(server, load, server.room(f'kill{i}')['id']) for i in range(2)]
    people = [manifest_of(server, recording)['participants'][0] for recording in recordings]
    for recording, him in zip(recordings, people):
        planned = plan(server, recording=recording, participant=him['id'])
        server.ask(f"/v1/erasures/{planned['id']}/start", method='POST')
        server.kill()
        server.start()
        done = wait_for(lambda: (now := server.json(f"/v1/erasures/{planned['id']}")).get('state') in ('done', None) and now, 60)
        if 'state' not in done:  # the start was not on the disk yet: nothing was done
            planned = plan(server, recording=recording, participant=him['id'])
            done = erase(server, planned['id'])
        after = manifest_of(server, recording)
        good, said = verifies(ctl, folder_of(server, recording), environment)
        tap.check(done and good and him['name'] not in json.dumps(after) and him['id'] not in {file['participant'] for file in after['files']},
                  'an erasure that was killed in the middle is finished after the start', f'{done} {said}')


def try_rows(tap, server):
    """Who gave a picture of his screen to a note, where nothing was recorded; somebody of another brand has his name."""
    base = sqlite3.connect(f'{server.folder}/parlor.db', timeout=20)
    for name, brand in (('mk_his', 'br_demo'), ('mk_other', 'br_other')):
        base.execute("INSERT INTO markers (id, version, room, brand, kind, text, author, room_ms, at_ms, still, still_by) VALUES (?, 1, 'rm_gone', ?, 'note', 'said', 'lin', 0, 0, 'abc', 'giver')", (name, brand))
    base.commit()
    planned = plan(server, identity='giver')
    tap.check(planned.get('recordings') == 0 and planned.get('stills') == 1 and planned['parts'] == [], 'who is in no recording is found in what names him', planned)
    done = erase(server, planned['id'])
    left = base.execute("SELECT id, still_by FROM markers WHERE id LIKE 'mk_%' ORDER BY id").fetchall()
    base.close()
    tap.check(done and left == [('mk_his', None), ('mk_other', 'giver')], 'it names him no more; another brand keeps its own', f'{done} {left}')


def try_crowded(tap, server):
    """Thousands of another brand's consents are under his name, and stand before his."""
    server.kill()
    base = sqlite3.connect(f'{server.folder}/parlor.db', timeout=20)
    columns = ', '.join(row[1] for row in base.execute('PRAGMA table_info(recordings)') if row[1] not in ('id', 'brand'))
    for other in ('rec_0', 'rec_1'):
        base.execute(f"INSERT INTO recordings (id, brand, {columns}) SELECT '{other}', 'br_other', {columns} FROM recordings WHERE state = 'ready' LIMIT 1")
    rows = [('rec_0', f'pt_{i}') for i in range(5001)] + [('rec_1', f'pt_{i}') for i in range(10)] + [('rec_z', 'pt_his')]
    base.executemany("INSERT INTO recording_consents (recording, participant, at_ms, identity, answer, means, text_version) VALUES (?, ?, 1, 'consenter', 'yes', 'button', 1)", rows)
    base.commit()
    server.start()
    planned = plan(server, identity='consenter')
    done = erase(server, planned['id'])
    left = base.execute("SELECT recording, count(*) FROM recording_consents WHERE identity = 'consenter' GROUP BY 1 ORDER BY 1").fetchall()
    base.close()
    tap.check(done and left == [('rec_0', 5001), ('rec_1', 10)], 'his consent is found behind thousands of another brand', f'{done} {left}')


def with_raw(server):
    import urllib.request

    def ask_raw(path, text, kind):
        request = urllib.request.Request(f'http://127.0.0.1:{server.http}{path}', method='PUT', data=text.encode(), headers={'Content-Type': kind})
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status

    server.ask_raw = ask_raw
    return server


def main():
    parlord, load, ctl = sys.argv[1:4]
    tap = Tap(25)
    store = Store(free_port(socket.SOCK_STREAM))
    plain, vault = with_raw(Server(parlord)), with_raw(Server(parlord))
    credentials, key = os.path.join(plain.folder, 'credentials'), os.path.join(vault.folder, 'master')
    with open(credentials, 'w', encoding='ascii') as out:
        out.write(f'{ACCESS}:{SECRET}\n')
    with open(key, 'w', encoding='ascii') as out:
        out.write('0123456789abcdef' * 4 + '\n')
    plain.flags = ('--s3-url', f'http://127.0.0.1:{store.port}/bucket/parlor', '--s3-region', REGION, '--s3-credentials', credentials)
    vault.flags = ('--recording-key-file', key)
    try:
        store.up()
        plain.start()
        try_plain(tap, plain, store, load, ctl)
        try_again(tap, plain, load)
        try_running(tap, plain, load)
        try_rows(tap, plain)
        try_crowded(tap, plain)
        try_withdrawn_held(tap, plain, load, ctl)
        try_withdrawn(tap, plain, load, ctl)
        vault.start()
        try_killed(tap, vault, load, ctl, {'PARLOR_RECORDING_KEY_FILE': key})
        if not tap.good:
            for server in (plain, vault):
                with open(os.path.join(server.folder, 'log'), encoding='utf-8') as log:
                    print(''.join('# ' + line for line in log.readlines()[-20:]))
    finally:
        plain.close()
        vault.close()
        store.down()
    sys.exit(0 if tap.good else 1)


if __name__ == '__main__':
    main()
