#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# In the VM: as many messages as the kernel's command line says, or those of the
# file replay. "found" lines are messages that the corpus could do with.

# shellcheck source=../vm/system/lib
. ./lib

set_up_huge
check "swap is there" set_up_swap
if [ -e replay ]; then
	netfuzz --replay replay || failed=1
else
	netfuzz -n "$(word messages)" -s "$(word seed)" -o /tmp/found corpus ||
		failed=1
	sed 's/^/found /' /tmp/found
fi
exit $failed
