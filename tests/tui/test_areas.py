#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The list of areas, compared with our own reading of /proc/PID/maps."""
import re
import tempfile
import time

from terminal import PATIENCE, Target, check, run, viewer

ROW = re.compile(r"^[ +*](\S) +([0-9a-f]+)[- ]")


def listed(term):
    """Start addresses of the rows on the screen."""
    found = []
    for line in term.lines()[3:-2]:
        match = ROW.match(line)
        if match:
            found.append(int(match.group(2), 16))
    return found


def same(term, get, want, what):
    """get(term) becomes want; it may take a moment."""
    end = time.monotonic() + PATIENCE
    while get(term) != want and time.monotonic() < end:
        term.pump()
    got = get(term)
    check(got == want, lambda: "%s: got %s, want %s\n%s" % (
        what, [hex(x or 0) for x in got], [hex(x or 0) for x in want],
        term.text()))


def user(areas):
    """[vsyscall] is shown cut; it is not compared."""
    return [a for a in areas if a["start"] < 1 << 63]


def open_list(target, cols=100, rows=250, *options):
    term = viewer(target.pid, "-d", "30", *options, cols=cols, rows=rows)
    term.send("3")
    term.wait(r"address")
    return term


def sort_orders():
    with Target() as target:
        target.tell("anon 300 7")
        target.tell("anon 20 3")
        areas = user(target.maps())
        with open_list(target) as term:
            same(term, listed, [a["start"] for a in areas], "address")
            term.send("I")
            same(term, listed, [a["start"] for a in areas][::-1],
                 "address inverted")
            term.send("f6")
            term.wait(r"sorted by size")
            by_size = sorted(areas, key=lambda a: (-a["size"], a["start"]))
            same(term, listed, [a["start"] for a in by_size], "size")
            term.send("I")
            by_size = sorted(areas, key=lambda a: (a["size"], a["start"]))
            same(term, listed, [a["start"] for a in by_size],
                 "size inverted")
            # The last column is the name; those without come last.
            for _ in range(11):
                term.send("s")
            term.wait(r"sorted by name")
            by_name = sorted((a for a in areas if a["name"]),
                             key=lambda a: (a["name"].encode(), a["start"]))
            same(term, lambda t: listed(t)[:len(by_name)],
                 [a["start"] for a in by_name], "name")


def rss_is_smaps():
    """Rss of every area in the column, in KiB, against smaps."""
    with Target() as target:
        target.tell("anon 300 77")
        rss = {}
        with open("/proc/%d/smaps" % target.pid) as smaps:
            for line in smaps:
                head = re.match(r"([0-9a-f]+)-[0-9a-f]+ ", line)
                if head:
                    start = int(head.group(1), 16)
                elif line.startswith("Rss:"):
                    rss[start] = int(line.split()[1])
        with open_list(target, 80) as term:
            column = [line for line in term.lines() if "address" in line]
            end = column[0].index("rss") + 3
            checked = 0
            for line in term.lines()[4:]:
                match = ROW.match(line)
                if not match or int(match.group(2), 16) not in rss:
                    continue
                value = rss[int(match.group(2), 16)]
                shown = line[end - 5:end].strip()
                if value == 0:
                    check(shown == ".", "0 shown as " + shown)
                elif value < 1024:
                    check(shown == "%dK" % value, "%dK shown as %s" %
                          (value, shown))
                checked += 1
            check(checked > 10, "only %d rows" % checked)


def filters():
    with Target() as target:
        target.tell("anon 600 300")
        areas = user(target.maps())
        cases = [
            ("libc", lambda a: "libc" in a["name"]),
            ("LIBC", lambda a: "libc" in a["name"]),
            ("r-x", lambda a: a["perms"].startswith("r-x")),
            ("size>=1M", lambda a: a["size"] >= 1 << 20),
            ("size=4K", lambda a: a["size"] == 4096),
            ("file", lambda a: a["inode"]),
            ("anon", lambda a: not a["inode"]),
            ("file rw", lambda a: a["inode"] and a["perms"][:2] == "rw"),
            ("!file size<1M",
             lambda a: not a["inode"] and a["size"] < 1 << 20),
            ("[stack", lambda a: "[stack" in a["name"]),
        ]
        with open_list(target, 120) as term:
            for text, matches in cases:
                term.send("\\", "\x15", text, "enter")
                want = [a["start"] for a in areas if matches(a)]
                same(term, listed, want, text)
                if want:
                    nr = len([a for a in target.maps() if matches(a)])
                    term.wait("(?m)^%d of " % nr)
            term.send("\\", "\x15", "enter")
            same(term, listed, [a["start"] for a in areas], "no filter")
            for bad in ("rss>", "foo>1", "rss>1Q", "VM_NOTHING", "!"):
                term.send("\\", "\x15", bad, "enter")
                term.wait(r"no size after|is called|nothing to")
                term.send("esc")
            same(term, listed, [a["start"] for a in areas], "bad filter")
            term.send("\\", "nothinglikethis", "enter")
            term.wait("no area matches")


def selected(term, rows=None):
    """The address in the row that is reversed."""
    for y in range(3, term.rows - 1):
        cells = term.screen.buffer[y]
        if cells[4].reverse and cells[14].reverse:
            match = ROW.match(term.lines()[y])
            if match:
                return int(match.group(2), 16)
    return None


def selection(term):
    return [selected(term)]


