#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# vmaview maps is /proc/PID/maps, byte for byte, for every process there is.

. ./lib

for target in gonzo "legacy gonzo" stack sparse thread names \
	"names /tmp 12000" "many 20000 anon" "many 3000 file" empty; do
	# shellcheck disable=SC2086
	start $target || continue
	# its first thread has ended, the other one has the memory
	[ "$target" != thread ] || pid=$(value thread)
	cat "/proc/$pid/maps" >/tmp/want
	vmaview --source=netlink maps "$pid" >/tmp/got
	same "maps netlink $target" /tmp/got /tmp/want
	vmaview --source=proc maps "$pid" >/tmp/got
	same "maps proc $target" /tmp/got /tmp/want
	[ -s /tmp/want ] || [ "$target" = empty ] ||
		not_ok "maps $target" "/proc shows nothing"
done
exec 9>&-

start gonzo
number=0
for p in $(processes); do
	[ "$p" != $$ ] || continue
	cat "/proc/$p/maps" >/tmp/want
	vmaview --source=netlink maps "$p" >/tmp/got
	if cmp -s /tmp/got /tmp/want; then
		number=$((number + 1))
	else
		same "maps of process $p" /tmp/got /tmp/want
	fi
done
check "maps of $number processes" [ "$number" -ge 2 ]

# the shell forks no child while its own maps are read
vmaview --source=netlink maps $$ >/tmp/got
cat /proc/$$/maps >/tmp/want
same "maps of the shell" /tmp/got /tmp/want

if grep -q vsyscall=xonly /proc/cmdline; then
	check "vsyscall is shown" grep -q '\[vsyscall\]' /tmp/got
fi
exit $failed
