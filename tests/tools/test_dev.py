#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""./dev's parts on a project of one line: a build that is ended before its time leaves nothing that spoils the next one. Prints TAP. usage: test_dev.py SOURCE_ROOT"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

PARTS = 'set -euo pipefail; for part in common packages build test; do . "tools/dev/$part.sh"; done; '
# As ninja: asked to end, it ends when what it began has ended.
SLOW = '''import pathlib, signal, sys, time
def end(*_):
    time.sleep(1)
    pathlib.Path("ended").touch()
    sys.exit(1)
signal.signal(signal.SIGTERM, end)
pathlib.Path("began").touch()
time.sleep(30)
'''


def run(folder, words):
    return subprocess.run(['bash', '-c', PARTS + words], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)


def project(root, folder):
    """The parts as they are, beside a project without a line of code."""
    shutil.copytree(root / 'tools/dev', folder / 'tools/dev')
    (folder / 'tools/packages.txt').write_text('')
    (folder / 'meson.build').write_text("project ('nothing')\n")
    (folder / 'build/results').mkdir(parents=True)


def configured_anew(folder, *missing):
    """Meson was killed before it wrote these."""
    first = run(folder, 'build_native build-x')
    for name in (*missing, '.parlor-folders'):
        (folder / 'build-x' / name).unlink()
    again = run(folder, 'build_native build-x')
    return first.returncode == 0 and again.returncode == 0, first.stderr + again.stderr


def ended_whole(folder, words):
    """Whether what builds ahead had ended when these words were done, and how they ended."""
    (folder / 'slow.py').write_text(SLOW)
    with open(folder / 'tools/dev/build.sh', 'a', encoding='utf-8') as file:
        file.write('build_native () { python3 slow.py; }\n')
    for name in ('began', 'ended'):
        (folder / name).unlink(missing_ok=True)
    done = run(folder, 'begun () { until [ -e began ]; do sleep 0.05; done; }; ' + words)
    return (folder / 'ended').exists(), f'{done.returncode}: {done.stderr}'


def main():
    root = pathlib.Path(sys.argv[1])
    print('1..4', flush=True)
    bad = 0
    with tempfile.TemporaryDirectory(prefix='parlor-dev-') as name:
        folder = pathlib.Path(name)
        project(root, folder)
        results = [('what was killed before there was a build file is configured anew', configured_anew(folder, 'build.ninja', 'meson-private/cmd_line.txt')),
                   ('and what was killed after it', configured_anew(folder, 'meson-private/cmd_line.txt')),
                   ('who ends a build ahead waits for all of it', ended_whole(folder, 'begin_ahead ahead_sanitized; begun; end_ahead')),
                   ('a run that breaks off ends it too', ended_whole(folder, 'run_suite () { [ "$1" != web ] || { begun; false; }; }; command_test'))]
    for number, (what, (good, why)) in enumerate(results, 1):
        bad += not good
        print(f"{'ok' if good else 'not ok'} {number} - {what}")
        print(''.join(f'# {line}\n' for line in why.splitlines()), end='', flush=True)
    sys.exit(1 if bad else 0)


if __name__ == '__main__':
    main()
