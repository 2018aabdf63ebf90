#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The terminal: taken, given back, resized, poor, gone."""
import os
import random
import re
import select
import signal
import subprocess
import time

from terminal import (HERE, PATIENCE, TOP, VMAVIEW, Target, Terminal, check,
                      run, viewer)

LEAVE = b"\x1b[?1049l"      # xterm's: back from the alternate screen


def views_at_every_size():
    with Target() as target:
        for cols, rows in ((80, 24), (160, 50), (40, 10)):
            with viewer(target.pid, cols=cols, rows=rows) as term:
                seen = set()
                for view in "1234567":
                    term.send(view)
                    term.wait(r"\[%s " % view)
                    term.pump(0.2)
                    seen.add(term.text())
                check(len(seen) == 7, "views look alike")
                term.send("tab")
                term.wait(r"\[1 ")
                term.send("backtab")
                term.wait(r"\[7 ")
                check(str(target.pid) in term.lines()[0], "no pid")
                check("/proc" in term.text(), "no source")
                term.send("q")
                check(term.wait_exit() == 0, "exit code")


def key_table():
    """(name, help) of the rows of keys.c."""
    with open(os.path.join(TOP, "userspace", "tui", "keys.c")) as file:
        source = file.read()
    table = source[source.index("keys[] = {"):source.index("};")]
    return re.findall(r'\{ [^,]+(?:, \'\')?, (REQ_\w+), "((?:\\.|[^"])+)"',
                      table)


def more_below(term):
    """Whether the help's mark for that is there, and not a figure's behind."""
    column = term.cols - 1
    for line in term.lines():
        if " Help " in line:
            column = line.index("\u2510", line.index(" Help ")) - 2
    return any(line[column:column + 1] == "\u25bc" for line in term.lines())


def help_has_every_key():
    rows = key_table()
    check(len(rows) > 40, "table not understood: %d rows" % len(rows))
    with Target() as target:
        for cols, lines in ((100, 120), (80, 24), (40, 10)):
            with viewer(target.pid, "-d", "30", cols=cols,
                        rows=lines) as term:
                term.send("f1")
                term.wait("Up Down PgUp PgDn scroll")
                text = term.text()
                while more_below(term):
                    before = term.text()
                    term.send("pgdn")
                    term.wait(lambda t, old=before: t.text() != old)
                    text += term.text()
                words = set(text.replace("│", " ").split())
                for _, name in rows:
                    name = name.replace("\\\\", "\\")
                    check(name in words, lambda: "%s not in the help at %dx%d"
                          % (name, cols, lines))


def every_key_is_harmless():
    with Target() as target:
        with viewer(target.pid, "-d", "0.2") as term:
            for view in "1234567":
                term.send(view)
                for byte in range(1, 256):
                    # What leaves or stops is tested elsewhere.
                    if byte in (3, 26, 27) or chr(byte) in "q":
                        continue
                    os.write(term.master, bytes([byte]))
                    if byte in b"/\\@":
                        term.send("esc")
                    term.pump(0.002)
                for _ in range(4):
                    term.send("esc")
            check(term.alive(), "died")
            term.send("3")
            term.wait(r"\[3 ")


def too_small_and_back():
    with Target() as target:
        with viewer(target.pid, cols=80, rows=24) as term:
            term.resize(30, 8)
            term.wait("too small: 30x8, need 40x10"
                      .replace(" ", r"\s+"))
            term.resize(40, 10)
            term.wait(r"\[1 ")
            term.resize(80, 24)
            term.wait("coherent|torn")


def case_30_resize_storm():
    rng = random.Random(7)
    with Target() as target:
        target.tell("many 300")
        with viewer(target.pid, "-d", "0.1") as term:
            for i in range(1000):
                cols, rows = rng.randint(1, 200), rng.randint(1, 80)
                if i % 50 == 0:
                    cols, rows = 1, 1
                elif i % 50 == 25:
                    cols, rows = 500, 200
                # pyte needs no picture of each; only the kernel does.
                term.set_size(cols, rows)
                if i % 7 == 0:
                    os.write(term.master, rng.choice(
                        [b"1", b"2", b"3", b"j", b"\r", b"G", b"i", b"\x1b",
                         b"t", b"s"]))
                while term.master >= 0 and _drain(term):
                    pass
            check(term.alive(), lambda: "died: %r" % term.raw[-3000:])
            time.sleep(0.2)
            while _drain(term):
                pass
            term.resize(80, 24)
            term.screen.reset()
            # Keys before that would be for a screen that is too small. An
            # explanation that is open covers all but the first line.
            term.wait(f"{target.pid} python3")
            term.send("esc", "3", "esc", "esc", "\x0c")
            term.wait(r"\[3 Areas\]")
            term.wait("address")
            check(len(term.lines()) == 24, "size")


