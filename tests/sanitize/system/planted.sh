#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Loads the module of planted faults with the one that the kernel's command line
# names. What comes of it the host reads from the console.

# shellcheck source=../../vm/system/lib
. ./lib
# shellcheck source=leaks
. ./leaks

fault=$(word planted)
check "planted $fault" insmod ./planted.ko "fault=$fault"
[ "$fault" != leak ] || tell_leaks
exit $failed
