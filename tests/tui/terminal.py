# SPDX-License-Identifier: GPL-2.0
"""A program on a terminal of our own, read through pyte; and test lines.

The terminal is a pty whose other side stays open here, so that its modes can
be compared before and after. pyte is the oracle for what a terminal shows.
"""
import errno
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time

import pyte

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
VMAVIEW = os.environ.get("VMAVIEW", os.path.join(TOP, "build", "vmaview"))

# How long anything may take, in seconds: much, for a machine that is busy. It
# is spent only where a test fails.
PATIENCE = 40

KEYS = {
    "up": "\x1bOA", "down": "\x1bOB", "right": "\x1bOC", "left": "\x1bOD",
    "pgup": "\x1b[5~", "pgdn": "\x1b[6~", "enter": "\r", "tab": "\t",
    "backtab": "\x1b[Z", "esc": "\x1b", "backspace": "\x7f",
    "home": "\x1b[1~", "end": "\x1b[4~", "f1": "\x1bOP", "f5": "\x1b[15~",
    "f6": "\x1b[17~",
}


class Screen(pyte.Screen):
    """pyte 0.8 has not heard of SU and SD, which ncurses scrolls by."""

    def scroll_up(self, count=1, **_):
        self._scroll(count or 1, self.index, False)

    def scroll_down(self, count=1, **_):
        self._scroll(count or 1, self.reverse_index, True)

    def _scroll(self, count, step, from_top):
        margins = self.margins or pyte.screens.Margins(0, self.lines - 1)
        x, y = self.cursor.x, self.cursor.y
        self.cursor.y = margins.top if from_top else margins.bottom
        for _ in range(count):
            step()
        self.cursor.x, self.cursor.y = x, y


class Stream(pyte.ByteStream):
    csi = dict(pyte.ByteStream.csi, S="scroll_up", T="scroll_down")
    events = pyte.ByteStream.events | {"scroll_up", "scroll_down"}


class Terminal:
    """argv on a terminal of cols by rows."""

    def __init__(self, argv, cols=80, rows=24, env=None, term="screen"):
        self.cols, self.rows = cols, rows
        self.raw = b""
        self.master, self.slave = pty.openpty()
        self.set_size(cols, rows)
        self.screen = Screen(cols, rows)
        self.stream = Stream(self.screen)
        # The modes before, to be compared with those after.
        self.modes = termios.tcgetattr(self.slave)
        full = dict(os.environ, TERM=term, LC_ALL="C.UTF-8")
        for name in ("NO_COLOR", "LINES", "COLUMNS", "ESCDELAY"):
            full.pop(name, None)
        for name, value in (env or {}).items():
            if value is None:
                full.pop(name, None)
            else:
                full[name] = value
        slave = self.slave

        def own_session():
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)

        self.child = subprocess.Popen(argv, stdin=slave, stdout=slave,
                                      stderr=slave, env=full,
                                      preexec_fn=own_session)

    def set_size(self, cols, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, cols, 0, 0))

    def resize(self, cols, rows):
        """The kernel sends SIGWINCH to the foreground job by itself."""
        self.cols, self.rows = cols, rows
        self.screen.resize(rows, cols)
        self.set_size(cols, rows)

    def pump(self, seconds=0.05):
        """Reads until it has been quiet for that long."""
        got = False
        while select.select([self.master], [], [], seconds)[0]:
            try:
                data = os.read(self.master, 65536)
            except OSError as err:
                if err.errno == errno.EIO:
                    break
                raise
            if not data:
                break
            got = True
            self.raw += data
            self.stream.feed(data)
        return got

    def send(self, *keys):
        for key in keys:
            os.write(self.master, KEYS.get(key, key).encode())
            # One key at a time: Esc with more behind it is another key.
            self.pump(0.06)

    def lines(self):
        return [line.rstrip() for line in self.screen.display]

    def text(self):
        return "\n".join(self.lines())

    def wait(self, what, seconds=PATIENCE):
        """Until the regular expression, or the predicate, is true."""
        end = time.monotonic() + seconds
        while True:
            self.pump()
            if callable(what):
                found = what(self)
            else:
                found = re.search(what, self.text())
            if found:
                return found
            if time.monotonic() > end:
                raise Failure("waited for %r; screen:\n%s" %
                              (what, self.text()))

    def alive(self):
        return self.child.poll() is None

    def wait_exit(self, seconds=PATIENCE):
        end = time.monotonic() + seconds
        while self.child.poll() is None:
            self.pump(0.02)
            if time.monotonic() > end:
                self.child.kill()
                raise Failure("does not end; screen:\n" + self.text())
        self.pump(0.05)
        return self.child.returncode

    def modes_now(self):
        return termios.tcgetattr(self.slave)

    def hang_up(self):
        os.close(self.slave)
        os.close(self.master)
        self.slave = self.master = -1

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        for fd in (self.master, self.slave):
            if fd >= 0:
                os.close(fd)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Target:
    """A process to look at; it does what it is told, and tells when done."""

    def __init__(self, cwd=None):
        self.child = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "target.py")], cwd=cwd,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.pid = self.child.pid
        self.child.stdout.readline()

    def tell(self, command):
        self.child.stdin.write(command + "\n")
        self.child.stdin.flush()
        return self.child.stdout.readline().rstrip("\n")

    def maps(self):
        """Our own reading of maps: a list of dicts."""
        areas = []
        with open("/proc/%d/maps" % self.pid, errors="surrogateescape") as f:
            for line in f:
                fields = line.rstrip("\n").split(None, 5)
                start, end = (int(x, 16) for x in fields[0].split("-"))
                areas.append({
                    "start": start, "end": end, "size": end - start,
                    "perms": fields[1], "inode": int(fields[4]),
                    "name": fields[5] if len(fields) > 5 else "",
                })
        return areas

    def close(self):
        if self.child.poll() is None:
            self.child.kill()
        self.child.wait()
        self.child.stdin.close()
        self.child.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Failure(Exception):
    pass


def check(condition, why):
    if not condition:
        raise Failure(why() if callable(why) else why)


def viewer(pid, *options, **kwargs):
    """vmaview on pid from /proc, drawn once."""
    argv = [VMAVIEW, "--source=proc", *options, str(pid)]
    term = Terminal(argv, **kwargs)
    try:
        term.wait(r"\[1 |too small")
    except Failure:
        term.close()
        raise
    return term


def run(tests):
    """Runs the functions, prints a line for each, exits 1 when one fails."""
    failed = 0
    wanted = sys.argv[1:]
    for test in tests:
        name = "tui/" + test.__name__
        if wanted and test.__name__ not in wanted:
            continue
        begin = time.monotonic()
        try:
            test()
            print("ok " + name, flush=True)
            if os.environ.get("V"):
                print("# %.1f s" % (time.monotonic() - begin), flush=True)
        except Exception as err:  # a broken test fails, the others go on
            failed = 1
            lines = str(err).splitlines() or [""]
            print("not ok %s - %s: %s" % (name, type(err).__name__, lines[0]),
                  flush=True)
            for line in lines[1:]:
                print("# " + line)
    sys.exit(failed)
