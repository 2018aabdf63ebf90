#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# How often pages are mapped: Pss, what is private and what KSM merged, against
# smaps, area by area and summed, of every process.

. ./lib

set_up_huge
check "swap is there" set_up_swap

for target in gonzo stack "many 2000 anon" "many 1000 file" kinds special uffd \
	ksm; do
	# shellcheck disable=SC2086
	start $target || continue
	pagecheck counts "smaps of $target" "$pid" || failed=1
done

start cow
child=$(value child)
for order in fork write; do
	[ $order = fork ] || { : >"$printed"; tell $order; }
	for p in $pid $child; do
		pagecheck counts "smaps of cow after $order, $p" "$p" || failed=1
	done
done
exec 9>&-

number=0
for p in $(processes); do
	# who listed them is gone
	[ -e "/proc/$p" ] || continue
	if pagecheck counts "smaps of process $p" "$p" >/tmp/got; then
		number=$((number + 1))
	else
		cat /tmp/got
		failed=1
	fi
done
check "smaps of $number processes" [ "$number" -ge 2 ]
exit $failed
