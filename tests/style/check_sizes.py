#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sizes: a function ends by line 120, a file by line 1,200, an element by line 400."""
import pathlib
import re
import sys

from common import Tap, files, relative

FUNCTION_LINES, FILE_LINES, ELEMENT_LINES = 120, 1200, 400


def functions(text):
    """(name, first line, lines) of each function: in our format its braces stand alone in column 0."""
    name, start = "?", 0
    for number, line in enumerate(text.splitlines(), 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            yield name, start, number - start + 1
            start = 0
        elif not start:
            found = re.match(r"^([a-zA-Z_]\w*) \(", line)
            name = found.group(1) if found else name


def problems_of(name, text):
    lines = text.count("\n")
    limit = ELEMENT_LINES if re.match(r"plugins/gstparlor\w+\.c$", name) else FILE_LINES
    if lines > limit:
        yield f"{name}: {lines} lines, the limit is {limit}"
    if name.endswith(".c"):
        for function, start, length in functions(text):
            if length > FUNCTION_LINES:
                yield f"{name}:{start}: {function} has {length} lines, the limit is {FUNCTION_LINES}"


def main(root):
    tap = Tap()
    body = "  call ();\n"
    tap.can_fail("a long function", problems_of("src/base/x.c", f"void\nf (void)\n{{\n{body * 119}}}\n"))
    tap.can_fail("a long file", problems_of("src/base/x.h", "\n" * 1201))
    tap.can_fail("a long element", problems_of("plugins/gstparlorx.c", "\n" * 401))
    tap.result("a function of 120 lines is let through", problems_of("src/base/x.c", f"void\nf (void)\n{{\n{body * 118}}}\n"))
    ours = list(files(root, ".c", ".h", ".py", ".sh", ".mjs"))
    web = list(files(root, ".ts", ".css", folders=("web/src", "web/embed")))
    tap.result("sources keep to the limits", [p for f in ours + web for p in problems_of(relative(f, root), f.read_text(errors="replace"))])
    tap.result("there are sources", [] if ours else ["none found"])
    tap.end()


main(sys.argv[1])
