#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The heap and the command line of a lab, on heaps made by hand (heaps.c)."""
import glob
import os
import re

from terminal import TOP, VMAVIEW, Target, Terminal, check, run, viewer

HEAPS = os.path.join(os.path.dirname(
    os.environ.get("FEEDS") or os.path.join(TOP, "build", "tui", "feeds")),
    "heaps")
BREAK = 0x555555559000
MAPPED = 0x7ffff7000000
# address, size, state, flags, bin: made_sample() of tests/unit/heaps.h
SAMPLE = [
    (0x0, 32, "used", "P--", ""), (0x20, 48, "fast", "P--", "fast 3"),
    (0x50, 48, "fast", "P--", "fast 3"), (0x80, 1040, "used", "P--", ""),
    (0x490, 160, "free", "P--", "small 10"),
    (0x530, 4112, "used", "---", ""),
    (0x1540, 20480, "free", "P--", "large 134"),
    (0x6540, 32, "used", "---", ""), (0x6560, 64, "cached", "P--", "cache 4"),
    (0x65a0, 109152, "top", "P--", ""),
]


def heaps(story, *args, **kwargs):
    term = Terminal([HEAPS, story, *args], **kwargs)
    try:
        term.wait(r"\[\d")
    except Exception:
        term.close()
        raise
    return term


def heap(story, *args, **kwargs):
    """The viewer on a story, in the view of the heap."""
    term = heaps(story, *args, **kwargs)
    term.send("7")
    term.wait(r"\[7 Heap\]")
    return term


def rows(term):
    """(mark, letter, address, size, state, flags, rest) of the list."""
    found = []
    for line in term.lines():
        match = re.match(r"([ +*!])(\w) (?:0x)?([0-9a-f]{6,12}) +([\d,]+) +"
                         r"(\w+) +([P-][M-][N-])(.*)", line)
        if match:
            mark, letter, address, size, state, flags, rest = match.groups()
            found.append((mark, letter, int(address, 16),
                          int(size.replace(",", "")), state, flags, rest))
    return found


def selected(term):
    """The address on the row of the list that is shown reversed."""
    for y, line in enumerate(term.lines()):
        match = re.match(r"[ +*!]\w (?:0x)?([0-9a-f]{6,12}) ", line)
        if match and term.screen.buffer[y][match.start(1)].reverse:
            return int(match.group(1), 16)
    return None


def map_rows(term):
    """{address: (is marked, cells)} of the map."""
    found = {}
    for line in term.lines():
        match = re.match(r"([0-9a-f]{6,12}) +(\*?)(\S+)", line)
        if match:
            found[int(match.group(1), 16)] = (match.group(2) == "*",
                                              match.group(3))
    return found


def reversed_cells(term):
    """Columns of the map's rows that are selected, by row's address."""
    found = {}
    for y, line in enumerate(term.lines()):
        match = re.match(r"([0-9a-f]{6,12}) ", line)
        if match:
            cells = [x for x in range(13, term.cols)
                     if term.screen.buffer[y][x].reverse]
            if cells:
                found[int(match.group(1), 16)] = cells
    return found


def says(term, what):
    """Waits for text that may be wrapped, in a box or not."""
    term.wait(lambda t: re.search(what, " ".join(
        " ".join(line.split("│")[1] if line.count("│") > 1 else line
                 for line in t.lines()).split())))


def chunks_are_listed():
    """Each row is the chunk's words, against what the story says."""
    with heap("sample") as term:
        term.wait(r"used 137K  free 256K  cached 64B")
        term.wait(r"stopped 153 us")
        term.wait(r"17 chunks")
        got = rows(term)
        check(len(got) == len(SAMPLE), term.text)
        for (offset, size, state, flags, bin_), row in zip(SAMPLE, got):
            check(row[2:6] == (BREAK + offset, size, state, flags), row)
            check(row[6].strip().startswith(bin_), row)
        check("160" in got[5][6], "prev_size of what follows a free chunk")
        check("God's own" in got[0][6], "its memory")
        term.send("end")
        term.wait(lambda t: selected(t) == MAPPED)
        check(rows(term)[-1][4:6] == ("mmapped", "-M-"), term.text)
        term.send("home")
        term.wait(lambda t: selected(t) == BREAK)


