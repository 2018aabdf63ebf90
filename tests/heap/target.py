# SPDX-License-Identifier: GPL-2.0
"""Targets whose heap is looked at, under glibc's allocator or under ours."""

import json
import os
import pathlib
import re
import subprocess

VIEWER = os.environ["VMAVIEW"]
TARGETS = pathlib.Path(os.environ["TARGETS"])
LIBRARY = os.environ["LIBVMACHUNK"]

# What a target is started with.
GLIBC = {}
NO_CACHE = {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}
ARTICLE = {"LD_PRELOAD": LIBRARY, "VMACHUNK_PROFILE": "article"}
FAST = {"LD_PRELOAD": LIBRARY, "VMACHUNK_PROFILE": "fast"}
ALL = {"glibc": GLIBC, "glibc without caches": NO_CACHE, "article": ARTICLE,
       "fast": FAST}


class Target:
    """A process that says what it has, and obeys."""

    def __init__(self, settings, name, *args):
        self.process = subprocess.Popen(
            [TARGETS / name, *map(str, args)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, env={**os.environ, **settings})
        self.said = []
        for line in self.process.stdout:
            words = line.decode().split()
            if words == ["ready"]:
                return
            self.said.append(words)
        raise RuntimeError(f"{name} ended: {self.process.wait()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.kill()
        self.process.wait()

    @property
    def pid(self):
        return str(self.process.pid)

    def told(self, key):
        """All addresses said under a key."""
        return [int(words[1], 16) for words in self.said if words[0] == key]

    def send(self, command):
        """The first line that answers."""
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().decode()

    def ask(self, command):
        """The words of the one line that answers."""
        return self.send(command).split()

    def stats(self):
        """What its malloc_stats() prints."""
        line = self.send("stats")
        text = ""
        while line != "end\n":
            text += line
            line = self.process.stdout.readline().decode()
        return text

    def anonymous(self):
        """Bytes of anonymous memory that are resident, by smaps."""
        text = pathlib.Path(f"/proc/{self.pid}/smaps").read_text()
        return 1024 * sum(map(int, re.findall(r"\nAnonymous: +(\d+)", text)))


def view(*args, code=0):
    """What the viewer prints."""
    done = subprocess.run([VIEWER, *args], capture_output=True, check=False)
    if done.returncode != code:
        raise AssertionError(
            f"{' '.join(args)}: exit code {done.returncode}: "
            f"{done.stderr.decode(errors='replace')[:500]}")
    return (done.stdout if code == 0 else done.stderr).decode()


def view_json(*args):
    return json.loads(view("-j", *args))


def run(group, tests):
    """Runs {name: function}; prints a line of each; the exit code."""
    failed = 0
    for name, test in tests.items():
        try:
            test()
            print(f"ok heap/{group} {name}", flush=True)
        except Exception as why:  # whatever it is, the others shall run
            failed = 1
            text = str(why).replace("\n", "|") or repr(why)
            print(f"not ok heap/{group} {name} - {text[:400]}", flush=True)
    return failed