def _drain(term):
    if not select.select([term.master], [], [], 0.001)[0]:
        return False
    term.raw = (term.raw + os.read(term.master, 1 << 16))[-10000:]
    return True


def case_30_no_color():
    color = re.compile(rb"\x1b\[[0-9;]*(?<![0-9])(3[0-8]|4[0-8]|9[0-7])[;m]")
    with Target() as target:
        for env, options, wanted in (
                ({}, [], True),
                ({"NO_COLOR": "1"}, [], False),
                ({"NO_COLOR": "1"}, ["--color=always"], True),
                ({}, ["--color=never"], False)):
            with viewer(target.pid, *options, env=env,
                        term="xterm-256color") as term:
                os.write(term.master, b"3c")
                term.pump(0.3)
                os.write(term.master, b"c\x1b")
                term.pump(0.3)
                found = color.search(term.raw)
                check(bool(found) == wanted, "%s %s: %s" % (env, options,
                                                            found))


def case_30_plain_locale():
    with Target() as target:
        target.tell("file " + repr("/tmp/vmaview-test-\u4e2d\u00e9"))
        target.tell("unlink " + repr("/tmp/vmaview-test-\u4e2d\u00e9"))
        for env, options in (({"LC_ALL": "C"}, []),
                             ({"LC_ALL": "POSIX"}, []),
                             ({}, ["--no-unicode"])):
            with viewer(target.pid, *options, cols=160, rows=50,
                        env=env) as term:
                for keys in ("1", "2", "3", "t", "i", "esc", "f1", "esc"):
                    term.send(keys)
                high = [byte for byte in term.raw if byte >= 0x80]
                check(not high, "%s: bytes %s" % (env, high[:4]))


def case_30_poor_terminals():
    with Target() as target:
        for term_name in ("vmaview-unknown", "dumb", "", "x\x1b[2J\x9b"):
            with Terminal([VMAVIEW, "--source=proc", str(target.pid)],
                          term=term_name) as term:
                code = term.wait_exit()
                check(code == 0, "TERM=%s: exit code %d" % (term_name, code))
                text = term.raw.decode()
                check("TERM=" in text, "TERM=%s: says %r" % (term_name, text))
                check("totals by kind" in text, "TERM=%s: no table" % term_name)
                check(b"\x1b[2J" not in term.raw and b"\x9b" not in term.raw,
                      "TERM comes through raw")
                check(term.modes_now() == term.modes, "modes")
        for term_name in ("vt100", "linux", "xterm", "xterm-256color"):
            env = {"LC_ALL": "C.UTF-8"}
            with Terminal([VMAVIEW, "--source=proc", str(target.pid)],
                          term=term_name, env=env) as term:
                term.wait(lambda t: b"Areas" in t.raw)
                os.write(term.master, b"3")
                term.wait(lambda t: b"address" in t.raw)
                check(term.alive(), "TERM=" + term_name)
                os.write(term.master, b"q")
                check(term.wait_exit() == 0, "TERM=" + term_name)


def case_30_given_back():
    with Target() as target:
        for how in ("q", "\x03", signal.SIGTERM, signal.SIGHUP,
                    signal.SIGINT, signal.SIGQUIT, signal.SIGSEGV,
                    signal.SIGABRT):
            with viewer(target.pid, term="xterm-256color") as term:
                check(term.modes_now() != term.modes, "modes not taken")
                if isinstance(how, str):
                    os.write(term.master, how.encode())
                else:
                    term.child.send_signal(how)
                code = term.wait_exit()
                want = 0 if isinstance(how, str) else -how
                check(code == want, "%r: exit code %d" % (how, code))
                check(term.modes_now() == term.modes, "%r: modes" % how)
                check(LEAVE in term.raw, "%r: alternate screen" % how)
                check(term.raw.rindex(b"\x1b[?25h") >
                      term.raw.rindex(b"\x1b[?25l"), "%r: cursor" % how)


