#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Addresses followed through the page tables: of each kind of page there is, of
# holes of each level, in no area and above the top; against the page map,
# pagemap, and what the machine writes into entries.

. ./lib

set_up_huge
check "swap is there" set_up_swap

for target in gonzo stack sparse kinds special uffd ksm cow; do
	start $target || continue
	entrycheck "entries of $target" "$pid" || failed=1
done

start far
entrycheck far "$pid" "$printed" || failed=1
entrycheck "entries of far" "$pid" || failed=1
exec 9>&-

number=0
for p in $(processes); do
	# who listed them is gone
	[ -e "/proc/$p" ] || continue
	if entrycheck "entries of process $p" "$p" >/tmp/got; then
		number=$((number + 1))
	else
		cat /tmp/got
		failed=1
	fi
done
check "entries of $number processes" [ "$number" -ge 2 ]
exit $failed
