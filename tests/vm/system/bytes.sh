#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Case 48: a client of 32 bits gets the same bytes as one of 64; and is a
# process like any other.

. ./lib

bytes32 1 >/dev/null 2>/tmp/why
if grep -q 'Exec format error\|not found' /tmp/why && ! uname -r | grep -q amd64; then
	ok "no programs of another word size run on this kernel"
	exit
fi

# those that are mapped by others, too, are not: their page tables stand still
for target in gonzo sparse stack kinds; do
	start $target || continue
	kill -STOP "$pid"
	check "64 bits: $target" bytes "$pid"
	bytes "$pid" >/tmp/want
	bytes32 "$pid" >/tmp/got 2>&1
	same "32 bits get the same: $target" /tmp/got /tmp/want
	check "and that is something" [ "$(wc -l </tmp/want)" -ge 20 ]
	kill -CONT "$pid"
done
exec 9>&-
exit $failed