def map_follows_the_list():
    with heap("sample", cols=160, rows=50) as term:
        term.wait("17 chunks")
        where = map_rows(term)
        check(BREAK in where, term.text)
        # 512 bytes a cell: the free chunk of 20480 has 40 of them or 41.
        term.wait("512B a cell")
        term.send("down", "down", "down", "down", "down", "down")
        term.wait(lambda t: selected(t) == BREAK + 0x1540)
        term.wait(r"chunk +0x55555555a540, 20,480 bytes")
        cells = reversed_cells(term)
        check(list(cells) == [BREAK], cells)
        check(len(cells[BREAK]) in (40, 41), cells)
        check(cells[BREAK] == list(range(cells[BREAK][0],
                                         cells[BREAK][-1] + 1)), cells)
        term.send("}")
        term.wait(lambda t: selected(t) == 0x7ffff00008c0)
        check(list(reversed_cells(term)) == [0x7ffff00008c0], term.text)
        term.send("}", "}")
        term.wait("no piece of the heap further on")
        term.send("{", "{", "{")
        term.wait("no piece of the heap further on")
        term.send("t", "t")
        term.wait("16B a cell")
        # Two words a cell: the first chunk is two of them.
        check(len(reversed_cells(term)[BREAK]) == 2, term.text)
        check(map_rows(term)[BREAK][1].startswith("UuQqqQqqUuu"), term.text)


def detail_of_a_chunk():
    with heap("sample") as term:
        term.send("@", "0x%x" % (BREAK + 0x530 + 16), "enter")
        term.wait(lambda t: selected(t) == BREAK + 0x530)
        term.send("enter")
        term.wait(r"chunk +0x555555559530, 4,112 bytes")
        term.wait(r"prev_size +0xa0 = 160 +the free chunk before begins at "
                  r"0x555555559490")
        term.wait(r"size +0x1010 = 4112\n")
        term.wait(r"P +0: the chunk before it is free")
        term.send("enter", "end")
        term.wait("the first 4096 of 4112 bytes")
        term.send("home", *["down"] * 6)
        term.wait(r"\+0010 47 6f 64 27 73 20 6f 77 6e .* God.s own protot")
        term.send("esc", "esc")
        term.wait(r"\[Chunks\]")
        check(len(rows(term)) == 10, term.text)


def numbers_of_the_explanation():
    """Requests, thresholds and joins, as the arithmetic of malloc has them."""
    with heap("sample", cols=120, rows=60) as term:
        term.send("i")
        says(term, "requests of 0 to 24 bytes")
        says(term, r"malloc\(131048\) makes the heap grow")
        says(term, r"malloc\(131049\) gets a mapping of 135168 bytes")
        says(term, "fast bin for 32 bytes")
        term.send("q", "@", "0x%x" % (BREAK + 0x530), "enter", "i")
        says(term, "requests of 4089 to 4104 bytes")
        says(term, "join it with the free chunk of 160 bytes before it and "
                   "the free chunk of 20480 bytes behind it: 24752 bytes")
        term.send("q", "@", "0x%x" % MAPPED, "enter", "i")
        says(term, "requests of 131049 to 135144 bytes get such a mapping")
        says(term, "would unmap it: 135168 bytes")
        term.send("q", "@", "0x%x" % (BREAK + 0x1540), "enter", "i")
        says(term, "4 whole pages of it can go back")
        says(term, "held by the used chunk of 4112")


def lists():
    with heap("events") as term:
        term.send("right")
        term.wait(r"\[Bins\]")
        term.wait(r"(?m)^fast 3 +48 +2 +96  main arena +0x555555559020$")
        term.wait(r"(?m)^unsorted 1 +any +1 +528  arena 1 +0x7ffff00009d0$")
        term.wait(r"(?m)^cache 4 +64 +1 +64  thread 4242")
        term.send("down", "down", "enter")
        term.wait(lambda t: selected(t) == BREAK + 0x1540)
        term.send("right", "right")
        term.wait(r"max_fast +80  largest chunk")
        term.wait(r"main arena at 0x7ffff7fa5000  used 5.1K  free 127K  "
                  r"threads 1")
        term.wait("cache of thread 4242")
        term.wait(r"mmap_threshold +131,072")
        # From an arena to its top.
        term.send("enter")
        term.wait(lambda t: selected(t) == BREAK + 0x65a0)
        term.send("left")
        term.wait(r"\[Events\]")
        term.wait("12,345 lost")
        term.wait(r"3 +0us +4242 malloc +0x555555559020 +48")
        term.wait(r"4 +8000us +4243 \? +0xdead000 +-4096")
        term.send("enter")
        term.wait("0xdead000 lies in no chunk")
        term.send("left")
        term.wait(r"\[Sizes\]")
        term.wait(r"(?m)^ +128K +1 +132K +█+ +1 +129K +█")
        term.send("esc")
        term.wait(r"\[Chunks\]")


