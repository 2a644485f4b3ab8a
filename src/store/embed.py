#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the migrations as C strings: embed.py OUT.c 0001_a.sql 0002_b.sql …"""
import os
import sys


def literal(path):
    with open(path, encoding="utf-8") as source:
        lines = source.read().splitlines()
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return "\n".join('    "%s\\n"' % line for line in escaped)


def main():
    out, sources = sys.argv[1], sorted(sys.argv[2:], key=os.path.basename)
    with open(out, "w", encoding="utf-8") as target:
        target.write('/* SPDX-License-Identifier: Apache-2.0 */\n#include "store/migrations.h"\n\n#include <stddef.h>\n\n')
        target.write("const char *const parlor_store_migrations[] = {\n")
        for number, path in enumerate(sources, 1):
            name = os.path.basename(path)
            if not name.startswith("%04d_" % number):
                sys.exit("migrations must count without a gap: " + name)
            target.write(literal(path) + ",\n")
        target.write("    NULL,\n};\n")


main()
