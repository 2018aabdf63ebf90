#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Times our allocator and others on the same workloads, for `make bench-chunk`.

Writes bench-chunk.tsv into $BUILD: time and peak RSS as ratios to glibc's, with
a `geomean` behind each group; and a table for people on the standard output.
Exits 1 when a group of ours is over its bound against glibc. The group `heap` is
of the viewer: how it reads heaps of both from outside.

Time is CPU time, user and system, where one thread works, and the clock's where
there are two. The allocators take turns, each round begins with another one, and
what counts is the median of the rounds. What is cut off by LIMIT, or fails,
counts as LIMIT. A process that is small under glibc says nothing about memory:
the mean of RSS takes those over 10 MiB.

N=ROUNDS, B=WORD picks workloads with that word in "group/name".
"""
import math
import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(os.environ.get("BUILD", "build")).resolve()
BIN = BUILD / "chunk" / "bench"
ROUNDS = int(os.environ.get("N") or 5)
WORD = os.environ.get("B") or ""
LIMIT = 20                      # seconds, of the clock
BIG = 10 * 1024                 # KiB

OURS = "vmachunk"
BASE = "glibc"
# Library to preload and what else to set.
ALLOCATORS = {
    BASE: ("libc.so.6", {}),
    "glibc-notcache": ("libc.so.6",
                       {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}),
    "jemalloc": ("libjemalloc.so.2", {}),
    "tcmalloc": ("libtcmalloc_minimal.so.4", {}),
    "mimalloc": ("libmimalloc.so.2", {}),
    OURS: (BUILD / "libvmachunk.so", {}),
}
# Geometric means that ours must reach, against each of these.
BOUNDS = {
    "micro": {BASE: 0.60, "glibc-notcache": 0.50},
    "programs": {BASE: 0.95, "glibc-notcache": 0.90},
    "threads": {BASE: 0.90, "glibc-notcache": 0.75},
}
RSS_BOUND = 1.05
# Reading a heap of a million chunks from outside, see tests/bench/heap.c: how
# long the target stands against a mere copy, and seconds of CPU.
HEAP_BOUNDS = {"pause_to_copy": 1.3, "cpu_seconds": 1.0}


def listed(program):
    return subprocess.run([BIN / program], check=True, text=True,
                          stdout=subprocess.PIPE).stdout.split()


def find_library(name):
    """Where ld.so would find it; ours is named by its path."""
    if isinstance(name, pathlib.Path):
        return str(name) if name.exists() else None
    known = subprocess.run(["/sbin/ldconfig", "-p"], text=True, check=True,
                           stdout=subprocess.PIPE).stdout
    match = re.search(rf"{re.escape(name)} \(libc6,x86-64.* => (\S+)", known)
    return match[1] if match else None


class Command:
    """A workload that is a command; glibc needs no preloading for it."""

    def __init__(self, *command):
        self.command = [str(word) for word in command]

    def start(self, preload, setting):
        return subprocess.Popen(
            [BIN / "meter", str(LIMIT), preload, *self.command],
            stdout=subprocess.PIPE, text=True, env=os.environ | setting)

    def run(self, library, setting):
        preload = "-" if "/libc.so" in library else library
        return self.start(preload, setting).communicate()[0]


class Redis(Command):
    """A server is what is measured, not its client. Debian's is linked with
    jemalloc, so here glibc must be preloaded too."""

    SOCKET = BUILD / "chunk" / "bench" / "redis.sock"
    CLIENT = ["-q", "-c", "10", "-P", "32", "-r", "100000", "-d", "200",
              "-n", "100000", "-t", "set,get,lpush,lpop,sadd,hset,zadd"]

    def __init__(self):
        super().__init__("/usr/bin/redis-server", "--port", "0",
                         "--unixsocket", self.SOCKET, "--save", "")

    def ask(self, *words, program="redis-cli"):
        quiet = subprocess.DEVNULL
        return subprocess.run([program, "-s", self.SOCKET, *words],
                              stdout=quiet, stderr=quiet,
                              timeout=LIMIT).returncode == 0

    def run(self, library, setting):
        self.SOCKET.unlink(missing_ok=True)
        server = self.start(library, setting)
        try:
            while server.poll() is None and not self.ask("ping"):
                time.sleep(0.02)
            self.ask(*self.CLIENT, program="redis-benchmark")
            self.ask("shutdown", "nosave")
        except subprocess.TimeoutExpired:
            pass                # meter ends the server, and says so
        return server.communicate()[0]


def compiler():
    """cc1 itself, as gcc's other half allocates nothing."""
    return subprocess.run(["gcc", "-print-prog-name=cc1"], text=True,
                          check=True, stdout=subprocess.PIPE).stdout.strip()


