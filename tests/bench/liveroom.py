#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One live room on the air: many synthetic viewers with none of their packets lost, and thirty of whom some are behind bad lines.

    tests/bench/liveroom.py [--viewers 1000] [--seconds 10] [--kbps 1200]

Viewers are WHEP players of tools/load with ICE, DTLS-SRTP, reports and transport-wide feedback; each authenticates every packet, counts it by its
number, and takes the time from the mark that the publisher put into it (glass to glass without camera, encoder, decoder and screen, which no viewer
of this kind has). A bad line takes time both ways and loses datagrams both ways at random; what RTX brings in time is not lost. The server's own
count of the audience is compared with how many there are. A run on a busy machine is told as such.
"""
import argparse
import json
import os
import pathlib
import sys
import urllib.request

from servers import Parlor, run_load


def ask(server, method, path, body=None):
    request = urllib.request.Request(server.url + path, json.dumps(body).encode() if body is not None else None, {'Content-Type': 'application/json'}, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.loads(answer.read() or b'null')


def on_air(server):
    room = ask(server, 'POST', '/v1/rooms', {'kind': 'live', 'title': 'Bench'})['id']
    ask(server, 'POST', f'/v1/rooms/{room}/state', {'to': 'live'})
    return room


def cell(value):
    return '–' if value is None else f'{value:.0f}'


def many(build, viewers, seconds, kbps):
    """A row: packets, losses, CPU, delays."""
    server = Parlor(build)
    try:
        room = on_air(server)
        load = run_load(build, server, 'whip', room, seconds, '--subscribers', viewers, '--video-kbps', kbps)
        peak = ask(server, 'GET', f'/v1/rooms/{room}/live')['peak']
    finally:
        server.close()
    core = load['server_cpu_s'] / load['seconds'] * 100
    print(f"| {load['sessions']} | {kbps} | {load['packets'] / load['seconds']:.0f} | {load['lost']} | {core:.0f} % | {load['server_cpu_s'] * 1e6 / load['packets']:.2f} | "
          f"{cell(load['delay_p50_ms'])} / {cell(load['delay_p99_ms'])} | {load['fps_min']:.1f} | {peak} | {load['own_cpu_s'] / load['seconds'] * 100:.0f} % | "
          f"{os.getloadavg()[0]:.1f} |", flush=True)
    return load['lost'] == 0 and peak == viewers


def thirty(build, seconds, kbps, bad=10, rtt=120, loss=20):
    """Two rows, good lines and bad ones: everybody comes while it is measured, over half of the time."""
    server = Parlor(build)
    try:
        room = on_air(server)
        load = run_load(build, server, 'whip', room, seconds, '--subscribers', 0, '--storm', 30, '--storm-over', seconds // 2, '--bad', bad,
                        '--bad-rtt', rtt, '--bad-loss', loss, '--video-kbps', kbps)
    finally:
        server.close()
    for name, line in zip(('good', f'bad: {rtt} ms, {loss / 10:g} % each way'), load['lines']):
        print(f"| {name} | {line['sessions']} | {line['packets']} | {line['lost_video']} / {line['lost'] - line['lost_video']} | {cell(line['join_p50_ms'])} / {cell(line['join_p95_ms'])} | "
              f"{cell(line['picture_p50_ms'])} / {cell(line['picture_p95_ms'])} | {line['blind']} | "
              f"{cell(line['delay_p50_ms'])} / {cell(line['delay_p95_ms'])} / {cell(line['delay_p99_ms'])} |", flush=True)
    return all(line['blind'] == 0 for line in load['lines']) and load['lines'][0]['lost'] == 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--build', type=pathlib.Path, default=pathlib.Path('build'))
    parser.add_argument('--viewers', type=int, default=1000)
    parser.add_argument('--seconds', type=int, default=10)
    parser.add_argument('--kbps', type=int, default=1200)
    args = parser.parse_args()
    print(f'load before: {os.getloadavg()[0]:.1f}', flush=True)
    good = thirty(args.build, 2 * args.seconds, args.kbps)
    good = many(args.build, args.viewers, args.seconds, args.kbps) and good
    sys.exit(0 if good else 1)


if __name__ == '__main__':
    main()
