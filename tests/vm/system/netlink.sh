#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Messages that no proper client sends, readers that misbehave, rights.

. ./lib

start gonzo
for case in descriptors attributes headers rights exec exec-of-vfork; do
	nlraw $case "$pid" || failed=1
done
# areas enough for a dump that does not end at once
start many 20000 anon
for case in readers unload; do
	nlraw $case "$pid" || failed=1
done
insmod "$MODULE"
nlraw leaks || failed=1
exit $failed
