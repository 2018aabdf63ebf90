#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The page tables of every process, and of targets that have all kinds of them,
# against what the kernel counts: VmPTE and pgtables_bytes.

. ./lib

set_up_huge
check "swap is there" set_up_swap

for target in gonzo stack "many 20000 anon" "many 1000 file" sparse kinds far \
	special uffd cow; do
	# shellcheck disable=SC2086
	start $target || continue
	tablecheck "tables of $target" "$pid" || failed=1
	child=$(value child)
	[ ! "$child" ] || tablecheck "tables of its child" "$child" || failed=1
done
exec 9>&-

number=0
for p in $(processes); do
	# who listed them is gone
	[ -e "/proc/$p" ] || continue
	if tablecheck "tables of process $p" "$p" >/tmp/got; then
		number=$((number + 1))
	else
		cat /tmp/got
		failed=1
	fi
done
check "tables of $number processes" [ "$number" -ge 2 ]

# as a user would ask
start kinds
vmaview -j tables "$pid" >/tmp/tables.json
check "the verb has an answer" [ -s /tmp/tables.json ]
check "and says the same" jq -e --argjson vmpte \
	"$(awk '/^VmPTE:/ { print $2 * 1024 }' "/proc/$pid/status")" \
	'.pgtables_bytes == $vmpte' /tmp/tables.json
exit $failed