def workloads():
    """(group, name, command) of all that were asked for."""
    programs = HERE / "programs"
    source = BIN / "source.c"
    with open(source, "w") as file:
        subprocess.run([sys.executable, programs / "source.py"], check=True,
                       stdout=file)
    rows = [("micro", name, Command(BIN / "micro", name))
            for name in listed("micro")]
    rows += [
        ("programs", "cc1", Command(compiler(), "-quiet", "-O2", source,
                                    "-o", "/dev/null")),
        ("programs", "lua", Command("/usr/bin/lua5.4",
                                    programs / "trees.lua")),
        # Their hashes would be other ones each time.
        ("programs", "python", Command("/usr/bin/env", "PYTHONMALLOC=malloc",
                                       "PYTHONHASHSEED=0", "/usr/bin/python3",
                                       programs / "objects.py")),
        ("programs", "sqlite3", Command("/usr/bin/sqlite3", ":memory:",
                                        f".read {programs / 'rows.sql'}")),
        ("programs", "perl", Command("/usr/bin/env", "PERL_HASH_SEED=0",
                                     "/usr/bin/perl", programs / "words.pl")),
        ("programs", "redis", Redis()),
    ]
    rows += [("threads", name, Command(BIN / "threads", name))
             for name in listed("threads")]
    return [row for row in rows if WORD in f"{row[0]}/{row[1]}"]


class Row:
    """What was measured of one workload under one allocator."""

    def __init__(self):
        self.times = []
        self.sizes = []
        self.trouble = None

    def add(self, group, said):
        cpu, wall, size, how = (said or "0 0 0 nothing").split(None, 3)
        how = how.strip()
        if how == "ok":
            self.times.append(float(wall if group == "threads" else cpu))
        else:
            self.times.append(LIMIT)
            self.trouble = how
        self.sizes.append(max(1, int(size)))

    def time(self):
        return statistics.median(self.times)

    def size(self):
        return statistics.median(self.sizes)


def measure(rows, libraries):
    """{(group, name, allocator): Row}; tells how far it is on a terminal."""
    found = {}
    names = list(libraries)
    for turn in range(ROUNDS):
        for group, name, command in rows:
            if sys.stderr.isatty():
                print(f"\r\033[Kround {turn + 1} of {ROUNDS}: {group}/{name}",
                      end="", file=sys.stderr, flush=True)
            first = turn % len(names)
            for allocator in names[first:] + names[:first]:
                said = command.run(libraries[allocator],
                                   ALLOCATORS[allocator][1])
                key = (group, name, allocator)
                found.setdefault(key, Row()).add(group, said)
    if sys.stderr.isatty():
        print("\r\033[K", end="", file=sys.stderr)
    return found


def geomean(values):
    return math.exp(statistics.fmean(map(math.log, values)))


def ratios(rows, found, names):
    """(group, workload, {allocator: (time, rss)}), means behind each group.

    rss of a mean is None when no process was big.
    """
    for group in dict.fromkeys(row[0] for row in rows):
        kept = []
        for _, name, _ in [row for row in rows if row[0] == group]:
            base = found[group, name, BASE]
            values = {a: (found[group, name, a].time() / base.time(),
                          found[group, name, a].size() / base.size())
                      for a in names}
            kept.append((values, base.size() > BIG))
            yield group, name, values
        yield group, "geomean", {
            a: (geomean([values[a][0] for values, _ in kept]),
                geomean([values[a][1] for values, is_big in kept if is_big])
                if any(is_big for _, is_big in kept) else None)
            for a in names}


