#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Targets that change, exec and end while they are looked at.

. ./lib

# The invariant areas of churn are in every dump, whatever the rest does.
start churn
grep '^stable ' "$printed" | awk '{ print $2, $3 }' >/tmp/fixed
nlraw churn "$pid" || failed=1

# exec in a loop: every picture is of one program or the other
start execer
echo loop >&9
good=0 all=$(rounds 100)
for _ in $(seq "$all"); do
	if vmaview --source=netlink -j "$pid" >/tmp/got 2>/tmp/err; then
		jq -e '.vmas | length > 5' /tmp/got >/dev/null && good=$((good + 1))
	fi
done
check "case-23 exec in a loop: $good of $all pictures" \
	[ $good -ge $((all * 9 / 10)) ]
kill "$pid"

# processes that end while they are dumped
for _ in $(seq "$(rounds 100)"); do
	many 2000 anon </dev/null >/dev/null 2>&1 &
	last=$!
	sleep 0.0$((RANDOM % 5))
	vmaview --source=netlink "$last" >/dev/null 2>&1 &
	kill -9 $last
	wait
done 2>/dev/null
ok "case-23 ends during a dump"

# fork storm
( for _ in $(seq 300); do sleep 0.01 & done; wait ) &
storm=$!
for _ in $(seq "$(rounds 30)"); do
	for p in $(processes); do
		vmaview --source=netlink mm "$p" >/dev/null 2>&1
	done
	kill -0 $storm 2>/dev/null || break
done
ok "case-23 fork storm"
exit $failed
