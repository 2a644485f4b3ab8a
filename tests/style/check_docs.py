#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The two contracts say what the two tables do: docs/openapi.yaml the rows of src/http/routes.c, docs/protocol.md the rows of
src/signal/messages.c; what the documents link to is there, and so is the test of each promise."""
import pathlib
import re
import sys

from common import Tap, relative, tracked

# OPTIONS is CORS, the same everywhere, and said once.
ROUTE = re.compile(r'^\s*\{"([A-Z]+)", "(/[^"]*)"', re.M)
OPENAPI = re.compile(r"^  (/\S*):$|^    (get|post|put|patch|delete):$", re.M)
MESSAGE = re.compile(r'^    \{"([a-z_]+)",\s+PARLOR_WHEN_', re.M)
SAID = re.compile(r'-> \{"t":"([a-z_]+)"')
# Pictures are not looked for: they are made by a browser.
LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?!https?:|#)([^)#\s]+)")


def routes_of(text):
    return {(method, path) for method, path in ROUTE.findall(text) if method != "OPTIONS"}


def operations_of(text):
    path, found = None, set()
    for new_path, method in OPENAPI.findall(text.split("\ncomponents:")[0]):
        if new_path:
            path = new_path
        else:
            found.add((method.upper(), path))
    return found


def said_of(text):
    """Messages of a page; `deny` stands behind a slash beside `admit`."""
    found = set(SAID.findall(text))
    for line in text.splitlines():
        if "->" in line:
            found.update(re.findall(r"/ `([a-z_]+)`", line))
    return found


# A status and the code of its problem, wherever a handler says both; error.c has those of the domain.
PROBLEM = re.compile(r'\b[45]\d\d,\s*"([a-z_]+)"')
CODES = re.compile(r"^    Problem:\n.*?^        code:\n\s+type: string\n\s+enum: \[([^\]]*)\]", re.M | re.S)


def codes_of(root):
    sources = [*sorted((root / "src/http").glob("*.c")), root / "src/base/error.c"]
    return {code for path in sources for code in PROBLEM.findall(path.read_text())}


def codes_in(openapi):
    listed = CODES.search(openapi)
    return set(re.findall(r"\w+", listed.group(1))) if listed else set()


def differences(table, document, table_name, document_name):
    for name in sorted(table - document):
        yield f"{name} is a row of {table_name}, but not in {document_name}"
    for name in sorted(document - table):
        yield f"{name} is in {document_name}, but no row of {table_name}"


def broken_links(path, text, root):
    for target in LINK.findall(text):
        if not (path.parent / target).exists():
            yield f"{relative(path, root)}: links to {target}, which is not there"


# A file of ours by its name or path; `wire_….c` and `NNNN-title.md` stand for many.
FILE = re.compile(r"`((?:[\w.-]+/)*[\w-]+\.(?:c|h|py|mjs|sh|md|yaml))`")
OPTION = re.compile(r'^    \{"([a-z0-9-]+)", KIND_', re.M)


def lost_files(name, text, known):
    for file in FILE.findall(text):
        if not file.rsplit("/", 1)[-1].startswith("NNNN") and not any(one == file or one.endswith("/" + file) for one in known):
            yield f"{name}: there is no {file}"


def untold_options(options, text):
    for option in options:
        if not re.search(rf"(--|`){option}[^\w-]", text):
            yield f"neither docs/operate.md nor docs/hooks.md speaks of --{option}"


def unkept_promises(text, root):
    """Of docs/promises.md: tests and names that are not there. A name may be put together in the source: its last part counts."""
    source = ""
    for code in re.findall(r"`([^`\n]+)`", text):
        if code.startswith("tests/"):
            path = root / code
            source = path.read_text(errors="replace") if path.is_file() else ""
            if not path.exists():
                yield f"docs/promises.md: {code} is not there"
        elif code not in source:
            yield f"docs/promises.md: no test {code} in the file before it"


def main(root):
    root = pathlib.Path(root)
    tap = Tap()
    tap.can_fail("a route that nobody wrote down", differences(routes_of('    {"GET", "/v1/x", Y},'), operations_of("paths:\n  /v1/y:\n    post:\n"), "a", "b"), 2)
    tap.can_fail("a promise without its test", unkept_promises("`tests/none.c` `x`", root), 2)
    tap.can_fail("a message that nobody wrote down", differences({"join"}, said_of('-> {"t":"wave"}'), "a", "b"), 2)
    tap.can_fail("a link to nowhere", broken_links(root / "README.md", "[x](docs/nowhere.md)", root))
    tap.can_fail("a file that is not there", lost_files("x", "`nowhere/post.c`", {"src/hooks/poster.c"}))
    tap.can_fail("an option that nobody wrote down", untold_options(["udp-port"], "`--udp`"))
    routes = routes_of((root / "src/http/routes.c").read_text())
    operations = operations_of((root / "docs/openapi.yaml").read_text())
    tap.result("openapi.yaml has every route, and no other", differences(routes, operations, "routes.c", "openapi.yaml") if routes else ["no route was found"])
    rows = set(MESSAGE.findall((root / "src/signal/messages.c").read_text()))
    said = said_of((root / "docs/protocol.md").read_text())
    tap.result("protocol.md has every message of a page, and no other", differences(rows, said, "messages.c", "protocol.md") if rows else ["no row was found"])
    codes, openapi = codes_of(root), (root / "docs/openapi.yaml").read_text()
    tap.result("openapi.yaml lists every code of a problem, and no other", differences(codes, codes_in(openapi), "a handler", "openapi.yaml") if codes else ["no code was found"])
    documents = [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").rglob("*.md"))]
    tap.result("what the documents link to is there", [problem for path in documents for problem in broken_links(path, path.read_text(), root)])
    known = {relative(path, root) for path in tracked(root)}
    guides = [*documents, *(path for path in tracked(root) if path.name == "README.md" and path.parent != root)]
    tap.result("the files that the documents name are there", [problem for path in guides if "decisions" not in path.parts
                                                                for problem in lost_files(relative(path, root), path.read_text(), known)])
    options = OPTION.findall((root / "src/app/config.c").read_text())
    told = (root / "docs/operate.md").read_text() + (root / "docs/hooks.md").read_text()
    tap.result("every option is spoken of", untold_options(options, told) if options else ["no option was found"])
    tap.result("every promise has its test", unkept_promises((root / "docs/promises.md").read_text(), root))
    tap.end()


if __name__ == "__main__":
    main(sys.argv[1])
