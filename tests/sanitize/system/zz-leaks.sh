#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The last one: what all of them lost.

# shellcheck source=../../vm/system/lib
. ./lib
# shellcheck source=leaks
. ./leaks

check "nothing was lost" tell_leaks
exit $failed
