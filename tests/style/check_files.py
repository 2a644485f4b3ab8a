#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Files: the SPDX line, a README in each folder of src/, tests that mirror, and no string that does not belong here."""
import pathlib
import re
import sys

from common import Tap, files, relative, tracked

SPDX = "SPDX-License-Identifier: Apache-2.0"
# File kinds that carry the line within their first three lines.
WITH_SPDX = (".c", ".h", ".py", ".sh", ".mjs", ".ts", ".build", ".css")
README_LINES = 15
# Strings that never belong in the tree: places of one computer, unfinished work, leftovers of a merge.
FORBIDDEN = [
    (re.compile("/" + r"(?:home/\w+|root|work)/[\w.]"), "a path of one computer"),
    (re.compile(r"^(<{7}|>{7}) ", re.M), "a leftover of a merge"),
    (re.compile(r"\b(?:FIX" + r"ME|XX" + r"X|TO" + r"DO|HA" + r"CK)\b"), "unfinished work: finish it, or write an issue"),
    (re.compile(r"-----BEGIN (?:EC |RSA )?PRIVATE" + r" KEY-----"), "a private key"),
]
TEXT = (".c", ".h", ".py", ".sh", ".mjs", ".ts", ".build", ".css", ".html", ".md", ".json", ".txt", ".sql", ".yaml", ".conf", ".js")
NOT_OURS = re.compile(r"(^|/)(package-lock\.json|LICENSE)$|^tests/(data|fuzz/corpus)/")


def spdx_problems(name, text):
    # web/package.json says it for web/.
    if name.endswith(WITH_SPDX) and not name.startswith("web/") and SPDX not in "\n".join(text.splitlines()[:3]):
        yield f"{name}: no line '{SPDX}' at its head"


def string_problems(name, text):
    if name.endswith(TEXT) and not NOT_OURS.search(name):
        for pattern, why in FORBIDDEN:
            for match in pattern.finditer(text):
                yield f"{name}:{text.count(chr(10), 0, match.start()) + 1}: '{match.group(0)}': {why}"


def readme_problems(name, text):
    if text is None:
        yield f"{name}: missing (what the folder is, what it may include, where to start reading)"
    elif len(text.splitlines()) > README_LINES:
        yield f"{name}: {len(text.splitlines())} lines, the limit is {README_LINES}"


def source_folders(root):
    folders = {relative(f, root).split("/")[1] for f in files(root, ".c", ".h", folders=("src",)) if len(f.relative_to(root).parts) > 2}
    return sorted(f"src/{name}" for name in folders) + (["plugins"] if any(files(root, ".c", folders=("plugins",))) else [])


def main(root):
    tap = Tap()
    root = pathlib.Path(root)
    tap.can_fail("no SPDX line", spdx_problems("src/base/x.c", "int a;\n"))
    tap.can_fail("a path of one computer", string_problems("src/base/x.c", '"/ho' + 'me/someone/file"'))
    tap.can_fail("unfinished work", string_problems("docs/x.md", "TO" + "DO: all of it"))
    tap.can_fail("a missing README", readme_problems("src/base/README.md", None))
    tap.can_fail("a long README", readme_problems("src/base/README.md", "\n" * 16))
    texts = {relative(f, root): f.read_text(errors="replace") for f in tracked(root) if f.suffix in TEXT + WITH_SPDX}
    tap.result("sources say their licence", [p for name, text in texts.items() for p in spdx_problems(name, text)])
    tap.result("nothing is in the tree that does not belong there", [p for name, text in texts.items() for p in string_problems(name, text)])
    for folder in source_folders(root):
        readme = root / folder / "README.md"
        tap.result(f"{folder} has a short README", readme_problems(relative(readme, root), readme.read_text() if readme.exists() else None))
    tap.end()


main(sys.argv[1])
