#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No circles inside a folder: who needs whom among the files of a folder has a beginning, where one can start to read.

A file needs another by the functions and tables of it that it names; a header needs those that it includes. Types alone tie nobody:
who is handed a thing may name it.
"""
import collections
import pathlib
import re
import sys

from common import Tap, files, relative

# Folders that have circles still, with why nobody has broken them yet. A folder leaves this list, none enters it.
ROUND = {
    "plugins/router": "one state (state.h) that packets, timers and commands walk through; its files are chapters of it",
    "src/room": "a room, who is in it and his seat make and end one another",
}
COMMENT = re.compile(r'/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.S)
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
# GNU style: a function's name stands at the beginning of its line; what is static has no prefix.
FUNCTION = re.compile(r"^(parlor_\w+) \(", re.M)
TABLE = re.compile(r"^(?:const )?[A-Z]\w+ (parlor_\w+)(?:\[\w*\])? = ", re.M)
NAME = re.compile(r"\b[a-z]+_\w+\b")


def needs_of(sources):
    """{file: {other file: what it takes}} of one folder's {file name: text}: by what is called, and of headers by what they include."""
    owner, needs = {}, collections.defaultdict(lambda: collections.defaultdict(set))
    plain = {pathlib.PurePath(n).name: COMMENT.sub(" ", text) for n, text in sources.items()}
    for name, text in plain.items():
        if name.endswith(".c"):
            owner.update({m.group(1): name for m in [*FUNCTION.finditer(text), *TABLE.finditer(text)]})
    for path, text in sources.items():
        name, folder = pathlib.PurePath(path).name, pathlib.PurePath(path).parent.name
        if name.endswith(".c"):
            for word in set(NAME.findall(plain[name])):
                if owner.get(word, name) != name:
                    needs[name][owner[word]].add(word)
        for target in map(pathlib.PurePath, INCLUDE.findall(text) if name.endswith(".h") else ()):
            if target.name in plain and target.parent.name in ("", folder):
                needs[name][target.name].add("its types")
    return needs


def circles(needs):
    """Strongly connected parts of more than one unit, each sorted (Tarjan)."""
    index, low, stack, found = {}, {}, [], []

    def visit(unit):
        index[unit] = low[unit] = len(index)
        stack.append(unit)
        for other in list(needs.get(unit, ())):
            if other not in index:
                visit(other)
                low[unit] = min(low[unit], low[other])
            elif other in stack:
                low[unit] = min(low[unit], index[other])
        if low[unit] == index[unit]:
            part = []
            while not part or part[-1] != unit:
                part.append(stack.pop())
            if len(part) > 1:
                found.append(sorted(part))

    for unit in list(needs):
        if unit not in index:
            visit(unit)
    return sorted(found)


def problems_of(sources):
    """One line a circle, and one an arrow in it."""
    needs = needs_of(sources)
    for part in circles(needs):
        yield "circle: " + " ".join(part)
        for unit in part:
            for other in sorted(set(needs[unit]) & set(part)):
                yield f"  {unit} -> {other}: {', '.join(sorted(needs[unit][other]))}"


def main(root):
    tap = Tap()
    tap.can_fail("two that call each other", problems_of({"a/x.c": "void\nparlor_x (void)\n{\n  parlor_y ();\n}\n",
                                                          "a/y.c": "void\nparlor_y (void)\n{\n  parlor_x ();\n}\n"}))
    tap.can_fail("two headers", problems_of({"src/a/x.h": '#include "a/y.h"\n', "src/a/y.h": '#include "a/x.h"\n'}))
    tap.result("a chain is let through", problems_of({"a/x.c": "void\nparlor_x (void)\n{\n  parlor_y ();\n}\n",
                                                      "a/y.c": "/* as parlor_x () asks */\nvoid\nparlor_y (void)\n{\n}\n"}))
    folders = collections.defaultdict(dict)
    for path in files(root, ".c", ".h", folders=("src", "plugins", "tools")):
        name = relative(path, root)
        folders[str(pathlib.PurePath(name).parent)][name] = path.read_text(errors="replace")
    for folder, sources in sorted(folders.items()):
        found = list(problems_of(sources))
        if folder in ROUND:
            tap.result(f"{folder} is still on the list of those that go round", [] if found else ["it does not: take it off the list"])
        else:
            tap.result(f"{folder} has no circles", found)
    tap.end()


main(sys.argv[1])
