#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Every allocation of every command, of the files in debugfs and of who is watched
# there fails once.

# shellcheck source=../../vm/system/lib
. ./lib
# shellcheck source=leaks
. ./leaks

start gonzo
printf '%s' "$pid" >$debug/watch
if [ -e /proc/self/fail-nth ]; then
	failnth "$pid" || failed=1
	check "nothing was lost" tell_leaks
else
	ok "failures of allocations: not on this kernel"
fi
exit $failed