def read_heaps(libraries):
    """{allocator: {name: value}} of tests/bench/heap.c."""
    if WORD not in "heap/pause_to_copy" and WORD not in "heap/cpu_seconds":
        return {}
    found = {}
    for name in (BASE, OURS):
        library = "-" if name == BASE else libraries[name]
        said = subprocess.run([BUILD / "bench" / "heap", library], text=True,
                              check=True, stdout=subprocess.PIPE).stdout
        found[name] = {key: float(value) for key, value in
                       map(str.split, said.splitlines())}
    return found


def judge_heaps(heaps):
    """Prints what they cost beside the bounds; how many are over them."""
    missed = 0
    for allocator, values in heaps.items():
        for name, bound in HEAP_BOUNDS.items():
            verdict = "ok" if values[name] <= bound else "OVER"
            print(f"{verdict:5}heap: {name} {values[name]:.3f} of "
                  f"{allocator}'s, {values['chunks']:.0f} chunks, at most "
                  f"{bound:.2f}")
            missed += verdict != "ok"
    return missed


def write_tsv(table, heaps):
    with open(BUILD / "bench-chunk.tsv", "w") as file:
        print("group", "workload", "allocator", "time", "rss", sep="\t",
              file=file)
        for group, name, values in table:
            for allocator, (seconds, size) in values.items():
                print(group, name, allocator, f"{seconds:.3f}",
                      "-" if size is None else f"{size:.3f}", sep="\t",
                      file=file)
        for allocator, values in heaps.items():
            for name in HEAP_BOUNDS:
                print("heap", name, allocator, f"{values[name]:.3f}", "-",
                      sep="\t", file=file)


def print_table(table, found, names):
    """Time and memory beside each other, an allocator a column."""
    print(f"{'time/RSS to glibc':20}{'glibc':>16}"
          + "".join(f"{name:>15}" for name in names if name != BASE))
    for group, name, values in table:
        base = found.get((group, name, BASE))
        unit = (f"{base.time() * 1e3:7.0f}ms{base.size() / 1024:6.1f}M"
                if base else "")
        cells = ""
        for allocator, (seconds, size) in values.items():
            if allocator == BASE:
                continue
            row = found.get((group, name, allocator))
            text = f"{seconds:.2f}" + ("" if size is None else f"/{size:.2f}")
            cells += f"{text + ('!' if row and row.trouble else ''):>15}"
        print(f"{group + '/' + name:20}{unit:>16}{cells}")
        if name == "geomean":
            print()
    for (group, name, allocator), row in found.items():
        if row.trouble:
            print(f"! {group}/{name} under {allocator}: {row.trouble}")


def judge(table, found):
    """Prints each bound beside what was reached; the number of those missed
    that count, which are the ones against glibc itself."""
    missed = 0
    for group, name, values in table:
        if name != "geomean":
            continue
        seconds, size = values[OURS]
        for peer, bound in BOUNDS[group].items():
            reached = seconds / values[peer][0]
            verdict = "ok" if reached <= bound else "OVER"
            print(f"{verdict:5}{group}: {reached:.3f} of {peer}'s time, "
                  f"at most {bound:.2f}")
            missed += verdict != "ok" and peer == BASE
        if size is not None:
            verdict = "ok" if size <= RSS_BOUND else "OVER"
            print(f"{verdict:5}{group}: {size:.3f} of glibc's peak RSS, "
                  f"at most {RSS_BOUND:.2f}")
            missed += verdict != "ok"
    return missed + sum(row.trouble is not None
                        for (_, _, allocator), row in found.items()
                        if allocator == OURS)


def main():
    libraries = {name: find_library(library)
                 for name, (library, _) in ALLOCATORS.items()}
    lacking = [name for name, path in libraries.items() if not path]
    if lacking:
        sys.exit(f"bench-chunk: not there: {', '.join(lacking)}")
    rows = workloads()
    heaps = read_heaps(libraries)
    if not rows and not heaps:
        sys.exit(f"bench-chunk: no workload has {WORD} in its name")
    started = time.monotonic()
    found = measure(rows, libraries)
    table = list(ratios(rows, found, list(libraries)))
    write_tsv(table, heaps)
    print_table(table, found, list(libraries))
    missed = judge(table, found) + judge_heaps(heaps)
    print(f"{ROUNDS} rounds in {time.monotonic() - started:.0f} s")
    sys.exit(1 if missed else 0)


main()
