# SPDX-License-Identifier: GPL-2.0
"""Programs built with, and run under, C libraries of several kinds."""

import atexit
import pathlib
import platform
import shutil
import subprocess
import tempfile

HERE = pathlib.Path(__file__).parent
SOURCE = HERE.parent / "targets/heap_glibc.c"
FLAGS = ["-std=gnu11", "-D_GNU_SOURCE", "-O1", "-g", "-pthread"]
# Of the kernel's headers the suites' own are not needed.
HOST_HEADERS = ["-idirafter", "/usr/include",
                "-idirafter", "/usr/include/x86_64-linux-gnu"]
CROSS = pathlib.Path("/usr/i686-linux-gnu/lib")

_work = pathlib.Path(tempfile.mkdtemp(prefix="vmaview-libc."))
atexit.register(shutil.rmtree, _work, ignore_errors=True)
_built = {}


def _do(*command):
    done = subprocess.run([*map(str, command)], capture_output=True,
                          check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.decode()[-300:]}")
    return done.stdout.decode()


def _build(name, *command, source=SOURCE):
    """The program that this compiler makes, once."""
    if name not in _built:
        _do(*command, *FLAGS, "-o", _work / name, source)
        _built[name] = _work / name
    return _built[name]


def root(suite):
    """The folder of a Debian suite's C library."""
    if suite not in _built:
        _built[suite] = pathlib.Path(_do(HERE / "libc/root", suite).strip())
    return _built[suite]


def _cross(suite, *flags):
    """Its start files and libraries, not those of this system."""
    top = root(suite)
    libraries = top / "usr/lib/x86_64-linux-gnu"
    return ["gcc", f"--sysroot={top}", f"-B{libraries}", f"-L{libraries}",
            f"-L{top}/lib/x86_64-linux-gnu", *HOST_HEADERS, *flags]


def has_32bit():
    """Whether the kernel here runs such programs."""
    done = subprocess.run([CROSS / "ld-linux.so.2", "--version"],
                          capture_output=True, check=False)
    return done.returncode == 0


def host():
    return ["heap_glibc"]


def host_static(source=SOURCE):
    return [_build(f"static-{source.stem}", "gcc", "-static", source=source)]


def host_32bit():
    return [CROSS / "ld-linux.so.2", "--library-path", CROSS,
            _build("32bit", "i686-linux-gnu-gcc")]


def suite_64bit(suite):
    libraries = root(suite) / "lib/x86_64-linux-gnu"
    return [libraries / "ld-linux-x86-64.so.2", "--library-path", libraries,
            _build(f"{suite}-64bit", *_cross(suite))]


def suite_32bit(suite):
    """The loader is that of the suite, the program needs no more than ours."""
    libraries = root(suite) / "lib32"
    return [libraries / "ld-linux.so.2", "--library-path", libraries,
            _build("32bit", "i686-linux-gnu-gcc")]


def suite_static(suite):
    return [_build(f"{suite}-static", *_cross(suite, "-static"))]


def all_kinds():
    """{name: command as a function}, those that run here."""
    if platform.machine() != "x86_64":
        return {"host": host, "static": host_static}
    kinds = {"host": host, "static": host_static,
             "bullseye": lambda: suite_64bit("bullseye")}
    for suite in "trixie", "sid":
        kinds[suite] = lambda suite=suite: suite_64bit(suite)
        kinds[f"{suite} static"] = lambda suite=suite: suite_static(suite)
    if has_32bit():
        kinds["32 bit"] = host_32bit
        for suite in "trixie", "sid":
            kinds[f"{suite} 32 bit"] = lambda suite=suite: suite_32bit(suite)
    return kinds
