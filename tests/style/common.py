# SPDX-License-Identifier: Apache-2.0
"""What the style tests share: the list of our files, and a little TAP."""
import os
import pathlib
import subprocess
import sys

SOURCE_FOLDERS = ("include", "src", "plugins", "tools", "tests")


def files(root, *suffixes, folders=SOURCE_FOLDERS):
    """Files below the folders; node_modules, build results and hidden folders are not ours."""
    for folder in folders:
        for where, subfolders, names in os.walk(pathlib.Path(root) / folder):
            subfolders[:] = sorted(d for d in subfolders if d not in ("node_modules", "dist") and d[0] != ".")
            for name in sorted(names):
                if not suffixes or name.endswith(suffixes):
                    yield pathlib.Path(where) / name


def tracked(root):
    """What git keeps, and what it would keep; without git, everything below the known folders."""
    try:
        out = subprocess.run(["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                             check=True, capture_output=True).stdout.decode()
        return [pathlib.Path(root) / name for name in sorted(set(out.split("\0"))) if name and (pathlib.Path(root) / name).is_file()]
    except (OSError, subprocess.CalledProcessError):
        return list(files(root, folders=SOURCE_FOLDERS + ("web", "docs")))


def relative(path, root):
    return str(pathlib.Path(path).relative_to(root))


class Tap:
    """Numbers subtests, prints the reasons of failures, ends with the plan and the exit status."""

    def __init__(self):
        self.count = 0
        self.failures = 0

    def result(self, name, problems):
        problems = list(problems)
        self.count += 1
        self.failures += bool(problems)
        print(f"{'not ok' if problems else 'ok'} {self.count} - {name}")
        for problem in problems[:200]:
            print("# " + problem.replace("\n", "\n#   "))
        sys.stdout.flush()

    def can_fail(self, name, problems, expected=1):
        """The self-test of a rule: a bad sample must be found out."""
        problems = list(problems)
        short = [] if len(problems) >= expected else [f"the bad sample gave {len(problems)} findings, not {expected}"]
        self.result(f"a bad sample is found out: {name}", short)

    def end(self):
        print(f"1..{self.count}")
        sys.exit(1 if self.failures else 0)