def case_30_hung_up():
    """The terminal goes away: so does the viewer."""
    with Target() as target:
        term = viewer(target.pid)
        term.hang_up()
        end = time.monotonic() + PATIENCE
        while term.child.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        gone = term.child.poll() is not None
        term.close()
        check(gone, "still there")


def case_30_input_ends():
    """No terminal for input: an error, not a loop."""
    with Target() as target:
        with subprocess.Popen([VMAVIEW, "--source=proc", str(target.pid)],
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT) as child:
            child.communicate(timeout=PATIENCE)
            check(child.returncode is not None, "still there")


def case_30_suspended():
    """Ctrl-Z gives the terminal to the shell, fg takes it again."""
    with Target() as target:
        shell = Terminal(["bash", "--norc", "--noprofile", "-i"],
                         env={"PS1": "shell> "}, term="xterm-256color")
        with shell as term:
            term.wait("shell>")
            command = "%s --source=proc %d\r" % (VMAVIEW, target.pid)
            os.write(term.master, command.encode())
            term.wait(r"\[1 Layout\]")
            for _ in range(2):
                mark = len(term.raw)
                os.write(term.master, b"\x1a")
                term.wait(lambda t: b"Stopped" in t.raw[mark:])
                check(LEAVE in term.raw[mark:], "alternate screen")
                term.pump(0.2)
                mark = len(term.raw)
                os.write(term.master, b"fg\r")
                term.wait(lambda t: b"Areas" in t.raw[mark:])
            mark = len(term.raw)
            os.write(term.master, b"q")
            term.wait(lambda t: b"shell>" in t.raw[mark:])


def target_exits():
    with Target() as target:
        target.tell("anon 64 1")
        with viewer(target.pid, "-d", "0.1") as term:
            term.send("3")
            heap = term.wait("heap")
            target.close()
            term.wait(r"exited, last picture from \d\d:\d\d:\d\d")
            check(heap and "[heap]" in term.text(), "the picture is gone")
            term.send("j", "i")
            term.wait("Explanation")
            term.send("esc")
            for size in ((40, 10), (80, 24)):
                term.resize(*size)
                term.wait("exited, last picture")
            term.send("q")
            check(term.wait_exit() == 0, "exit code")


def target_execs():
    with Target() as target:
        with viewer(target.pid, "-d", "0.1") as term:
            before = term.lines()[0]
            target.child.stdin.write("exec\n")
            target.child.stdin.flush()
            term.wait("(?i)exec|another program")
            check(term.alive() and before, "died")
            term.send("3")
            term.wait("heap")


def pause_and_refresh():
    with Target() as target:
        with viewer(target.pid, "-d", "0.1") as term:
            term.send("3", "p")
            term.wait("paused")
            term.wait("areas")
            term.pump(0.3)
            count = term.wait(r"(?m)^(\d+) areas").group(1)
            target.tell("many 4")
            time.sleep(0.5)
            term.pump()
            check(term.wait(r"(?m)^(\d+) areas").group(1) == count,
                  "it refreshes")
            term.send("r")
            term.wait(r"(?m)^%d areas" % len(target.maps()))
            term.send("p")
            target.tell("many 4")
            term.wait(r"(?m)^%d areas" % len(target.maps()))


def line_editor():
    with Target() as target:
        with viewer(target.pid, "-d", "30") as term:
            term.send("3", "/", "a", "b", "\u4e2d", "c", "left", "left", "x")
            # pyte keeps an empty cell behind a wide character.
            term.wait(r"(?m)^/abx\u4e2d ?c$")
            term.send("backspace", "backspace")
            term.wait(r"(?m)^/a\u4e2d ?c$")
            term.send("\x15")
            term.wait(r"(?m)^/\u4e2d ?c$")
            term.send("esc")
            term.wait("Help")


def case_36_memory_stays():
    def rss(pid):
        with open("/proc/%d/statm" % pid) as file:
            return int(file.read().split()[1]) * 4

    with Target() as target:
        target.tell("many 500")
        # A sanitizer that keeps freed memory would be all one sees.
        env = {"ASAN_OPTIONS": "quarantine_size_mb=0:"
                               "thread_local_quarantine_size_kb=0"}
        with viewer(target.pid, "-d", "0.05", cols=160, rows=50,
                    env=env) as term:
            def work(seconds):
                end = time.monotonic() + seconds
                while time.monotonic() < end:
                    while _drain(term):
                        pass
                    os.write(term.master, b"123i\x1b")
                    time.sleep(0.05)

            # Everything has been used once, then 150 refreshes.
            work(3)
            before = rss(term.child.pid)
            work(8)
            after = rss(term.child.pid)
            check(after < before + 2048,
                  "%d KiB before, %d KiB after" % (before, after))


