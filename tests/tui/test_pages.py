#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The grid of pages: on pictures made by hand, and against pagemap."""
import json
import os
import re
import struct
import subprocess

from terminal import TOP, VMAVIEW, Target, Terminal, check, run, viewer

FEEDS = os.environ.get("FEEDS", os.path.join(TOP, "build", "tui", "feeds"))
PAGE = 4096
BIG = 0x7f0000000000


def open_pages(story, **kwargs):
    term = Terminal([FEEDS, story], **kwargs)
    try:
        term.wait(r"\[1 ")
        term.send("4")
        term.wait(r"\[4 Pages\]")
    except Exception:
        term.close()
        raise
    return term


def rows(term):
    """{address: cells} of the grid."""
    found = {}
    for line in term.lines():
        match = re.match(r"(?:0x)?([0-9a-f]{6,})([ *]) *(\S+)(?: .*)?$", line)
        if match:
            found[int(match.group(1), 16)] = (match.group(3),
                                              match.group(2) == "*")
    return found


def article_heap():
    """Five pages, three of them there: numbers, frames, Size and Rss."""
    with open_pages("pages") as term:
        term.wait("Size 20 KiB  Rss 12 KiB  page sizes 4K")
        term.wait(r"number 36,227, 1 of 5")
        term.wait(r"frame +0x18a  at physical address 0x18a000")
        term.wait("mapped here and nowhere else")
        check(rows(term)[0x8d83000][0] == "aaa··", term.text)
        term.send("right", "right")
        term.wait(r"number 36,229, 3 of 5")
        term.wait(r"frame +0x347f")
        term.wait("yes: mapped elsewhere too; w looks")
        term.send("w")
        term.wait("also at +0x7f0000007000 anon")
        term.send("right")
        term.wait(r"number 36,230, 4 of 5")
        term.wait("none: no entry")
        check("frame" not in term.text(), "a frame of nothing")
        term.send("i")
        term.wait(r"first read maps the zero page")
        term.send("esc", "end", "right")
        term.wait(r"number 36,231, 5 of 5")


def tokens_are_said():
    with open_pages("tokens") as term:
        term.wait("token +0x18a  stands for the frame: equal tokens")
        check("physical" not in term.text(), "a token is no address")


def zoom_and_scroll():
    with open_pages("pages") as term:
        term.send("}")
        term.wait("Size 1 GiB .* 2 MiB a cell")
        check(len(rows(term)) == 8, term.text)
        check(rows(term)[BIG][0].startswith("██░"), term.text)
        check(set(rows(term)[BIG + (1 << 29)][0]) == {"·"}, term.text)
        term.send("t")
        check(rows(term)[BIG][0].startswith("aAa"), term.text)
        for cell in ("256 KiB", "32 KiB", "4 KiB"):
            term.send("enter")
            term.wait("%s a cell, row 1 of" % cell)
        term.send("enter")
        term.wait("nothing smaller")
        check(rows(term)[BIG + (2 << 20)][0] == "A" * 64, term.text)
        term.send("pgdn")
        term.wait("row 2 of 4,096|row 10 of 4,096")
        term.send("G")
        term.wait("262,144 of 262,144")
        term.wait(r"row 4,08\d of 4,096")
        term.send("g")
        term.wait("1 of 262,144")
        for cell in ("32 KiB", "256 KiB", "2 MiB", "16 MiB"):
            term.send("backspace")
            term.wait("%s a cell" % cell)
        term.send("backspace")
        term.wait("16 MiB a cell")
        term.send("@", "0x7f0000405000", "enter")
        for _ in range(4):
            term.send("enter")
        term.wait("0x7f0000405000  number 34,091,303,941")


def changes_are_marked():
    with open_pages("pages") as term:
        term.send("}")
        term.wait(r"(?m)^0x7f0000000000 \*")
        check(not rows(term)[BIG + (1 << 27)][1], "marked, but the same")


def areas_around():
    with open_pages("pages") as term:
        term.send("}", "}")
        term.wait("0x7f8000000000 - 0x7f8000010000")
        check(rows(term)[0x7f8000000000][0] == "·ugxafszdhwmv!p-",
              term.text)
        term.wait(r"Rss \?")
        term.send("}")
        term.wait("no area further on")
        term.send("{", "{", "{")
        term.wait("no area further on")
        term.wait("Size 20 KiB")
        term.send("@", "0x10000000", "enter")
        term.wait("0x10000000 lies in no area: no pages")
        term.send("{")
        term.wait("Size 20 KiB")


def not_known():
    with open_pages("no pages") as term:
        term.wait("! pages: pagemap may not be read here")
        check(not rows(term), "cells of nothing")
    with open_pages("slow pages") as term:
        term.wait("reading the pages")
        term.wait("aaa··")


