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

# An idle CPU may still refer to the mm, which mm_count tells: then again.
compare() {
	for _ in $(seq 200); do
		bytes "$pid" >/tmp/want && bytes32 "$pid" >/tmp/got || return
		! cmp /tmp/got /tmp/want >/tmp/differ || return 0
		sleep 0.1
	done
	cat /tmp/differ
	return 1
}

for target in gonzo stack "many 200 anon" "many 200 file"; do
	# shellcheck disable=SC2086
	start $target || continue
	kill -STOP "$pid"
	check "case-48 32 bits get the same: $target" compare
	check "and that is something" [ "$(wc -l </tmp/want)" -ge 60 ]
	kill -CONT "$pid"
done
exec 9>&-
exit $failed
