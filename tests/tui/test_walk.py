#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Walk and Tables, on tables made by hand (walks.c); symbols, on a process."""
import ctypes
import os
import re

from terminal import TOP, Target, Terminal, check, run, viewer

WALKS = os.path.join(os.path.dirname(
    os.environ.get("FEEDS") or os.path.join(TOP, "build", "tui", "feeds")),
    "walks")
HEAP = 0x55d0a8e3c000
PLACE = HEAP + 0x4123


def walks(story, *args, **kwargs):
    term = Terminal([WALKS, story, *args], **kwargs)
    term.wait(r"\[1 ")
    return term


def walk_at(story, address=PLACE, *args, **kwargs):
    term = walks(story, *args, **kwargs)
    term.send("5", "@", "%#x" % address, "enter")
    term.wait("(?m)^%#x" % address)
    term.wait(r"[┌+]63")
    return term


def indices(address, levels):
    return [address >> 12 + 9 * i & 511 for i in range(levels)][::-1]


def reversed_row(term):
    """The text of the row that is selected."""
    for y in range(3, term.rows - 1):
        if term.screen.buffer[y][2].reverse:
            return term.lines()[y]
    return ""


def a_screen_of_it():
    """Four levels, page and bits at 80x24, nothing cut off."""
    with walk_at("four") as term:
        lines = term.lines()
        check(lines[3].startswith("0x55d0a8e40123  sample:table+0x10"),
              lines[3])
        cells = [int(x, 0) for x in re.findall(r"0x\w+|\d+", lines[7])]
        check(cells == [0] + indices(PLACE, 4) + [0x123],
              "indices %s" % cells)
        rows = [line for line in lines if re.match(r"  p\wd |  pte ", line)]
        check([int(re.search(r"\[(\d+)\]", row)[1]) for row in rows] ==
              indices(PLACE, 4), term.text())
        check("0x8000000123456867" in rows[3], rows[3])
        check("→ page, 4 KiB" in rows[3], rows[3])
        check(sum("▼" in line for line in lines) == 4, "arrows")
        term.wait("frame 0x123456, physical address 0x123456123")
        term.wait("anon dirty accessed")
        check(lines[22].startswith("└──┴"), "the last row: " + lines[22])
        check(max(len(line) for line in lines) <= 80, "too wide")
    with walk_at("five") as term:
        cells = [int(x, 0) for x in re.findall(r"0x\w+|\d+", term.lines()[7])]
        check(cells == [0] + indices(PLACE, 5) + [0x123],
              "indices %s" % cells)
        term.wait("p4d +at 0x")
        check(term.lines()[19].startswith("└──┴"), term.text())


def moving():
    with walk_at("four") as term:
        check("pte" in reversed_row(term), "the last level is selected")
        # Every second page is there.
        term.send("right")
        term.wait("(?m)^%#x" % (PLACE + 0x1000))
        term.wait(r"pte .* none")
        term.wait("the pte is none: never touched")
        term.send("left")
        term.wait("frame 0x123456")
        term.send("up")
        check("pmd" in reversed_row(term), term.text())
        term.wait(r"62-52")
        term.send("pgdn")
        term.wait("(?m)^%#x" % (PLACE + (2 << 20)))
        term.wait("in no area")
        term.send("pgup")
        term.wait("frame 0x123456")
        term.send("g")
        check("pgd" in reversed_row(term), term.text())
        term.send("pgup")
        term.wait("(?m)^%#x" % (PLACE - (512 << 30)))
        term.send("@", "0x10", "enter")
        term.wait("(?m)^0x10")
        term.send("left")
        term.wait("the address space ends there")
        term.send("@", "0x7fffffffe010", "enter")
        term.wait("(?m)^0x7fffffffe010")
        term.send("right")
        term.wait("the address space ends there")
        term.send("@", "0xffffffff81000000", "enter")
        term.wait("above TASK_SIZE")


