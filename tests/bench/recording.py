#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What recording costs, how soon a recording is ready, and what a kill loses: the section "Recording" of docs/performance.md.

    tests/bench/recording.py [--seconds 10] [--turns 3] [--stops 30] [--stills 0,12,24] [--kills 20] [--markdown docs/performance.md]

Cost: rooms of one publisher and one receiver each (tools/load), not recorded and recorded in turn in the same run; CPU is user and system time of all threads. A
recorded packet is one that the receiver got as well. The publisher's picture and sound are measured together and the sound alone; the picture is the
difference. Ready: two people are recorded for some seconds, again and again; from the request to stop until the list says "ready", which is when every file plays
and the manifest is signed. Stills: the same of one person who shares a screen of 1,920 x 1,080 and notes something down so many times in twelve seconds, the last
time at the end; each picture must be in the manifest. Kills: tests/app/test_record_kills.py. A run on a busy machine is told as such.
"""
import argparse
import json
import os
import pathlib
import re
import secrets
import subprocess
import sys
import time
import urllib.request

from servers import Parlor

ROOMS = 8
KBPS = 2500
KINDS = {'picture and sound': ['--subscribers', '1', '--video-kbps', str(KBPS)], 'sound': ['--shape', 'audio', '--people', '1', '--subscribers', '1']}
HEADING = '\n## Recording\n'


def ask(server, path, body=None, port=None):
    url = f'http://127.0.0.1:{port}{path}' if port else server.url + path
    request = urllib.request.Request(url, json.dumps(body).encode() if body is not None else None, {'Content-Type': 'application/json'})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read()


def make_room(server):
    return json.loads(ask(server, '/v1/rooms', {'title': 'Bench', 'policy': {'record': 'by_host', 'consent': 'notice'}}))['id']


def record(server, room, action):
    return json.loads(ask(server, f'/v1/rooms/{room}/recording', {'action': action}))


def numbers(server):
    text = ask(server, '/metrics', port=server.admin).decode()
    return {line.split(' ')[0]: float(line.rsplit(' ', 1)[1]) for line in text.splitlines() if not line.startswith('#')}


def cpu_of(pid):
    """Seconds, all threads."""
    fields = pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')


def moment(server):
    now = numbers(server)
    return {'server': now['process_cpu_seconds_total'], 'packets': now['parlor_packets_forwarded_total'], 'recorder': cpu_of(int(now['parlor_recorder_pid']))}


def window(server, seconds):
    before = moment(server)
    time.sleep(seconds)
    after = moment(server)
    return {name: after[name] - before[name] for name in before}


def publishers(build, server, rooms, seconds, words):
    return [subprocess.Popen([str(build / 'tools/load/parlor-load'), '--url', server.url, '--server', 'whip', '--room', room, '--seconds', str(seconds), '--warmup', '2',
                              *words, '--json', '-'], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) for room in rooms]


def add(total, part):
    for name, value in part.items():
        total[name] = total.get(name, 0) + value


def measure(build, words, args, *flags):
    """Two sums of windows: not recorded, recorded."""
    server = Parlor(build, 1, *flags)
    sums = ({}, {})
    loads = []
    try:
        rooms = [make_room(server) for _ in range(ROOMS)]
        record(server, rooms[0], 'start')  # the recorder is there from the first one on
        record(server, rooms[0], 'stop')
        loads = publishers(build, server, rooms, args.turns * (2 * args.seconds + 8) + 10, words)
        time.sleep(5)
        for _ in range(args.turns):
            add(sums[0], window(server, args.seconds))
            for room in rooms:
                record(server, room, 'start')
            time.sleep(2)
            add(sums[1], window(server, args.seconds))
            for room in rooms:
                record(server, room, 'stop')
            time.sleep(2)
    finally:
        for load in loads:
            load.kill()
            load.wait()
        server.close()
    return sums


def cost(build, args, *flags):
    """Of each kind: packets a second and track, CPU seconds a second of both processes."""
    rows = {}
    for kind, words in KINDS.items():
        plain, recorded = measure(build, words, args, *flags)
        span = args.seconds * args.turns
        extra = recorded['server'] - plain['server'] * recorded['packets'] / plain['packets']
        rows[kind] = {'packets': recorded['packets'] / span / ROOMS, 'forward': plain['server'] / plain['packets'] * 1e6, 'server': extra / span / ROOMS,
                      'recorder': (recorded['recorder'] - plain['recorder']) / span / ROOMS}
    both, sound = rows['picture and sound'], rows['sound']
    picture = {name: both[name] - sound[name] for name in ('packets', 'server', 'recorder')} | {'forward': both['forward']}
    return {f'VP8, {KBPS / 1000:g} Mbit/s': picture, 'Opus': sound}


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(share * len(values)))]


def stop_and_wait(server, room, recording):
    began = time.monotonic()
    record(server, room, 'stop')
    while json.loads(ask(server, f'/v1/recordings/{recording}'))['state'] != 'ready':
        if time.monotonic() - began > 60:
            raise SystemExit('a recording was not ready within a minute')
        time.sleep(0.01)
    return time.monotonic() - began


def ready(build, args):
    """Seconds from stop to ready, of each stop."""
    server = Parlor(build)
    room = make_room(server)
    words = ['--server', 'rt', '--shape', 'meeting', '--people', '2', '--video-kbps', str(KBPS)]
    load = subprocess.Popen([str(build / 'tools/load/parlor-load'), '--url', server.url, '--room', room, '--seconds', str(args.stops * 6 + 30), *words],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    waits = []
    try:
        time.sleep(4)
        for _ in range(args.stops):
            recording = record(server, room, 'start')['recording']
            time.sleep(3)
            waits.append(stop_and_wait(server, room, recording))
    finally:
        load.kill()
        load.wait()
        server.close()
    return waits


SCREEN_FPS = 10
TURN_SECONDS = 25  # of one stop with markers, with room to spare


def encode_screen(path, seconds):
    """Before anything is measured: an encoder beside it would be the bottleneck."""
    subprocess.run(f'gst-launch-1.0 -q videotestsrc num-buffers={seconds * SCREEN_FPS} pattern=smpte ! video/x-raw,width=1920,height=1080,framerate={SCREEN_FPS}/1 ! '
                   f'timeoverlay ! vp8enc deadline=1 cpu-used=16 target-bitrate=2500000 end-usage=cbr keyframe-max-dist={4 * SCREEN_FPS} ! webmmux ! filesink location={path}'.split(),
                   check=True)


def play_screen(build, server, room, path):
    source = subprocess.Popen(f'gst-launch-1.0 -q filesrc location={path} ! matroskademux ! clocksync ! rtpvp8pay pt=96 picture-id-mode=2 ! rtpstreampay ! fdsink'.split(),
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    inject = subprocess.Popen([str(build / 'tools/parlorctl/parlorctl'), '--data-dir', server.folder.name, 'inject', f'{room}/lin/screen', '--caps',
                               'application/x-rtp,media=video,clock-rate=90000,encoding-name=VP8,payload=96'], stdin=source.stdout, stdout=subprocess.DEVNULL)
    return source, inject


def stop_with_stills(server, room, n):
    """Seconds from stop to ready."""
    recording = record(server, room, 'start')['recording']
    time.sleep(3)
    for i in range(max(n, 1)):
        time.sleep(12 / max(n, 1))
        if n:
            ask(server, f'/v1/rooms/{room}/markers', {'kind': 'parameter', 'text': f'Number {i}'})
    waited = stop_and_wait(server, room, recording)
    stills = json.loads(ask(server, f'/v1/recordings/{recording}'))['manifest']['stills']
    if len(stills) != n:
        raise SystemExit(f'{len(stills)} pictures of {n} markers: the screen, or the machine, was too slow')
    return waited


def ready_with_stills(build, args):
    """Of each number of markers: seconds from stop to ready."""
    server = Parlor(build)
    room = make_room(server)
    screen = pathlib.Path(server.folder.name) / 'screen.webm'
    encode_screen(screen, 10 + TURN_SECONDS * len(args.stills) * args.stills_turns)
    players = play_screen(build, server, room, screen)
    try:
        time.sleep(3)
        return {n: [stop_with_stills(server, room, n) for _ in range(args.stills_turns)] for n in args.stills}
    finally:
        for process in players:
            process.kill()
            process.wait()
        server.close()


def kills(build, args):
    """Words of what a kill costs, as the test has them."""
    root = pathlib.Path(__file__).resolve().parents[2]
    out = subprocess.run([sys.executable, str(root / 'tests/app/test_record_kills.py'), str(build / 'src/parlord'), str(build / 'tools/load/parlor-load'),
                          str(build / 'tools/parlorctl/parlorctl'), str(args.kills), '7'], capture_output=True, text=True, check=False).stdout
    found = re.search(r'(\d+) tracks of (\d+) kills .*?p50 (\d+), p95 (\d+), max (\d+) ms', out)
    after = re.search(r'after (\d+) ms at most', out)
    lost = re.search(r'# (\d+) packets', out)
    if not (found and after and lost):
        raise SystemExit('the kill test said nothing:\n' + out)
    bad = len(re.findall('^not ok', out, re.M))
    return (f'{found[2]} kills, {found[1]} tracks of sound: lost per kill p50 {found[3]}, p95 {found[4]}, max {found[5]} ms (promised: p95 500, max 1,000); the next file began '
            f'{after[1]} ms after a kill at most (promised: 3,000); the meeting lost {lost[1]} packets; of its checks {bad} failed')


def table(rows):
    lines = ['| track | packets/s | parlord µs a packet | parlor-recorder µs a packet | both, of a core | forwarding alone, µs a packet to its one receiver |',
             '|---|---|---|---|---|---|']
    for name, row in rows.items():
        us = [row[who] * 1e6 / row['packets'] for who in ('server', 'recorder')]
        lines.append(f"| {name} | {row['packets']:.0f} | {us[0]:.1f} | {us[1]:.1f} | {100 * (row['server'] + row['recorder']):.2f} % | {row['forward']:.1f} |")
    return '\n'.join(lines)


def section(args, texts):
    return (f'{HEADING}\n`tests/bench/recording.py --markdown docs/performance.md` (a part of `./dev bench`); load average before the run {args.load:.1f}, {os.cpu_count()} cores with '
            f'the load on them. Not recorded and recorded in turn, {args.turns} times {args.seconds} s each, {ROOMS} rooms of one publisher and one receiver; a track\'s cost is what '
            'the recorded turns took more.\n\n' + '\n\n'.join(texts) + '\n')


def write(path, text):
    """In the place of the section of that name, else at the end."""
    page = path.read_text()
    begin = page.find(HEADING)
    end = page.find('\n## ', begin + 1) if begin >= 0 else -1
    before, after = (page, '') if begin < 0 else (page[:begin], page[end:] if end >= 0 else '')
    path.write_text(before.rstrip('\n') + '\n' + text + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', type=pathlib.Path, default=pathlib.Path('build'))
    parser.add_argument('--seconds', type=int, default=10)
    parser.add_argument('--turns', type=int, default=3)
    parser.add_argument('--stops', type=int, default=30)
    parser.add_argument('--stills', type=lambda text: [int(one) for one in text.split(',') if one], default=[0, 12, 24])
    parser.add_argument('--stills-turns', type=int, default=3)
    parser.add_argument('--kills', type=int, default=20)
    parser.add_argument('--markdown', type=pathlib.Path)
    args = parser.parse_args()
    args.load = os.getloadavg()[0]
    texts = []
    if args.turns:
        rows = cost(args.build, args)
        keys = pathlib.Path(f'/tmp/parlor-bench-{os.getpid()}.keys')
        keys.write_text(secrets.token_hex(32))
        try:
            rows |= {f'{name}, enciphered': row for name, row in cost(args.build, args, '--recording-key-file', str(keys)).items()}
        finally:
            keys.unlink()
        texts.append(table(rows))
        print(texts[-1], flush=True)
    if args.stops:
        waits = [1000 * one for one in ready(args.build, args)]
        texts.append(f'Stop to ready (every file plays, the manifest is signed), {args.stops} stops of two people\'s recording: p50 {percentile(waits, .5):.0f}, '
                     f'p95 {percentile(waits, .95):.0f}, max {max(waits):.0f} ms (promised: 5,000).')
        print(texts[-1], flush=True)
    if args.stills:
        of = {n: ', '.join(f'{1000 * one:,.0f}' for one in waits) for n, waits in ready_with_stills(args.build, args).items()}
        texts.append('Stop to ready with pictures of markers, of a shared screen of 1,920 × 1,080, the last one noted down right before the stop, ms: '
                     + '; '.join(f'{n} markers: {waits}' for n, waits in of.items()) + ' (promised: 5,000).')
        print(texts[-1], flush=True)
    if args.kills:
        texts.append(f'SIGKILL at random instants (`tests/app/test_record_kills.py`): {kills(args.build, args)}.')
        print(texts[-1], flush=True)
    if args.markdown:
        write(args.markdown, section(args, texts))


if __name__ == '__main__':
    main()
