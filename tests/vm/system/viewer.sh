#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The viewer on a terminal, fed by the module: what it tells when the target
# execs and ends, and when the module goes and comes back.

. ./lib

start gonzo lively
for size in "24 80" "50 160" "10 40"; do
	# shellcheck disable=SC2086
	view $size --source=auto "$pid"
	check "layout at $size" shows stack
	printf 2 >&7
	check "descriptor at $size" shows mm_struct
	printf 3 >&7
	check "areas at $size" shows address
	leave "q at $size"
done

view 24 80 -d 0.2 "$pid"
check "the module is the source" shows 'module 0'
check "unload under a viewer" unload
check "case-31 its loss is told" shows 'not loaded'
check "and /proc is shown instead" shows '/proc'
insmod "$MODULE"
check "case-31 its return is told" shows 'module 0'
kill -9 "$pid"
check "the end is told" shows 'ended\|exited'
check "case-32 the last picture stays" shows stack
leave "q after the end"

start execer
view 24 80 -d 0.2 "$pid"
check "before exec" shows execer
echo exec >&9
check "exec is told" shows 'exec'
leave "q after exec"

# the viewer keeps no reference once it is gone
check "unload" rmmod vmaview
exit $failed
