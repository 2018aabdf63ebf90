#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Makes columns.h: the characters that stand alone on a terminal.

python3 columns.py > columns.h

Left out, so that they get escaped: controls, formats, direction marks,
surrogates, private use, unassigned, line separators, everything that combines
with its neighbours (marks, conjoining Hangul, emoji modifiers, regional
indicators) and letters that are drawn as nothing.
"""
import unicodedata

INVISIBLE = {0x115f, 0x1160, 0x2800, 0x3164, 0xffa0}
JOINING = [(0x1160, 0x11ff), (0xd7b0, 0xd7ff), (0x1f1e6, 0x1f1ff),
           (0x1f3fb, 0x1f3ff)]


def columns(c):
    if c in INVISIBLE or any(a <= c <= b for a, b in JOINING):
        return 0
    cat = unicodedata.category(chr(c))
    if cat[0] not in "LNPS" and cat != "Zs":
        return 0
    return 2 if unicodedata.east_asian_width(chr(c)) in "WF" else 1


def main():
    print("/* SPDX-License-Identifier: GPL-2.0 */")
    print("/* Made by columns.py from Unicode %s. Ascending, disjoint. */" %
          unicodedata.unidata_version)
    print("static const struct {\n\tuint32_t first, last;"
          "\n\tint columns;\n} ranges[] = {")
    start = 0
    for c in range(1, 0x110001):
        now = columns(start)
        if c <= 0x10ffff and columns(c) == now:
            continue
        if now:
            print("\t{ 0x%x, 0x%x, %d }," % (start, c - 1, now))
        start = c
    print("};")


main()
