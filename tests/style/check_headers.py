#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Headers: each compiles alone, from nothing but its own includes, and begins with `#pragma once`."""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

from common import Tap, files, relative


PACKAGES = ("glib-2.0 gstreamer-base-1.0 gstreamer-sdp-1.0 gstreamer-rtp-1.0 nice openssl libsrtp2 libuv "
            "libmicrohttpd jansson libjwt libsodium sqlite3").split()


def include_flags(build):
    """-I and -D flags of the whole project, from the build's own list of commands and pkg-config; none twice."""
    flags = subprocess.run(["pkg-config", "--cflags", *PACKAGES], check=True, capture_output=True, text=True).stdout.split()
    for entry in json.loads((pathlib.Path(build) / "compile_commands.json").read_text()):
        words = shlex.split(entry["command"])
        for index, word in enumerate(words):
            if word.startswith(("-I", "-D", "-isystem")):
                if word.startswith("-I"):
                    word = "-I" + os.path.join(entry["directory"], word[2:])
                if word not in flags:
                    flags.append(word)
    return flags


def problems_of(name, text, flags, include):
    if "#pragma once" not in text:
        yield f"{name}: no #pragma once"
    run = subprocess.run(["cc", "-x", "c", "-std=gnu11", "-fsyntax-only", "-Wall", "-Werror", *flags, "-"],
                         input=include, capture_output=True, text=True)
    if run.returncode:
        yield f"{name}: {run.stderr.strip()[:600]}"


def main(root, build):
    tap = Tap()
    flags = include_flags(build)
    tap.can_fail("a type from nowhere", problems_of("x.h", "#pragma once\n", flags, "gsize f (void);\n"))
    tap.can_fail("no guard", problems_of("x.h", "int a;\n", flags, "#include <glib.h>\n"))
    headers = list(files(root, ".h", folders=("include", "src", "plugins")))

    def check(path):
        name = relative(path, root)
        written = re.sub(r"^(src|include|plugins)/", "", name)
        return name, list(problems_of(name, path.read_text(), flags, f'#include "{written}"\n'))

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, problems in pool.map(check, headers):
            tap.result(f"{name} compiles alone", problems)
    tap.end()


main(*sys.argv[1:])
