#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The first one: the sanitizers are there and at work, and what the kernel lost
# of itself on its way here is not counted.

# shellcheck source=../../vm/system/lib
. ./lib
# shellcheck source=leaks
. ./leaks

check "there are two CPUs" [ "$(nproc)" = 2 ]
check "lockdep is at work" grep -Eq '^ debug_locks: +1' /proc/lockdep_stats
check "kcov is there" [ -e /sys/kernel/debug/kcov ]
if [ -e $leaks ]; then
	look_for_leaks
	check "kmemleak is at work" sh -c "echo clear >$leaks"
else
	check "kcsan is at work" [ -e /sys/kernel/debug/kcsan ]
fi
exit $failed
