#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A process that maps what it is told to, line by line on its input."""
import mmap
import os
import sys

held = []


def map_file(path, size):
    with open(path, "w+b") as file:
        file.truncate(size)
        held.append(mmap.mmap(file.fileno(), size))


def obey(words):
    if words[0] == "anon":          # anon PAGES TOUCHED
        area = mmap.mmap(-1, int(words[1]) * 4096,
                         mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        for page in range(int(words[2])):
            area[page * 4096] = 1
        held.append(area)
    elif words[0] == "touch":       # touch PAGES, of the area mapped last
        for page in range(int(words[1])):
            held[-1][page * 4096] = 1
    elif words[0] == "file":        # file PATH as a Python literal
        map_file(eval(" ".join(words[1:])), 65536)
    elif words[0] == "unlink":
        os.unlink(eval(" ".join(words[1:])))
    elif words[0] == "many":        # many COUNT: areas that can't be joined
        for i in range(int(words[1])):
            held.append(mmap.mmap(-1, 4096, mmap.MAP_PRIVATE |
                                  mmap.MAP_ANONYMOUS,
                                  mmap.PROT_READ if i % 2 else
                                  mmap.PROT_READ | mmap.PROT_WRITE))
    elif words[0] == "exec":
        os.execv(sys.executable, [sys.executable, os.path.abspath(__file__)])
    elif words[0] == "exit":
        os._exit(0)


print("ready", flush=True)
for line in sys.stdin:
    obey(line.split())
    print("done", flush=True)
