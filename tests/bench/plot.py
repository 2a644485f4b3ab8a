# SPDX-License-Identifier: Apache-2.0
"""Bars as SVG, for pages: no library, and colours that are told apart on light and dark ground."""
import math
from xml.sax.saxutils import escape

COLOURS = ('#8a8f98', '#2f7de1', '#d9822b')
WIDTH, LEFT, RIGHT, BAR, GAP, TOP = 860, 270, 60, 9, 9, 56


def bars(title, names, rows):
    """rows: (label, a value a name, NaN = none). The axis is logarithmic, from the power of ten below the least value."""
    values = [value for _, row in rows for value in row if value == value]
    low, high = 10 ** math.floor(math.log10(min(values))), max(values)
    scale = (WIDTH - LEFT - RIGHT) / math.log10(high / low)
    step = len(names) * BAR + GAP
    height = TOP + len(rows) * step + 8
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="11">',
             f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>', f'<text x="10" y="18" font-size="14" fill="#1d2127">{escape(title)}</text>']
    for index, name in enumerate(names):
        parts.append(f'<rect x="{10 + index * 200}" y="28" width="12" height="12" fill="{COLOURS[index]}"/>'
                     f'<text x="{28 + index * 200}" y="38" fill="#1d2127">{escape(name)}</text>')
    for number, (label, row) in enumerate(rows):
        y = TOP + number * step
        parts.append(f'<text x="{LEFT - 8}" y="{y + step / 2}" text-anchor="end" fill="#1d2127">{escape(label)}</text>')
        for index, value in enumerate(row):
            if value == value:
                width = max(math.log10(value / low) * scale, 1)
                parts.append(f'<rect x="{LEFT}" y="{y + index * BAR}" width="{width:.1f}" height="{BAR - 1}" fill="{COLOURS[index]}"/>'
                             f'<text x="{LEFT + width + 4:.1f}" y="{y + index * BAR + BAR - 1}" font-size="9" fill="#1d2127">{value:.2f}</text>')
    return '\n'.join(parts) + '\n</svg>\n'
