#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The portal of a brand with 5,000 recordings, over HTTP: each is paged through once, and found by what is in it: test_portal.py PARLORD. Prints TAP."""
import os
import sqlite3
import sys
import time
import urllib.parse

from recording_bench import Server, Tap

ROWS = 5000
MS = 200
LOOSE = 3  # of the promise; the best of some tries
TRIES = 5
DAY_MS = 86400 * 1000


def fill(folder, series=None):
    """As sealed recordings lie in the table: one an hour; one in a hundred speaks of a gap. `series`: the room of every other one."""
    rows = [{'id': f'rec_{n:026d}', 'brand': 'br_demo', 'room': f'rm_{n % 40}' if n % 2 or series is None else series, 'title': f'Weekly {n % 40}', 'state': 'ready', 'mode': 'ask', 'started_by': '',
             'started_ms': 1700000000000 + n * 3600 * 1000, 'stopped_ms': 1700000000000 + n * 3600 * 1000 + 60000, 'from_ms': 0, 'to_ms': 60000, 'files': 0, 'bytes': 1,
             'people': f'Lin {n % 7}\nMara', 'words': ('装配间隙 0.35 毫米' if n % 100 == 7 else '其他内容') + f' {n}', 'purge_ms': 0} for n in range(ROWS)]
    with sqlite3.connect(os.path.join(folder, 'parlor.db')) as base:
        base.executemany(f"INSERT INTO recordings ({','.join(rows[0])}) VALUES ({','.join('?' * len(rows[0]))})", [list(row.values()) for row in rows])
    base.close()


def pages(server):
    """Every row, page by page."""
    cursor, seen = '', []
    while cursor is not None:
        page = server.json('/v1/recordings?limit=200' + (f'&cursor={urllib.parse.quote(cursor)}' if cursor else ''))
        seen += page['recordings']
        cursor = page['cursor']
    return seen


def search(server, **words):
    """Rows of the first page, and the least of some waits in ms."""
    path = '/v1/recordings?' + urllib.parse.urlencode(words)
    waits = []
    for _ in range(TRIES):
        began = time.monotonic()
        rows = server.json(path)['recordings']
        waits.append(1000 * (time.monotonic() - began))
    return rows, min(waits)


def occurrences_are_told(rows):
    """Planned for an hour at nine: what ran for a minute at thirteen past eight and past ten is near enough, at six and at noon it is not."""
    for row in rows:
        day, hour = row['started_at'] // DAY_MS * DAY_MS, row['started_at'] % DAY_MS // 3600000
        told = row['occurrence'] and row['occurrence']['start']
        if told != (day + 9 * 3600000 if hour in (8, 10) else None):
            return False
    return len(rows) == 200


def main():
    tap = Tap(6)
    server = Server(sys.argv[1])
    try:
        server.start()
        daily = {'start': '2023-11-14T09:00', 'zone': 'UTC', 'minutes': 60, 'rrule': 'FREQ=DAILY'}
        room = server.json('/v1/rooms', {'title': 'Daily', 'schedule': daily})
        server.stop()
        fill(server.folder, room['id'])
        server.start()
        seen = pages(server)
        times = [row['started_at'] for row in seen]
        tap.check(len(seen) == ROWS and len({row['id'] for row in seen}) == ROWS, 'every recording is on one page', f'{len(seen)} rows')
        tap.check(times == sorted(times, reverse=True), 'the newest first', '')
        found = {'text': search(server, text='间隙', limit=200), 'person': search(server, person='Lin 3', limit=200),
                 'dates': search(server, **{'from': times[-1], 'to': times[-1] + DAY_MS, 'limit': 200}), 'nothing': search(server, text='间距')}
        counts = [len(rows) for rows, _ in found.values()]
        tap.check(counts[0] == ROWS // 100 and counts[1] == 200 and counts[2] in (24, 25) and counts[3] == 0, 'what is in it finds it', f'{counts}')
        rows, of_series = search(server, series=room['schedule']['id'], limit=200)
        tap.check(occurrences_are_told(rows), 'of a series each is of the occurrence that it is near to', f'{len(rows)} rows')
        tap.check(of_series <= MS * LOOSE, 'a series does not let wait', f'{of_series:.0f} ms; promised {MS}')
        worst = max(ms for _, ms in found.values())
        tap.check(worst <= MS * LOOSE, 'a search does not let wait', f'{worst:.0f} ms; promised {MS}')
    finally:
        server.close()
    sys.exit(0 if tap.good else 1)


if __name__ == '__main__':
    main()
