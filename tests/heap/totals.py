# SPDX-License-Identifier: GPL-2.0
"""Totals of a heap against what its target says, for tests of heaps."""

from target import Target, view_json

NAMES = ["arena", "ordblks", "smblks", "hblks", "hblkhd", "fsmblks",
         "uordblks", "fordblks", "keepcost"]
EVERY_CHUNK = "--chunks=0..18446744073709551615"


def option(settings, text):
    return settings | {"VMACHUNK_OPTIONS": text}


def number(text):
    return int(text, 16)


def take(target, *args):
    """A heap that must be right."""
    heap = view_json("heap", target.pid, *args)
    assert heap["coherent"], heap["heap_notes"]
    assert not heap["truncated"]
    return heap


def check_totals(heap, words):
    """words: NAME VALUE ... as the target has said them."""
    said = dict(zip(words[::2], map(int, words[1::2])))
    for name in NAMES:
        assert heap["mallinfo2"][name] == said[name], \
            f"{name} {heap['mallinfo2'][name]}, the target says {said[name]}"


def info(settings, *commands):
    """Does commands, then compares with mallinfo2(); the heap."""
    with Target(settings, "heap_glibc") as target:
        for command in commands:
            answer = target.ask(command)
            assert answer == ["done"], f"{command}: {answer}"
        words = target.ask("info")
        heap = take(target)
        check_totals(heap, words)
        return heap