def search_and_go():
    with Target() as target:
        areas = user(target.maps())
        with open_list(target, 80, 24) as term:
            term.send("/", "libc.so", "enter")
            libc = [a["start"] for a in areas if "libc.so" in a["name"]]
            same(term, selection, libc[:1], "search")
            term.send("n")
            same(term, selection, libc[1:2], "search next")
            term.send("N")
            same(term, selection, libc[:1], "search previous")
            term.send("@", "stack", "enter")
            stack = [a["start"] for a in areas if a["name"] == "[stack]"]
            same(term, selection, stack, "go to stack")
            term.send("@", "heap", "enter")
            heap = [a["start"] for a in areas if a["name"] == "[heap]"]
            same(term, selection, heap[:1], "go to heap")
            term.send("@", "%#x" % (libc[1] + 5), "enter")
            same(term, selection, libc[1:2], "go to an address")
            term.send("@", "libc", "enter")
            same(term, selection, libc[:1], "go to a file")
            term.send("@", "nowhere", "enter")
            term.wait("is called nowhere")
            term.send("esc", "@", "0xzz", "enter")
            term.wait("no address")
            term.send("esc", "/", "nothinglikethis", "enter")
            term.wait("matches")


def moving():
    with Target() as target:
        target.tell("many 200")
        areas = [a["start"] for a in user(target.maps())]
        with open_list(target, 80, 24) as term:
            same(term, selection, areas[:1], "start")
            term.send("j", "down", "j")
            same(term, selection, areas[3:4], "three down")
            term.send("k", "up")
            same(term, selection, areas[1:2], "two up")
            term.send("G")
            term.wait(lambda t: listed(t)[-1:] == areas[-1:])
            term.send("g")
            same(term, selection, areas[:1], "first")
            term.send("pgdn")
            # 24 rows: three of head, column heads, sums, keys.
            same(term, selection, areas[18:19], "a page")
            term.send("\x02")
            same(term, selection, areas[:1], "a page back")


def selection_stays():
    """By address: over refreshes, sorting, and areas coming and going."""
    with Target() as target:
        target.tell("anon 64 64")
        stack = [a for a in target.maps() if a["name"] == "[stack]"][0]
        with viewer(target.pid, "-d", "0.1") as term:
            term.send("3", "@", "stack", "enter")
            for _ in range(5):
                target.tell("many 3")
                term.pump(0.2)
                same(term, selection, [stack["start"]], "refresh")
            for _ in range(4):
                term.send("s")
                same(term, selection, [stack["start"]], "sort")


def changes_are_marked():
    with Target() as target:
        target.tell("anon 64 1")
        with viewer(target.pid, "-d", "30", rows=200) as term:
            term.send("3")
            term.send("r")
            term.pump(0.3)
            target.tell("touch 64")
            term.send("r")
            term.wait(r"(?m)^\*.* 256K  256K")
            before = {a["start"] for a in target.maps()}
            target.tell("anon 2048 1")
            new = [a["start"] for a in target.maps()
                   if a["start"] not in before]
            term.send("r")
            term.wait(r"(?m)^[+*]. +%x" % new[0])


def detail():
    with Target() as target:
        areas = user(target.maps())
        first = areas[0]
        pages = first["size"] // 4096
        with open_list(target, 80, 24) as term:
            term.send("enter")
            term.wait("range +0x%x - 0x%x" % (first["start"], first["end"]))
            term.wait("{:,} bytes = {:,} page".format(first["size"], pages))
            term.send("enter")
            term.wait(lambda t: "address" not in t.text())
            term.send("backspace")
            term.wait("address")
            term.wait("range")
            term.send("backspace")
            term.wait(lambda t: "range" not in t.text())
            term.send("i")
            term.wait("Explanation")
            term.send("esc")
            term.wait(lambda t: "Explanation" not in t.text())
        with open_list(target, 160, 50) as term:
            term.wait("range +0x%x - 0x%x" % (first["start"], first["end"]))


def sums():
    with Target() as target:
        areas = target.maps()
        with open_list(target, 80, 24) as term:
            term.wait(r"(?m)^%d areas" % len(areas))


def case_27_names_are_harmless():
    names = ["esc\033[31mred", "new\nline", "c1\u009bx", "tab\tx",
             "wide\u4e2d\u6587", "back\\slash"]
    shown = ["esc\\x1b[31mred", "new\\nline", "c1\\u{", "tab\\tx",
             "wide", "back\\"]
    with tempfile.TemporaryDirectory() as folder, Target(folder) as target:
        for name in names:
            target.tell("file " + repr(folder + "/" + name))
        bad = folder.encode() + b"/bad\xff\xfebyte"
        target.tell("file " + repr(bad))
        gone = folder + "/soon-gone"
        target.tell("file " + repr(gone))
        target.tell("unlink " + repr(gone))
        with viewer(target.pid, "-d", "30", cols=200, rows=200) as term:
            term.send("3", "\\", folder.rsplit("/", 1)[1], "enter")
            term.wait("soon-gone")
            text = term.text()
            for part in shown + ["bad\\xff\\xfebyte"]:
                check(part in text, lambda p=part: "%r not in\n%s" % (p, text))
            check(re.search(r"soon-gone.*\(deleted\)", text), "deleted")
            # C1 as a character is c2 9b: it must not come through.
            check(b"\xc2\x9b" not in term.raw, "C1 reached the terminal")
            check(b"\xff" not in term.raw, "a raw byte reached the terminal")
            check(b"\033[31mred" not in term.raw, "ESC reached the terminal")


run([sort_orders, rss_is_smaps, filters, search_and_go, moving,
     selection_stays, changes_are_marked, detail, sums,
     case_27_names_are_harmless])
