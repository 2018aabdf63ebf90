#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Dumps of all kinds while pages are made, moved, split, swapped, merged and given
# back on both CPUs; and of a target that has two states, each picture of one of
# them or marked as torn.

. ./lib

half=$(rounds 5000)
ksm=/sys/kernel/mm/ksm

# race ARG...: racecheck, ahead of a storm's threads, which are more than there
# are CPUs
race() {
	racecheck "$@" &
	renice -n -15 -p $! >/dev/null
	wait $!
}

set_up_huge
check "swap is there" set_up_swap

start twostates
race states $half "$pid" "$printed" || failed=1

# ---- the storm ----

echo 5 >$ksm/sleep_millisecs
echo 1 >$ksm/run
( while sleep 0.05; do echo 1 >/proc/sys/vm/compact_memory; done ) &
compaction=$!
start storm || exit 1
child=$(value child)
race dumps $half "$pid" "$child" || failed=1
kill $compaction
exec 9>&-
wait "$pid"
while IFS= read -r -t 10 line <&8; do
	echo "# $line of the storm"
	done=${line#rounds }
done
check "it was a storm" [ "${done:-0}" -gt $((half / 25)) ]
echo 2 >$ksm/run

# what it was all about happened
for what in thp_collapse_alloc thp_split_pmd pgmigrate_success pswpout pswpin; do
	n=$(awk -v w=$what '$1 == w { print $2 }' /proc/vmstat)
	check "$what happened" [ "${n:-0}" -gt 0 ]
done
exit $failed