def small_and_plain():
    with open_pages("pages", cols=40, rows=10) as term:
        term.wait("Size 20K  Rss 12K +4K a cell")
        check(rows(term)[0x8d83000][0] == "aaa··", term.text)
        term.send("}", "down")
        term.wait("Size 1G .* 16M a cell")
        check(term.alive(), "died")
    with open_pages("pages", env={"LC_ALL": "C"}) as term:
        term.send("}")
        term.wait("2 MiB a cell")
        check(rows(term)[BIG][0].startswith("##::"), term.text)
        check(all(ord(ch) < 128 for ch in term.text()), "not ASCII")


def pagemap(pid, start, end):
    with open("/proc/%d/pagemap" % pid, "rb") as file:
        file.seek(start // PAGE * 8)
        data = file.read((end - start) // PAGE * 8)
    return [entry for entry, in struct.iter_unpack("<Q", data)]


def grid_is_pagemap():
    """Each cell of an area with holes, letter or dot."""
    with Target() as target:
        before = {a["start"] for a in target.maps()}
        target.tell("anon 300 77")
        area = [a for a in target.maps() if a["start"] not in before and
                a["size"] >= 300 * PAGE][0]
        with viewer(target.pid) as term:
            term.send("4", "@", "0x%x" % area["start"], "enter")
            term.wait("0x%x - 0x%x" % (area["start"], area["end"]))
            term.wait("4 KiB a cell")
            term.wait(lambda t: area["start"] in rows(t))
            cells = "".join(rows(term)[a][0] for a in sorted(rows(term)))
        want = ["·" if not entry >> 62 else "x" for entry in
                pagemap(target.pid, area["start"], area["end"])]
        got = ["·" if cell == "·" else "x" for cell in cells]
        check(got == want, lambda: "%s\n%s" % ("".join(got), "".join(want)))


def runs_are_pagemap():
    """vmaview pages -j, page by page; frames where they may be seen."""
    with Target() as target:
        target.tell("anon 300 77")
        out = subprocess.run([VMAVIEW, "--source=proc", "-j", "pages",
                              str(target.pid)], capture_output=True,
                             check=True)
        document = json.loads(out.stdout)
        pages = {}
        for one in document["runs"]:
            for i in range(one["pages"]):
                pages[int(one["start"], 16) + i * PAGE] = (
                    one["frames"][i] if one["frames"] else None)
        seen = 0
        for area in target.maps():
            if area["start"] >> 63:
                continue
            entries = pagemap(target.pid, area["start"], area["end"])
            for i, entry in enumerate(entries):
                address = area["start"] + i * PAGE
                check(bool(entry >> 62) == (address in pages),
                      "%x: %x" % (address, entry))
                frame = entry & ((1 << 55) - 1)
                if entry >> 63 and document["frames"] == "frames":
                    seen += 1
                    check(int(pages[address], 16) == frame,
                          "%x: %s" % (address, pages[address]))
        if os.geteuid() == 0:
            check(seen > 77, "only %d frames" % seen)


def ranges_are_whole_pages():
    with Target() as target:
        heap = [a for a in target.maps() if a["name"] == "[heap]"][0]
        low, high = heap["start"] + PAGE + 1, heap["start"] + 3 * PAGE - 1
        for form in ("0x%x,0x%x", "%d,%d"):
            out = subprocess.run([VMAVIEW, "--source=proc", "-j", "-A",
                                  form % (low, high), "pages",
                                  str(target.pid)], capture_output=True,
                                 check=True)
            document = json.loads(out.stdout)
            check(int(document["start"], 16) == heap["start"] + PAGE and
                  int(document["end"], 16) == heap["start"] + 3 * PAGE,
                  lambda: "%s - %s" % (document["start"], document["end"]))
            count = sum(one["pages"] for one in document["runs"])
            check(count == 2, "%d pages" % count)


def figure_of_an_area():
    with Target() as target:
        heap = [a for a in target.maps() if a["name"] == "[heap]"][0]
        for at, text in (("heap", "%x" % heap["start"]),
                         ("0x%x" % (heap["start"] + 5000), None)):
            out = subprocess.run(
                [VMAVIEW, "--source=proc", "export", "text", "--width=80",
                 "--figure=pages", "--at=" + at, str(target.pid)],
                capture_output=True, text=True, check=True).stdout
            check(out.startswith("h heap  [heap]\nSize "), out)
            check(not text or text in out, out)
        out = subprocess.run([VMAVIEW, "export", "text", "--figure=pages",
                              "--at=nosuchplace", str(target.pid)],
                             capture_output=True, text=True, check=False)
        check(out.returncode == 1 and "nosuchplace" in out.stderr, out.stderr)


if __name__ == "__main__":
    run([article_heap, tokens_are_said, zoom_and_scroll, changes_are_marked,
         areas_around, not_known, small_and_plain, grid_is_pagemap,
         runs_are_pagemap, ranges_are_whole_pages, figure_of_an_area])
