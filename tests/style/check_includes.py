#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Include direction: a folder includes only lower levels, never a sibling of its own level; cores see no I/O library."""
import pathlib
import re
import sys

from common import Tap, files, relative

LEVELS = {
    "base": 0, "proto": 1,
    "secure": 2, "ice": 2, "room": 2, "live": 2, "service": 2, "brand": 2,
    "plugins": 3,
    "media": 4, "record": 4, "store": 4, "hooks": 4, "calendar": 4, "http": 4, "signal": 4,
    "app": 5, "stage": 5,
}
# The domain says what is wanted; how it is carried is for others.
DOMAIN = ("room", "live", "service", "brand")
EDGE_HEADERS = re.compile(r"^(gst/|sqlite3|libpq|jansson|jwt|microhttpd|wslay|uv\.h|curl/|nice/|stun/|srtp2?/|openssl/)")
# All pure cores: no GStreamer types, no sockets of their own making, no event loop.
PURE = ("base", "proto", "secure", "ice") + DOMAIN
PURE_FORBIDDEN = re.compile(r"^(gst/(?!sdp/)|uv\.h|microhttpd|sqlite3|wslay|jansson|pthread\.h)")
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]', re.M)


def folder_of(path):
    """Folder name of the level table for a file or an include path; None when it is not of ours."""
    parts = pathlib.PurePath(path).parts
    if parts[:1] == ("src",):
        parts = parts[1:]
    if parts and parts[0] in LEVELS and len(parts) > 1:
        return parts[0]
    if parts and parts[0].startswith("gstparlor"):
        return "plugins"
    return None


def problems_of(name, text):
    """Wrong includes of one file; `name` is relative to the root."""
    folder = folder_of(name)
    for match in INCLUDE.finditer(text):
        quoted, target = match.group(1) == '"', match.group(2)
        other = folder_of(target) if quoted else None
        line = text.count("\n", 0, match.start()) + 1
        if ".." in target:
            yield f"{name}:{line}: {target}: written from src/, never with .."
        if other and other != folder and LEVELS[other] >= LEVELS[folder]:
            yield f"{name}:{line}: {folder} (L{LEVELS[folder]}) includes {target} (L{LEVELS[other]})"
        if folder in DOMAIN and EDGE_HEADERS.match(target):
            yield f"{name}:{line}: {folder} is domain and includes {target}"
        elif folder in PURE and PURE_FORBIDDEN.match(target):
            yield f"{name}:{line}: {folder} is a pure core and includes {target}"


def main(root):
    tap = Tap()
    tap.can_fail("a sibling", problems_of("src/http/x.c", '#include "signal/socket.h"\n'))
    tap.can_fail("a higher level", problems_of("src/proto/rtp/x.h", '#include "media/worker.h"\n'))
    tap.can_fail("the plugin from a core", problems_of("src/ice/x.c", '#include "gstparlorrouter.h"\n'))
    tap.can_fail("a store in the domain", problems_of("src/room/x.c", "#include <sqlite3.h>\n"))
    tap.can_fail("GStreamer in a core", problems_of("src/secure/x.c", "#include <gst/gst.h>\n"))
    tap.result("the right way is let through", problems_of("src/media/x.c", '#include "room/media.h"\n#include <gst/gst.h>\n'))
    names = [f for f in files(root, ".c", ".h", folders=("src", "plugins"))]
    by_folder = {}
    for path in names:
        name = relative(path, root)
        by_folder.setdefault(folder_of(name) or "?", []).extend(problems_of(name, path.read_text(errors="replace")) if folder_of(name)
                                                                  else [f"{name}: its folder is not in the level table"])
    for folder, problems in sorted(by_folder.items()):
        tap.result(f"{folder} includes only what is below it", problems)
    tap.end()


main(sys.argv[1])
