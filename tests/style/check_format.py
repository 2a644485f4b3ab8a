#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-format: the tree is as .clang-format makes it (./dev format puts it right)."""
import pathlib
import subprocess
import sys
import tempfile

from common import Tap, files, relative


def misformatted(root, paths):
    """Names of files that clang-format would change."""
    paths = [str(path) for path in paths]
    for begin in range(0, len(paths), 50):
        run = subprocess.run(["clang-format", f"--style=file:{root}/.clang-format", "--dry-run", "--Werror", "--ferror-limit=1"]
                             + paths[begin:begin + 50], capture_output=True, text=True)
        bad = {line.split(":")[0] for line in run.stderr.splitlines() if "error:" in line}
        if run.returncode and not bad:
            bad = {run.stderr.strip() or "clang-format failed"}
        yield from sorted(bad)


def main(root):
    tap = Tap()
    with tempfile.TemporaryDirectory() as folder:
        sample = pathlib.Path(folder) / "bad.c"
        sample.write_text("int f(void){return 1;}\n")
        tap.can_fail("a function on one line", misformatted(root, [sample]))
        sample.write_text("int\nf (void)\n{\n  return 1;\n}\n")
        tap.result("the house's shape is let through", misformatted(root, [sample]))
    for folder in ("include", "src", "plugins", "tools", "tests"):
        paths = list(files(root, ".c", ".h", folders=(folder,)))
        if paths:
            tap.result(f"{folder} is formatted", [f"{relative(p, root) if p.startswith('/') else p}: ./dev format" for p in misformatted(root, paths)])
    tap.end()


main(sys.argv[1])