def filter_sort_search():
    with heap("sample") as term:
        term.send("\\", "free", "enter")
        term.wait("3 of 17 match, 20.7K")
        check([row[3] for row in rows(term)] == [160, 20480, 528], term.text)
        term.send("\\", "\x15", "1000..5000", "enter")
        term.wait("2 of 17 match")
        check([row[3] for row in rows(term)] == [1040, 4112], term.text)
        term.send("\\", "\x15", "rubbish", "enter")
        term.wait("rubbish is no state")
        term.send("esc", "\\", "\x15", "enter")
        term.wait("17 chunks")
        term.send("f6")
        term.wait("sorted by size")
        sizes = [row[3] for row in rows(term)]
        check(sizes == sorted(sizes, reverse=True), sizes)
        term.send("I", "g")
        sizes = [row[3] for row in rows(term)]
        check(sizes == sorted(sizes), sizes)
        check(sizes[0] == 16, sizes)
        term.send("I", "f6", "g", "/", "unsorted", "enter")
        term.wait(lambda t: selected(t) == 0x7ffff00009d0)
        term.send("/", "=32", "enter")
        term.wait(lambda t: selected(t) == BREAK)
        term.send("n")
        term.wait(lambda t: selected(t) == BREAK + 0x6540)
        term.send("N", "N")
        term.wait(lambda t: selected(t) == BREAK + 0x6540)
        term.send("/", "\"prototype\"", "enter")
        term.wait(lambda t: selected(t) == 0x7ffff00008c0)
        term.send("/", "=12345", "enter")
        term.wait("no chunk matches =12345")
        # The filter of areas is another one.
        term.send("\\", "top", "enter", "3")
        term.wait("4 areas|stack")
        term.send("7")
        term.wait("2 of 17 match")
        term.send("f1")
        term.wait("Help")


def changes_are_marked():
    with heap("changes") as term:
        term.wait("17 chunks")
        check(all(row[0] == " " for row in rows(term)), term.text)
        term.send("r")
        term.wait(r"\+0 \*2 -0")
        marked = {row[2]: row[0] for row in rows(term) if row[0] != " "}
        check(marked == {BREAK + 0x80: "*", BREAK + 0x530: "*"}, marked)
        check(map_rows(term)[BREAK][0], "the map's row has no mark")
        check(not map_rows(term)[0x7ffff00008c0][0], "marked, but the same")
        term.send("g", "/", "changed", "enter")
        term.wait(lambda t: selected(t) == BREAK + 0x80)


def a_million_chunks():
    """Scrolling, searching and jumping about in it; no press is lost."""
    with heap("million") as term:
        term.wait("1,000,001 chunks")
        check(rows(term)[0][2] == BREAK, term.text)
        term.send("j" * 2000)
        want = BREAK + sum(32 + 16 * (i % 9) for i in range(2000))
        term.wait(lambda t: selected(t) == want)
        term.send("G")
        term.wait(r"t 0x55555b0e67c0 +65,536")
        term.send("k" * 3)
        term.wait(lambda t: selected(t) == 0x55555b0e6670)
        term.send("f6")
        term.wait("sorted by size")
        term.send("g")
        term.wait(lambda t: rows(t)[0][3] == 65536)
        term.send("f6", "g", "\\", "free =160", "enter")
        term.wait("111,111 of 1,000,001 match")
        term.send("n")
        term.send("\\", "\x15", "enter", "t", "t", "G")
        term.wait("16B a cell")
        term.send("i")
        term.wait("Why the chunk")
        term.send("q", "q")
        check(term.wait_exit() == 0, "exit code")


