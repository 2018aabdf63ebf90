#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""heap.py PID: an input of heap.c, on stdout, of what a live process has.

Memory of zeros is left out, and so is what neither reader looks at.
"""

import re
import struct
import subprocess
import sys

LINE = re.compile(r"(\w+)-(\w+) (....) \w+ \S+ \d+ *(.*)")
NAMES = [
    (r"", 0), (r"\[heap\]", 1), (r".*/libc\.so\.6", 2),
    (r".*/libvmachunk\.so", 3), (r"\[anon: glibc.*", 5), (r"/memfd:.*", 0),
]
GAP = 12        # zeros that a record goes over, as it has a head of ten bytes


def read_areas(pid):
    """(start, end, kind, perms) of those that a reader of heaps looks at."""
    with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
        for line in maps:
            start, end, perms, name = LINE.match(line).groups()
            kind = next((k for n, k in NAMES if re.fullmatch(n, name)), None)
            if kind is not None:
                yield int(start, 16), int(end, 16), kind, perms, name


def records(addr, memory):
    """Runs of memory that are not zero."""
    for match in re.finditer(rb"[^\0](?:[^\0]|\0{1,%d}(?=[^\0]))*" % GAP,
                             memory):
        data = match.group()
        for at in range(0, len(data), 0xffff):
            part = data[at:at + 0xffff]
            yield struct.pack("<QH", addr + match.start() + at, len(part)) + part


def main():
    pid = int(sys.argv[1])
    areas = list(read_areas(pid))
    debug = 0
    for start, _, kind, _, name in areas:
        if kind == 3:
            symbols = subprocess.run(["nm", "-D", name], check=True, text=True,
                                     capture_output=True).stdout
            debug = start + int(re.search(r"(\w+) \w vmachunk_debug",
                                          symbols)[1], 16)
            break
    out = struct.pack("<BBQQB", 0x31 if debug else 0x21, 36, debug,
                      areas[0][0], len(areas))
    body = b""
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as mem:
        for start, end, kind, perms, _ in areas:
            bits = sum(1 << i for i in range(4) if perms[i] in "rwxs"[i])
            pages, shift = (end - start) // 4096, 0
            while pages > 65536:
                pages, shift = (pages + 1) // 2, shift + 1
            out += struct.pack("<QHBBB", start, pages - 1, shift, kind, bits)
            if bits & 2 and not shift:
                mem.seek(start)
                body += b"".join(records(start, mem.read(end - start)))
        if debug:
            mem.seek(debug)
            body = struct.pack("<QH", debug, 512) + mem.read(512) + body
    sys.stdout.buffer.write(out + body)


main()
