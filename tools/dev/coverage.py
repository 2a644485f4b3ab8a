#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What tests run of the parsers: a table of lines and branches, file by file, of a build with -Db_coverage=true whose tests have run.

coverage.py BUILD [--missing]: parsers of remote bytes (PARSERS) are held to 100 % of lines and 95 % of branches, and the exit status says whether they are; the
rest of src/proto is shown. --missing names what lacks. A branch is one that the source has: those inside GLib's checks of the programmer
(g_return_if_fail, g_assert: never reached by a peer's bytes) count for nothing.
"""
import argparse
import json
import pathlib
import re
import subprocess
import sys

LINES, BRANCHES = 100.0, 95.0
# Whoever reads what a peer sent before anything else has looked at it.
PARSERS = re.compile(r'^src/(proto/(demux|framing|rtp/(dd|ext|header|red|rtx)|rtcp/(packet|twcc)|codec/\w+'
                     r'|sdp/(candidate|codecs|formats|fragment|lines|media|offer|streams|transport|words))|ice/stun)\.c$')
PROGRAMMERS = re.compile(r'\bg_(return_(val_)?if_fail|assert\w*|return_(val_)?if_reached)\b|G_STATIC_ASSERT')


def gcov(gcno):
    out = subprocess.run(['gcov', '--json-format', '--stdout', '--branch-probabilities', str(gcno)], check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                         cwd=gcno.parent).stdout
    return json.loads(out)['files'] if out.strip() else []


def source_of(root, build, name):
    path = (build / name).resolve() if not name.startswith('/') else pathlib.Path(name)
    try:
        return str(path.relative_to(root))
    except ValueError:
        return None


def ignored(path):
    """Numbers of the lines that belong to the programmer's checks, those that go on over several lines included."""
    lines, found, depth = path.read_text().splitlines(), set(), 0
    for number, line in enumerate(lines, 1):
        if depth > 0 or PROGRAMMERS.search(line):
            found.add(number)
            depth = max(depth, 0) + line.count('(') - line.count(')')
    return found


def collect(root, build, folders):
    """path → {line: [count, [branch counts]]}; a line in several places (inlined) counts once."""
    found = {}
    for folder in folders:
        for gcno in sorted((build / folder).rglob('*.gcno')):
            if not gcno.with_suffix('.gcda').exists():
                continue
            for one in gcov(gcno):
                path = source_of(root, build, one['file'])
                if path is None or not path.startswith('src/') or not path.endswith('.c'):
                    continue
                lines = found.setdefault(path, {})
                for line in one['lines']:
                    kept = lines.setdefault(line['line_number'], [0, []])
                    kept[0] += line['count']
                    counts = [branch['count'] for branch in line['branches']]
                    kept[1] = [a + b for a, b in zip(kept[1], counts)] if len(kept[1]) == len(counts) else counts
    return found


def share(part, whole):
    return 100.0 * part / whole if whole else 100.0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('build', type=pathlib.Path)
    parser.add_argument('--missing', action='store_true')
    args = parser.parse_args()
    root, build = pathlib.Path(__file__).resolve().parents[2], args.build.resolve()
    found, low = collect(root, build, ['src/proto', 'src/ice']), []
    print('| file | lines | branches |\n|---|---|---|')
    for path in sorted(found):
        parses = PARSERS.search(path) is not None
        if not parses and not path.startswith('src/proto/'):
            continue
        skip = ignored(root / path)
        lines = {number: data for number, data in found[path].items() if number not in skip}
        branches = [(number, count) for number, data in lines.items() for count in data[1]]
        of_lines = share(sum(data[0] > 0 for data in lines.values()), len(lines))
        of_branches = share(sum(count > 0 for _, count in branches), len(branches))
        bad = parses and (of_lines < LINES or of_branches < BRANCHES)
        low += [path] * bad
        print(f"| {path}{'' if parses else ' (no parser)'} | {of_lines:.1f} % of {len(lines)} | {of_branches:.1f} % of {len(branches)} |{' too low' if bad else ''}")
        if args.missing and (bad or not parses):
            print('  lines', sorted(number for number, data in lines.items() if data[0] == 0))
            print('  branches', sorted({number for number, count in branches if count == 0}))
    if not any(PARSERS.search(path) for path in found):
        print('no parser has run', file=sys.stderr)
        return 1
    if low:
        print(f"below {LINES:.0f} % of lines or {BRANCHES:.0f} % of branches: {', '.join(low)}", file=sys.stderr)
    return 1 if low else 0


if __name__ == '__main__':
    sys.exit(main())
