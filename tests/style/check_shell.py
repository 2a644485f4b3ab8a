#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shell: every script parses, and begins by making errors end it."""
import pathlib
import re
import subprocess
import sys

from common import Tap, files, relative


def problems_of(name, text):
    run = subprocess.run(["bash", "-n"], input=text, capture_output=True, text=True)
    if run.returncode:
        yield f"{name}: {run.stderr.strip()}"
    if text.startswith("#!") and not re.search(r"^set -[a-z]*e", text, re.M):
        yield f"{name}: no `set -e`"


def main(root):
    tap = Tap()
    tap.can_fail("a script that does not parse", problems_of("x.sh", "if true; then\n"))
    tap.can_fail("a script that goes on after an error", problems_of("x.sh", "#!/bin/sh\nfalse\n"))
    root = pathlib.Path(root)
    scripts = [root / "dev", root / ".ci/run", root / "tools/ingest/parlor-ingest"] + list(files(root, ".sh", folders=("tools", "tests")))
    tap.result("scripts parse and stop at errors", [p for s in scripts for p in problems_of(relative(s, root), s.read_text())])
    tap.end()


main(sys.argv[1])
