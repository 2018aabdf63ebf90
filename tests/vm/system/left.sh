#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Cases, by their numbers, of nothing being left behind by what is done often.

. ./lib

# ---- refreshes leave nothing in the viewer ----

requests() { awk '$1 == "requests" { print $2 }' $debug/stats; }
rss() { awk '$1 == "VmRSS:" { print $2 }' "/proc/$1/status"; }

# refreshed N: until so many more answers have been asked for
refreshed() {
	local until=$(($(requests) + $1))
	for _ in $(seq 1000); do
		[ "$(requests)" -lt $until ] || return 0
		printf 'rrrrrrrrrrrrrrrr' >&7
		sleep 0.05
	done
	return 1
}

start gonzo lively
view 24 80 -d 0.1 --source=netlink "$pid"
check "case-36-the-viewer-is-there" shows stack
inner=$(cat "/proc/$viewer/task/$viewer/children")
inner=${inner%% *}
check "case-36-first-refreshes" refreshed 80
before=$(rss "$inner")
check "case-36-more-refreshes" refreshed 320
after=$(rss "$inner")
check "case-36-memory: $before to $after KiB" \
	[ "${after:-99999999}" -le $((${before:-0} + 512)) ]
leave "case-36-q"

# ---- dumps of processes that exit, a module that comes and goes ----

exec 9>&-
# 10,000 are too long for each run; nlraw makes 2,000 more
casecheck leaks "$(rounds 3000)" || failed=1
casecheck policy || failed=1
exit $failed
