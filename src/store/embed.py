#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the migrations as C strings, one form for each database: embed.py OUT.c 0001_a.sql 0010_b.sql …"""
import os
import re
import sys

# Portable word → (SQLite, PostgreSQL). The longer ones come first.
WORDS = [
    ("BIGSERIAL PRIMARY KEY", "INTEGER PRIMARY KEY AUTOINCREMENT", "BIGSERIAL PRIMARY KEY"),
    ("DOUBLE PRECISION", "REAL", "DOUBLE PRECISION"),
    ("BIGINT", "INTEGER", "BIGINT"),
    ("INTEGER", "INTEGER", "BIGINT"),
    ("REAL", "REAL", "DOUBLE PRECISION"),
    ("BYTEA", "BLOB", "BYTEA"),
    ("BLOB", "BLOB", "BYTEA"),
    # Compared byte by byte everywhere, whatever language a server was set up in.
    ("TEXT", "TEXT", 'TEXT COLLATE "C"'),
]
FOREIGN = r"\b(AUTOINCREMENT|STRICT|WITHOUT|VARCHAR|CHAR|BOOLEAN|BOOL|INT|SERIAL|NUMERIC|TIMESTAMP\w*|DATE\w*|JSONB?|UUID|" \
          r"NOCASE|PRAGMA|GLOB|RETURNING|IF NOT EXISTS|VIRTUAL|TRIGGER)\b"
PATTERN = re.compile("|".join(r"(?P<w%d>\b%s\b)" % (i, w[0].replace(" ", r"\s+")) for i, w in enumerate(WORDS)))
# Comments, texts and quoted names are left alone.
PARTS = re.compile(r"(--[^\n]*\n?|'(?:[^']|'')*'|\"[^\"]*\")")


def translate(sql, column):
    def word(match):
        return WORDS[int(match.lastgroup[1:])][column]
    return PATTERN.sub(word, sql)


def forms(name, text):
    sqlite, postgres = "", ""
    for i, part in enumerate(PARTS.split(text)):
        if part.startswith("--"):
            continue
        if i % 2 == 0:
            foreign = re.search(FOREIGN, part)
            if foreign:
                sys.exit("%s: %s is not portable, see src/store/README.md" % (name, foreign.group(0)))
        sqlite += translate(part, 1) if i % 2 == 0 else part
        postgres += translate(part, 2) if i % 2 == 0 else part
    return re.sub(r"CREATE TABLE\b[^;]*\);", options, sqlite), postgres


def options(match):
    """STRICT refuses a text in a column of numbers, as PostgreSQL does. Rows stand in the order of their key, which loads and
    searches many times faster (docs/decisions/0040), unless a number is the key, which is the row's own."""
    table = match.group(0)[:-1]
    clustered = "PRIMARY KEY" in table and "INTEGER PRIMARY KEY" not in table
    return table + (" STRICT, WITHOUT ROWID;" if clustered else " STRICT;")


def literal(text):
    lines = (line.replace("\\", "\\\\").replace('"', '\\"') for line in text.splitlines() if line.strip())
    return "\n".join('     "%s\\n"' % line for line in lines)


def main():
    out, sources = sys.argv[1], sorted(sys.argv[2:], key=os.path.basename)
    seen = set()
    with open(out, "w", encoding="utf-8") as target:
        target.write('/* SPDX-License-Identifier: Apache-2.0 */\n#include "store/migrations.h"\n\n#include <stddef.h>\n\n')
        target.write("const ParlorMigration parlor_store_migrations[] = {\n")
        for path in sources:
            name = os.path.basename(path)
            number = int(name[:4]) if re.match(r"\d{4}_\w+\.sql$", name) else 0
            if number == 0 or number in seen:
                sys.exit("a migration is named NNNN_words.sql and its number is its own: " + name)
            seen.add(number)
            with open(path, encoding="utf-8") as source:
                sqlite, postgres = forms(name, source.read())
            target.write('    {%d, "%s",\n%s,\n%s},\n' % (number, name, literal(sqlite), literal(postgres)))
        target.write("    {0, NULL, NULL, NULL},\n};\n")


main()
