#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sealed recordings go to an object store that is down, slow, refuses, breaks off and lies: in the end it has every file, byte for byte, and after a
recording was erased none.

usage: test_record_away.py PARLORD PARLOR_LOAD PARLORCTL. Prints TAP. Loopback only. The store is a small one of this file's own; it takes nothing that is not signed
as AWS Signature Version 4 says (written here a second time, from its document), with the sum of its body.
"""
import base64
import hashlib
import hmac
import http.server
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from recording_bench import Crowd, Server, Tap, free_port, wait_for

ACCESS, SECRET, REGION = 'PARLORTEST', 'a/secret+key', 'eu-test-1'


def signature(method, path, headers, names, amz_date, payload):
    """AWS Signature Version 4; a query comes sorted, and escaped as it is signed."""
    path, _, query = path.partition('?')
    path = urllib.parse.quote(path)
    day = amz_date[:8]
    canonical = '\n'.join([method, path, query, *(f'{name}:{" ".join((headers.get(name) or "").split())}' for name in names), '', ';'.join(names), payload])
    scope = f'{day}/{REGION}/s3/aws4_request'
    text = '\n'.join(['AWS4-HMAC-SHA256', amz_date, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ('AWS4' + SECRET).encode()
    for word in (day, REGION, 's3', 'aws4_request'):
        key = hmac.new(key, word.encode(), hashlib.sha256).digest()
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def signed(self, body):
        words = dict(part.strip().split('=', 1) for part in self.headers.get('Authorization', '').partition(' ')[2].split(',') if '=' in part)
        names = words.get('SignedHeaders', '').split(';')
        payload = self.headers.get('x-amz-content-sha256', '')
        good = signature(self.command, self.path, self.headers, names, self.headers.get('x-amz-date', ''), payload)
        whole = self.command != 'PUT' or (hashlib.sha256(body).hexdigest() == payload and 'x-amz-content-sha256' in names)
        return words.get('Credential', '').startswith(ACCESS + '/') and hmac.compare_digest(good, words.get('Signature', '')) and whole

    def answer(self, status, headers=()):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header('Content-Length', '0')
        self.end_headers()

    def act(self):
        store, body = self.server.store, self.rfile.read(int(self.headers.get('Content-Length') or 0))
        trouble = store.trouble
        store.seen += 1
        if trouble == 'slow':
            time.sleep(0.5)
        if trouble in ('500', '403'):
            self.answer(int(trouble))
        elif trouble == 'cut':
            self.wfile.write(b'HTTP/1.1 200 OK\r\nETag: "')
            self.close_connection = True
        elif not self.signed(body):
            store.unsigned += 1
            self.answer(403)
        elif '?' in self.path:
            self.in_parts(store, body)
        elif self.command == 'DELETE':
            store.objects.pop(self.path, None)
            self.answer(204)
        elif self.command in ('GET', 'HEAD'):
            self.give(store)
        else:
            store.objects[self.path] = body
            store.puts.append(self.path)
            kept = body[:-1] if trouble == 'lie' else body  # it has lost a byte of it, and says so by its sum
            self.answer(200, [('ETag', f'"{hashlib.md5(kept).hexdigest()}"')] if store.seen % 2 else
                        [('x-amz-checksum-sha256', base64.b64encode(hashlib.sha256(kept).digest()).decode())])

    def give(self, store):
        data = store.objects.get(self.path)
        if data is None:
            self.answer(404)
            return
        store.given += 1
        span = re.fullmatch(r'bytes=(\d+)-(\d+)', self.headers.get('Range', ''))
        if span:
            data = data[int(span[1]):int(span[2]) + 1]
        self.send_response(206 if span else 200)
        self.send_header('Content-Length', str(len(data)))
        self.end_headers()
        if self.command == 'GET':
            self.wfile.write(data[:-1] + b'?' if store.trouble == 'lie' else data[:len(data) // 2] if store.trouble == 'half' else data)
            self.close_connection = True

    def say(self, xml):
        self.send_response(200)
        self.send_header('Content-Length', str(len(xml)))
        self.end_headers()
        self.wfile.write(xml[:len(xml) // 2] if self.server.store.trouble == 'half' else xml)
        self.close_connection = True

    def in_parts(self, store, body):
        """CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload."""
        path, _, query = self.path.partition('?')
        words = dict(urllib.parse.parse_qsl(query, keep_blank_values=True))
        upload = store.uploads.get(words.get('uploadId'))
        if 'uploads' in words:
            name = f'up/{len(store.uploads)}+{store.seen}='
            store.uploads[name] = {'path': path, 'parts': {}}
            self.say(f'<InitiateMultipartUploadResult><UploadId>{name}</UploadId></InitiateMultipartUploadResult>'.encode())
        elif upload is None or upload['path'] != path:
            self.answer(404)
        elif self.command == 'DELETE':
            del store.uploads[words['uploadId']]
            self.answer(204)
        elif self.command == 'PUT':
            upload['parts'][int(words['partNumber'])] = body
            store.parts += 1
            kept = body[:-1] if store.trouble == 'lie' else body
            self.answer(200, [('ETag', f'"{hashlib.md5(kept).hexdigest()}"')])
        else:
            wanted = [(int(n), etag) for n, etag in re.findall(rb'<PartNumber>(\d+)</PartNumber><ETag>"(\w+)"</ETag>', body)]
            good = all(hashlib.md5(upload['parts'].get(n, b'')).hexdigest().encode() == etag for n, etag in wanted)
            if not good:
                self.answer(400)
                return
            store.objects[path] = b''.join(upload['parts'][n] for n, _ in wanted)
            etag = hashlib.md5(b''.join(hashlib.md5(upload['parts'][n]).digest() for n, _ in wanted)).hexdigest()
            if store.trouble != 'half':
                del store.uploads[words['uploadId']]
            self.say(f'<CompleteMultipartUploadResult><ETag>"{etag}-{len(wanted)}"</ETag></CompleteMultipartUploadResult>'.encode())

    do_PUT = do_DELETE = do_POST = do_GET = do_HEAD = act


class Store:
    def __init__(self, port):
        self.port, self.objects, self.trouble, self.seen, self.unsigned, self.server = port, {}, '', 0, 0, None
        self.uploads, self.parts, self.given, self.puts = {}, 0, 0, []

    def up(self):
        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', self.port), Handler)
        self.server.store = self
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def down(self):
        self.server.shutdown()
        self.server.server_close()


def local_files(server, recording):
    folder = os.path.join(server.folder, 'recordings', recording)
    return {name: open(os.path.join(folder, name), 'rb').read() for name in os.listdir(folder) if name not in ('away', 'away.parts', 'released')}


def is_all_there(server, store, recording):
    return all(store.objects.get(f'/bucket/parlor/{recording}/{name}') == data for name, data in local_files(server, recording).items())


def record(server, load):
    """Two seconds of two people, sealed."""
    before = {row['id'] for row in server.recordings('ready')}
    room = server.room('away')['id']
    recording = server.record(room, 'start')['recording']
    crowd = Crowd(load, server, room, seconds=60, kbps=200)
    try:
        wait_for(lambda: sum('microphone' in name for name in server.files(recording)) >= 2)
        time.sleep(1)
    finally:
        crowd.end()
    server.record(room, 'stop')
    wait_for(lambda: {row['id'] for row in server.recordings('ready')} - before)
    return recording


def suffer(server, store, trouble):
    """So long that something failed by it."""
    failures = server.metric('parlor_away_failures_total')
    store.trouble = trouble
    return wait_for(lambda: server.metric('parlor_away_failures_total') > failures, 90)


def run(tap, server, store, load):
    server.start()
    recording = record(server, load)
    missing = wait_for(lambda: server.metric('parlor_away_failures_total') > 0)
    store.trouble = '500'
    store.up()
    suffered = [trouble for trouble in ('500', '403', 'cut', 'lie') if suffer(server, store, trouble)]
    server.kill()
    server.start()
    store.trouble = 'slow'
    whole = wait_for(lambda: is_all_there(server, store, recording) and server.metric('parlor_away_waiting') == 0, 120)
    n = len(store.objects)
    tap.check(missing and len(suffered) == 4, 'a store that is down, refuses, breaks off or lies is not believed', f'{suffered}')
    tap.check(whole and n >= 6, 'then it has every file as it lies here', f'{n} objects')
    tap.check(store.unsigned == 0, 'every request is signed', f'{store.unsigned} of {store.seen} are not')
    seen = store.seen
    server.stop()
    server.start()
    time.sleep(4)
    tap.check(store.seen == seen, 'what is there is not sent again after a restart', f'{store.seen - seen} requests')
    store.trouble = '500'
    erased = erase(server, store, recording)
    tap.check(erased, 'what is erased is erased there too', f'{sorted(store.objects)}')


def run_parts(tap, server, store, load):
    """Files that grow go in parts while they are recorded; the store goes and comes, refuses, lies and breaks off, the server is killed in the middle."""
    store.trouble = ''
    server.start()
    room = server.room('parts')['id']
    recording = server.record(room, 'start')['recording']
    crowd = Crowd(load, server, room, seconds=240, kbps=3000)
    try:
        early = wait_for(lambda: store.parts >= 2, 60)
        tap.check(early and not any('manifest' in path for path in store.objects), 'parts of a file go while it is recorded', f'{store.parts} parts')
        store.down()
        failures = server.metric('parlor_away_failures_total')
        down = wait_for(lambda: server.metric('parlor_away_failures_total') > failures, 60)
        store.up()
        suffered = [trouble for trouble in ('403', 'lie') if suffer(server, store, trouble)]
        store.trouble = ''
        before = set(store.uploads)
        server.kill()
        server.start()
        sent = store.parts
        more = wait_for(lambda: store.parts > sent, 90)
    finally:
        crowd.end()
    server.record(room, 'stop')
    tap.check(down and len(suffered) == 2 and more, 'a store that is down, refuses or lies, and SIGKILL, end no upload', f'{down} {suffered} {more}')
    store.trouble = 'half'
    wait_for(lambda: server.json(f'/v1/recordings/{recording}').get('state') == 'ready', 60)
    broken = suffer(server, store, 'half')
    store.trouble = ''
    whole = wait_for(lambda: is_all_there(server, store, recording) and server.metric('parlor_away_waiting') == 0, 120)
    folder = os.path.join(server.folder, 'recordings', recording)
    tap.check(broken and whole and not os.path.exists(os.path.join(folder, 'away.parts')), 'every file is there as it lies here, put together of its parts',
              f'{broken} {len(store.objects)} objects, {len(before)} uploads before, {len(store.uploads)} after')
    tap.check(store.unsigned == 0, 'parts are signed too', f'{store.unsigned} of {store.seen} are not')
    return recording


def fetch(server, path, span=None):
    request = urllib.request.Request(f'http://127.0.0.1:{server.http}{path}', headers={'Range': f'bytes={span}'} if span else {})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def run_released(tap, server, store, load, ctl, name, environment=None):
    """The local files go when the store has them; what is played or downloaded comes from there, whole, in parts, and checked."""
    store.trouble = ''
    server.start()
    recording = record(server, load)
    folder = os.path.join(server.folder, 'recordings', recording)
    kept = server.json(f'/v1/recordings/{recording}')['manifest']['files']
    plain = {file['n']: fetch(server, f"/v1/recordings/{recording}/files/{file['n']}")[2] for file in kept}
    time.sleep(0.1)
    early = [file['path'] for file in kept if not os.path.exists(os.path.join(folder, file['path']))]
    wait_for(lambda: server.metric('parlor_away_waiting') == 0 and is_all_there(server, store, recording), 60)
    there = len(store.objects)
    server.stop()
    server.flags = (*server.flags, '--s3-keep-local-days', '0')
    server.start()
    gone = wait_for(lambda: not any(os.path.exists(os.path.join(folder, file['path'])) for file in kept), 60)
    tap.check(not early and gone and len(store.objects) == there, f'{name}: local files go when the store has them, by the rule alone', f'{early} {os.listdir(folder)}')
    file, other = kept[0], kept[-1]
    path = f"/v1/recordings/{recording}/files/{file['n']}"
    store.trouble = '500'
    status = fetch(server, path)[0]
    store.trouble = 'lie'
    lied = fetch(server, path)[0]
    store.trouble = 'half'
    half = fetch(server, path)[0]
    store.trouble = ''
    tap.check([status, lied, half] == [503] * 3 and not os.path.exists(os.path.join(folder, file['path'])), f'{name}: what cannot be had, or is not it, is not given',
              f'{status} {lied} {half}')
    parts = []
    for row in kept:
        n, data = row['n'], plain[row['n']]
        status, headers, body = fetch(server, f'/v1/recordings/{recording}/files/{n}', '5-300')
        parts.append(status == 206 and body == data[5:301] and headers['Content-Range'] == f"bytes 5-{min(300, len(data) - 1)}/{len(data)}")
    tap.check(all(parts), f'{name}: a part of a file passes', parts)
    whole = [fetch(server, f"/v1/recordings/{recording}/files/{row['n']}") for row in kept]
    tap.check(all(status == 200 and body == plain[row['n']] and headers['Parlor-Sha256'] == row['sha256'] for row, (status, headers, body) in zip(kept, whole)),
              f'{name}: the whole is what was recorded', [status for status, _, _ in whole])
    back = wait_for(lambda: all(os.path.exists(os.path.join(folder, row['path'])) for row in kept), 30)
    out = subprocess.run([ctl, 'verify', folder], capture_output=True, text=True, timeout=30, env={**os.environ, **(environment or {})}, check=False)
    tap.check(back and out.returncode == 0 and fetch(server, f"/v1/recordings/{recording}/files/{other['n']}", '999999999-')[0] == 416,
              f'{name}: and what was brought back verifies', out.stdout + out.stderr)
    looked = server.metric('parlor_away_released_total')
    wait_for(lambda: server.metric('parlor_away_waiting') == 0 and server.metric('parlor_away_released_total') == looked, 10)
    put = [one for one in store.puts if one.endswith(f"{recording}/{file['path']}")]
    tap.check(len(put) <= 1, f'{name}: it is not sent again', put)
    server.stop()


def erase(server, store, recording):
    """For ever; the store comes back later."""
    server.ask(f'/v1/recordings/{recording}?forever=true', method='DELETE')
    wait_for(lambda: not os.path.exists(os.path.join(server.folder, 'recordings', recording)))
    store.trouble = ''
    return wait_for(lambda: not store.objects and not os.listdir(os.path.join(server.folder, 'recordings', '.gone')), 120)


def main():
    store = Store(free_port(socket.SOCK_STREAM))
    server = Server(sys.argv[1])
    credentials = os.path.join(server.folder, 'credentials')
    with open(credentials, 'w', encoding='ascii') as out:
        out.write(f'{ACCESS}:{SECRET}\n')
    server.flags = ('--s3-url', f'http://127.0.0.1:{store.port}/bucket/parlor', '--s3-region', REGION, '--s3-credentials', credentials, '--s3-part-kib', '64')
    tap = Tap(21)
    vault = Server(sys.argv[1])
    key = os.path.join(vault.folder, 'master')
    with open(key, 'w', encoding='ascii') as out:
        out.write('0123456789abcdef' * 4 + '\n')
    vault.flags = (*server.flags, '--recording-key-file', key)
    try:
        run(tap, server, store, sys.argv[2])
        server.stop()
        run_parts(tap, server, store, sys.argv[2])
        server.stop()
        run_released(tap, server, store, *sys.argv[2:4], 'plain')
        run_released(tap, vault, store, *sys.argv[2:4], 'enciphered', {'PARLOR_RECORDING_KEY_FILE': key})
        if not tap.good:
            with open(os.path.join(server.folder, 'log'), encoding='utf-8') as log:
                print(''.join('# ' + line for line in log.readlines()[-20:]))
    finally:
        server.close()
        vault.close()
    sys.exit(0 if tap.good else 1)


if __name__ == '__main__':
    main()
