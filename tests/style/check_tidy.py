#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""clang-tidy over our own C files; what was clean stays clean until the file, a header of ours or .clang-tidy changes.
With PARLOR_TIDY_DEEP=1 the analyzer follows each function as far as it can (./dev soak)."""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from common import Tap, relative

DEEP = os.environ.get("PARLOR_TIDY_DEEP") == "1"
# States a function is followed through. The analyzer stops by itself at three times as many, which takes three times as long.
DEPTH = [] if DEEP else [f"--extra-arg={word}" for word in ("-Xclang", "-analyzer-config", "-Xclang", "max-nodes=75000")]
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)


def closure(root, path, seen):
    """The file and every header of ours it reaches."""
    if path in seen or not path.is_file():
        return seen
    seen.add(path)
    for name in INCLUDE.findall(path.read_text(errors="replace")):
        for base in (root / "src", root / "include", root / "plugins", path.parent):
            closure(root, base / name, seen)
    return seen


def digest(root, path):
    hashed = hashlib.sha256((root / ".clang-tidy").read_bytes() + repr(DEPTH).encode())
    for part in sorted(closure(root, path, set())):
        hashed.update(str(part).encode() + part.read_bytes())
    return hashed.hexdigest()


def tidy(root, build, path, extra=()):
    run = subprocess.run(["clang-tidy", "--quiet", f"--config-file={root}/.clang-tidy", *DEPTH, *(["-p", str(build)] if build else []), str(path), *extra],
                         capture_output=True, text=True)
    # This analyzer does not know that g_autoptr frees: leaks are AddressSanitizer's to find.
    findings = [line for line in run.stdout.splitlines() if re.search(r": (warning|error): (?!Potential leak)", line)]
    if run.returncode and not findings and "Potential leak" not in run.stdout:
        findings = [f"{path}: clang-tidy ended with {run.returncode}: {run.stderr[-300:]}"]
    return findings


def our_files(root, build):
    entries = json.loads((build / "compile_commands.json").read_text())
    paths = {pathlib.Path(os.path.normpath(os.path.join(e["directory"], e["file"]))) for e in entries}
    return sorted(p for p in paths if relative(p, root).split("/")[0] in ("src", "plugins", "tools") and p.suffix == ".c")


def main(root, build):
    tap = Tap()
    root, build = pathlib.Path(root), pathlib.Path(build)
    with tempfile.TemporaryDirectory() as folder:
        sample = pathlib.Path(folder) / "bad.c"
        sample.write_text("#include <stdlib.h>\nint f (void);\nint f (void) { int *a = malloc (4); free (a); return *a; }\n")
        tap.can_fail("a use after free", tidy(root, None, sample, ["--"]))
    cache = build / "tidy"
    cache.mkdir(exist_ok=True)
    clean = {p.name for p in cache.iterdir()}

    def check(path):
        key = digest(root, path)
        findings = [] if key in clean else tidy(root, build, path)
        if not findings:
            (cache / key).touch()
        return relative(path, root), findings

    # The largest first, so that no core waits for the other's last.
    paths = sorted(our_files(root, build), key=lambda path: -path.stat().st_size)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, findings in sorted(pool.map(check, paths)):
            tap.result(f"{name} is tidy", findings)
    tap.end()


main(*sys.argv[1:])