# ---- pictures that need a source of our own ----

def build_feeds():
    out = os.path.join(TOP, "build", "tests", "feeds")
    os.makedirs(os.path.dirname(out), exist_ok=True)
    objects = []
    for folder in ("tui", "model", "figure", "util"):
        path = os.path.join(TOP, "build", "user", folder)
        objects += [os.path.join(path, name) for name in
                    sorted(os.listdir(path)) if name.endswith(".o")]
    flags = os.environ.get("FEEDS_CFLAGS", "").split()
    subprocess.run(["cc", "-std=gnu11", "-D_GNU_SOURCE", "-Wall", "-Wextra",
                    "-I" + os.path.join(TOP, "userspace"), *flags, "-o", out,
                    os.path.join(HERE, "feeds.c"), *objects, "-lncursesw",
                    "-ltinfo", "-lm", "-pthread"], check=True)
    return out


def feed(story, **kwargs):
    return Terminal([os.environ.get("FEEDS") or build_feeds(), story],
                    **kwargs)


def stuck_target():
    """The target holds its mmap_lock: said, alive, and q works at once."""
    for key, code in ((b"q", 0), (b"\x03", 0), (signal.SIGTERM, None)):
        with feed("stuck", term="xterm-256color") as term:
            term.wait(r"\[1 ")
            os.write(term.master, b"3")
            term.wait(lambda t: b"waiting" in t.raw)
            os.write(term.master, b"jj")
            term.pump(0.1)
            begin = time.monotonic()
            if isinstance(key, bytes):
                os.write(term.master, key)
            else:
                term.child.send_signal(key)
            got = term.wait_exit()
            # What it waits for takes a minute.
            check(time.monotonic() - begin < 20, "slow to leave")
            check(code is None or got == code, "exit code %d" % got)
            check(term.modes_now() == term.modes, "modes")
            check(LEAVE in term.raw, "alternate screen")


def stuck_is_told_from_slow():
    with feed("stuck") as term:
        term.wait("waiting for the target's mmap_lock")
    with feed("busy") as term:
        term.wait("still reading")


def torn_is_told():
    with feed("torn") as term:
        term.wait("torn: the areas changed while they were read")
        term.resize(40, 10)
        term.wait("torn")


def permission_lost():
    with feed("permission") as term:
        term.wait("picture from .*permission denied: test")
        term.send("3")
        term.wait("address")


def gone_is_told():
    with feed("gone") as term:
        term.wait("exited, last picture from")


def new_note_is_said():
    with feed("notes") as term:
        term.wait(r"a note that is new: \d+")


def crash_in_a_thread():
    with feed("crash", term="xterm-256color") as term:
        code = term.wait_exit()
        check(code == -signal.SIGSEGV, "exit code %d" % code)
        check(term.modes_now() == term.modes, "modes")
        check(LEAVE in term.raw, "alternate screen")


def no_areas():
    with feed("empty") as term:
        for view in "1234567":
            term.send(view, "j", "k", "enter", "i", "esc", "n", "G", "g")
        check(term.alive(), "died")


def many_areas():
    """65,000: keys are answered at once."""
    with feed("many") as term:
        term.send("3")
        term.wait("65000 areas")
        begin = time.monotonic()
        for _ in range(20):
            os.write(term.master, b"Gg")
        os.write(term.master, b"G")
        term.wait("1fbde000")
        # Drawing all of them for each key would take minutes.
        check(time.monotonic() - begin < 20, "slow: %.1f s" %
              (time.monotonic() - begin))


run([views_at_every_size, help_has_every_key, every_key_is_harmless,
     too_small_and_back, case_30_resize_storm, case_30_no_color,
     case_30_plain_locale, case_30_poor_terminals, case_30_given_back,
     case_30_hung_up, case_30_input_ends, case_30_suspended,
     target_exits, target_execs, pause_and_refresh, line_editor,
     case_36_memory_stays, stuck_target, stuck_is_told_from_slow, torn_is_told,
     permission_lost, gone_is_told, new_note_is_said, crash_in_a_thread,
     no_areas, many_areas])