def no_heap_and_strange_ones():
    with heap("none") as term:
        term.wait(r"jemalloc manages this heap: its \\x1b\[31mchunks")
        term.send("/", "used", "enter")
        term.wait("there is no heap to show")
        term.send("down", "enter", "i")
        term.wait("jemalloc")
        term.send("q", "right", "left", "t", "{", "G", "n")
        check(term.alive(), "died")
    with heap("slow") as term:
        term.wait("reading the heap")
        term.send("down")
        term.wait("the heap is being read")
        term.wait("17 chunks")
    with heap("empty") as term:
        term.wait("the heap is empty")
        term.send("down", "enter", "G", "n", "t", "}", "{", "i")
        term.send("q", "right", "enter", "right", "enter", "right", "right")
        term.wait("is empty")
    with heap("broken") as term:
        term.wait("torn or broken")
        term.send("G")
        term.wait(r"(?m)^!u 0x555555559040 .* breaks here")
        check("?" in map_rows(term)[BREAK][1], term.text)
        term.send("enter")
        term.send("enter")
        term.wait(r"leads\s+\\x1b\]0;x\\x07out")
        term.send("esc", "esc", "/", "broken", "enter")
        check(term.alive(), "died")
    with heap("torn", cols=100, rows=60) as term:
        term.wait("torn or broken")
        term.send("i")
        term.wait(r"did not \\x1b\[2Jstand still")
        term.wait("not coherent")
    with heap("running") as term:
        term.wait("not stopped")


def thousands_of_arenas():
    with heap("arenas") as term:
        term.wait("6,000 chunks")
        term.send("G")
        term.wait(lambda t: selected(t) == 0x7ffff0000000 + 2999 * 65536 +
                  1024)
        term.send("right", "right", "G", "pgup")
        term.wait("arena 299")
        term.send("g", "enter")
        term.wait(lambda t: selected(t) == 0x7ffff0000000 + 1024)


def small_and_plain():
    with heap("events", cols=40, rows=10) as term:
        term.wait("used 137K")
        check(len(rows(term)) == 4, term.text)
        check(rows(term)[0][2:4] == (BREAK, 32), term.text)
        for _ in range(4):
            term.send("right")
        term.wait(r"\[Events\]")
        term.send("right", "enter")
        term.wait("chunk +0x555555559000")
        term.send("end", "home", "esc", "i", "pgdn", "q")
        check(term.alive(), "died")
    with heap("changes", "plain") as term:
        term.send("t", "r")
        term.wait(r"\+0 \*2 -0")
        term.send("i")
        term.wait("Why the chunk")
        check(all(ord(ch) < 128 for ch in term.text()), "not ASCII")
    with heap("sample", env={"NO_COLOR": "1"}) as term:
        term.wait("17 chunks")
        check(all(cell.fg == "default" for row in term.screen.buffer.values()
                  for cell in row.values()), "colours")


def resizing():
    with heap("lab") as term:
        term.send(":", "a = malloc 100", "enter")
        term.wait("a = 0x555555559010")
        for cols, lines in ((160, 50), (40, 10), (39, 9), (80, 24), (200, 12),
                            (45, 60), (131, 17), (129, 16), (80, 24)):
            term.resize(cols, lines)
            if cols < 40:
                term.wait("too small")
            else:
                term.wait(r"\[Chunks\]")
                term.wait(lambda t: len(rows(t)) == 2)
        check(term.alive(), "died")