def ways_to_end():
    with walk_at("hole") as term:
        term.wait(r"pmd .* none")
        term.wait("the pmd entry is none: never touched, or given back. 2 MiB")
        check("pte " not in "".join(term.lines()[8:]), term.text())
    with walk_at("huge") as term:
        term.wait("→ huge page, 2 MiB")
        frame = 0x123400 + (PLACE >> 12 & 511)
        term.wait("physical address %#x" % (frame << 12 | 0x123))
    with walk_at("swap") as term:
        term.wait("in swap area 0, its page 4660")
        term.wait("not present: in swap")
    with walk_at("machine") as term:
        term.wait("what the bits mean is not known")
        term.wait("0x8000000123456867")
    with walks("unknown") as term:
        term.send("5")
        term.wait("the way through the page tables is not known")
        term.wait("/proc tells only their sum")
        term.send("6")
        term.wait("the page tables are not known")


def hidden():
    """Frames that may not be seen are ?, at every level."""
    with walk_at("token") as term:
        term.wait(r"pte +at \? +\[64\] +0x800\?{10}867")
        term.wait("token 0xdeadbeefcafe")
        term.send("i")
        term.wait(r"frame number = \?")
        check(b"123456" not in term.raw, "a frame was shown")
        check(b"104f3" not in term.raw, "a table was shown")


def explanation():
    with walk_at("four") as term:
        term.send("i")
        term.wait("the pte entry maps a page of 4 KiB")
        term.wait("Bits 20 to")
        term.wait("bit 63, execute disable = 1")
        term.send("esc")
        term.send("6", "i")
        term.wait("A table is a page of its own")


def small():
    with walk_at("four", cols=40, rows=10) as term:
        term.send("down", "down", "down")
        term.wait("frame 0x123456")
        term.wait("anon dirty accessed")
        term.send("g")
        term.wait(r"pgd .*→ pud")
        check("pgd" in reversed_row(term), term.text())
    with walk_at("four", PLACE, "plain", cols=160, rows=50) as term:
        term.wait("present. 1: the CPU uses the entry|attribute table")
        check(all(byte < 128 for byte in term.raw), "not plain ASCII")


def tables():
    with walks("four") as term:
        term.send("6")
        term.wait("spends 352 KiB on page tables: 88 of 4 KiB each")
        term.wait("the kernel counts 344 KiB in pgtables_bytes.*the walk")
        rows = [line.split() for line in term.lines()
                if re.match(r" +\d+ +\d+K .* [a-z] [0-9a-f]{12}", line)]
        check(rows[0][:2] == ["5", "20K"], "dearest first: %s" % rows[0])
        sizes = [int(row[0]) for row in rows]
        check(sizes == sorted(sizes, reverse=True), sizes)
        check([row[5] for row in rows[1:]] == sorted(
            row[5] for row in rows[1:]), "ties by address")
        # The selection is the address of the other views.
        term.send("down")
        term.send("5")
        term.wait("(?m)^0x" + rows[1][5].lstrip("0"))
    with walks("differ") as term:
        term.send("6")
        term.wait("the kernel counts 4 KiB")


def libc_place(name, target):
    """Where the target has what we find in our own libc."""
    def base(path):
        with open(path) as maps:
            return min(int(line.split("-")[0], 16) for line in maps
                       if "libc.so.6" in line)
    ours = ctypes.cast(getattr(ctypes.CDLL("libc.so.6"), name),
                       ctypes.c_void_p).value
    return ours - base("/proc/self/maps") + base("/proc/%d/maps" % target.pid)


def symbols():
    with Target() as target, viewer(target.pid, "-d", "30") as term:
        address = libc_place("getppid", target)
        term.send("5", "@", "libc:getppid", "enter")
        term.wait(r"(?m)^%#x  libc.so.6:getppid" % address)
        term.send("right")
        term.wait(r"(?m)^%#x" % (address + 4096))
        term.send("@", "getppid", "enter")
        term.wait(r"(?m)^%#x  libc.so.6:getppid" % address)
        term.send("@", "heap", "enter")
        term.wait(r"(?m)^h heap")
        term.send("@", "libc:nothing_like_it", "enter")
        term.wait("is called libc:nothing")
        # It can be mended on the spot.
        term.send("\x15", "getppid@libc", "enter")
        term.wait(r"(?m)^%#x  libc.so.6:getppid" % address)


run([a_screen_of_it, moving, ways_to_end, hidden, explanation, small, tables,
     symbols])
