#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A real lab in the viewer: its host is looked at, dies, and is another."""
import re

from terminal import VMAVIEW, Terminal, check, run


def lab(*args, **kwargs):
    term = Terminal([VMAVIEW, "--source=proc", "lab", "heap", *args],
                    **kwargs)
    term.wait(r"\[7 Heap\]")
    term.wait("the heap is empty")
    return term


def host(term):
    """The pid in the first line; that it is a host the kernel says."""
    pid = int(term.lines()[0].split()[0])
    with open("/proc/%d/comm" % pid) as comm:
        check(comm.read() == "vmaview-host\n", "process %d" % pid)
    return pid


def is_there(pid):
    """A zombie is not."""
    try:
        with open("/proc/%d/stat" % pid) as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def commands_and_chunks():
    """What the commands did is in the list of chunks, by their names."""
    with lab() as term:
        pid = host(term)
        term.send(":", "a = malloc 131048", "enter")
        term.wait(r"(?m)^\+u 0x\w+ +131,056 +used .* a$")
        with open("/proc/%d/maps" % pid) as maps:
            heap = next(line for line in maps if "[heap]" in line)
        start, end = (int(x, 16) for x in heap.split()[0].split("-"))
        check(end - start == 0x41000, heap)
        term.wait(r"(?m)^\+u %#x " % start)
        term.send("b = mal", "tab", "\x15", "free a", "enter")
        term.wait(r"(?m)^\*t 0x\w+ +135,168 +top|^.t 0x\w+ +135,168 +top")
        term.send("esc", "q")
        check(term.wait_exit() == 0, "exit code")
        check(not is_there(pid), "the host is left behind")


def death_and_undo():
    """A damaged heap ends the host; the next one has done the rest again."""
    with lab() as term:
        first = host(term)
        term.send(":", "a = malloc 200", "enter")
        term.wait(r"(?m) used .* a$")
        term.send("b = malloc 200", "enter")
        term.wait(r"(?m) used .* b$")
        term.send("free a", "enter")
        term.wait(r"coalesce chunk")
        term.send("free a", "enter")
        term.wait("the host died of Aborted: double free")
        term.send("c = malloc 64", "enter")
        term.wait(r"(?m) used .* c$")
        second = host(term)
        check(first != second and not is_there(first), "the same host")
        term.send("undo", "enter")
        term.wait(r"1 command undone")
        term.wait(lambda t: not re.search(r"(?m) used .* c$", t.text()))
        third = host(term)
        check(second != third and not is_there(second), "the same host")
        term.send("esc", "q")
        check(term.wait_exit() == 0, "exit code")


def small_and_plain():
    with lab("--no-unicode", cols=40, rows=10,
             env={"NO_COLOR": "1"}) as term:
        term.send(":", "a = malloc 24", "enter")
        term.wait(r"(?m)^\+u .* 32 used")
        term.send("nonsense", "enter", "esc")
        for _ in range(5):
            term.send("right")
        term.wait(r"\[L")
        term.send("G")
        term.wait("nonsense is no comm")
        check(term.text().isascii(), term.text())
        term.send("q")
        check(term.wait_exit() == 0, "exit code")


def log_below():
    """The newest command and its result are seen on the smallest usual screen,
    whatever the allocator and the kernel have to say behind them."""
    with lab(cols=80, rows=24) as term:
        term.send(":", "thread 2 malloc 200000", "enter")
        term.wait(r"log: \d+ rows? more in the list Log")
        term.wait(r"(?m)^> thread 2 malloc 200000$")
        term.wait(r"(?m)^ +_1 = 0x\w+, [\d,]+ bytes may be used in thread 2$")
        # A long line is whole.
        term.send("mallopt nonsense 1", "enter")
        term.wait(r"check_action; not\s+nonsense")
        term.send("esc", "q")
        check(term.wait_exit() == 0, "exit code")


def outside():
    """What is in no chunk is told to be in none."""
    with lab() as term:
        term.send(":", "a = malloc 24", "enter")
        term.wait(r"(?m) used .* a$")
        term.send("esc", "@", "stack", "enter")
        term.wait(r"(?m)^0x\w+ lies in no chunk of the heap")
        term.send("x", "@", "stack", "enter")
        term.wait(r"(?m)^0x\w+ lies in no chunk of the heap")
        term.send("@", "heap", "enter")
        term.wait(lambda t: "lies in no chunk" not in t.text())
        term.send("q")
        check(term.wait_exit() == 0, "exit code")


if __name__ == "__main__":
    run([commands_and_chunks, death_and_undo, small_and_plain, log_below,
         outside])