def a_lab():
    """The command line: what came of it, the new picture, what changed."""
    with heaps("lab") as term:
        term.wait(r"\[7 Heap\]")
        term.wait("the heap is empty")
        term.send(":", "a = mal", "tab")
        term.wait(r"(?m)^: a = mallo +malloc mallopt$")
        term.send("c", "tab", "100", "enter")
        term.wait("a = 0x555555559010, 100 bytes usable")
        term.wait(r"(?m)^\+u 0x555555559000 +112 .* a God")
        term.wait(r"\+2 \*0 -0")
        # The line stays open; what it finds wrong stands in the log.
        term.send("nonsense", "enter")
        term.wait("no command is called nonsense")
        term.wait(r"(?m)2 chunks, 132K$")
        term.send("up", "up", "enter")
        term.wait(r"\+1 \*1 -0")
        term.wait(lambda t: selected(t) == BREAK + 112)
        term.send("free a", "enter")
        term.wait(r"(?m)^\*q 0x555555559000")
        term.send("escape", "enter")
        term.wait(r"\\x1b\[31mred")
        term.send("esc")
        for _ in range(4):
            term.send("right")
        term.wait(r"\[Log\]")
        term.send("g")
        term.wait(r"(?m)^a = malloc 100$")
        term.send("q")
        check(term.wait_exit() == 0, "exit code")
    with heap("sample") as term:
        term.send(":")
        term.wait("commands are for a lab")


def lines_wait():
    """What is typed while a command is at work is carried out behind it."""
    with heaps("lab") as term:
        term.wait(r"\[7 Heap\]")
        term.send(":", "wait\ra = malloc 100\ra = malloc 100\rfree a\r")
        term.wait("at work")
        term.send("m", "tab")
        term.wait("still at the last command")
        term.wait(r"(?m)^.q 0x555555559000")
        term.wait(r"3 chunks")
        term.send("\x15", "wait", "enter", "esc", "q")
        check(term.wait_exit() == 0, "exit code")


def children_of(pid):
    """Of all its threads: each has those that it forked."""
    found = []
    for path in glob.glob("/proc/%d/task/*/children" % pid):
        with open(path) as file:
            found += [int(child) for child in file.read().split()]
    return found


def a_lab_of_its_own():
    """The real thing: its host, its words, and the chunks that come of them."""
    with Terminal([VMAVIEW, "--source=proc", "lab", "heap"]) as term:
        term.wait(r"\[7 Heap\]")
        term.wait("the heap is empty")
        hosts = children_of(term.child.pid)
        check(len(hosts) == 1, hosts)
        term.send(":", "a = malloc 131048", "enter")
        term.wait(r"(?m)^\+u 0x[0-9a-f]{12} +131,056  used +P-- .* a$")
        term.wait(r"brk \+0x41000")
        # Top has 131072 bytes now, and a few more.
        term.send("b = malloc 131049", "enter")
        term.wait(r"(?m)^\*u 0x[0-9a-f]{12} +131,072  used +P-- .* b$")
        term.send("c = malloc 131049", "enter")
        term.wait(r"(?m)^\+m 0x[0-9a-f]{12} +135,168  mmapped -M- .* c$")
        term.send("free c", "enter")
        term.wait("3 chunks.*-1")
        term.send("undo", "enter")
        term.wait("4 chunks")
        hosts = children_of(term.child.pid)
        check(len(hosts) == 1, hosts)
        term.send("esc", "i")
        says(term, "requests of 1310(33 to 131048|49 to 135144) bytes")
        term.send("q", "q")
        check(term.wait_exit() == 0, "exit code")
    check(not os.path.exists("/proc/%d" % hosts[0]), "the host lives on")


def a_live_process():
    """The chunks of a process without gaps, from where its heap begins."""
    with Target() as target, viewer(target.pid, cols=100) as term:
        area = [a for a in target.maps() if a["name"] == "[heap]"][0]
        term.send("7")
        term.wait(r"main arena  0x%x - 0x[0-9a-f]+" % area["start"])
        seen = {}
        for _ in range(5):
            for row in rows(term):
                seen[row[2]] = row[3]
            term.send("pgdn")
        addresses = sorted(seen)
        check(len(addresses) > 20, term.text)
        for this, following in zip(addresses, addresses[1:]):
            check(this + seen[this] == following, "%x" % this)
        term.send("@", "0x%x" % (area["start"] + 20000), "enter", "i")
        term.wait("Why the chunk at")
        check(target.tell("anon 1 1") == "done", "it was not let go")


if __name__ == "__main__":
    run([chunks_are_listed, map_follows_the_list, detail_of_a_chunk,
         numbers_of_the_explanation, lists, filter_sort_search,
         changes_are_marked, a_million_chunks, no_heap_and_strange_ones,
         thousands_of_arenas, small_and_plain, resizing, a_lab, lines_wait,
         a_lab_of_its_own, a_live_process])
