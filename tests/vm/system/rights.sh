#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Who may look at whom: the same answers as /proc, with exit codes and words.

. ./lib

# as USER COMMAND: the exit code of the command, run by that user
as() { su "$1" -s /bin/sh -c "$2" </dev/null; }

start gonzo
for source in netlink proc auto; do
	code "case-01 other uid, $source" 4 \
		as user "vmaview --source=$source mm $pid"
	code "kernel thread, $source" 1 vmaview --source=$source mm 2
	check "case-04 kernel thread is said, $source" \
		grep -q 'kernel thread' <<<"$said"
	code "case-05 no such pid, $source" 42 \
		vmaview --source=$source mm 4194303
	code "root, $source" 0 vmaview --source=$source mm "$pid"
done
start nodump
code "root sees the non-dumpable" 0 vmaview --source=netlink mm "$pid"

cat >/tmp/own <<'end'
mkfifo /tmp/own.in
nodump </tmp/own.in >/tmp/own.out & p=$!
exec 5>/tmp/own.in
while ! grep -q ready /tmp/own.out; do sleep 0.05; done
vmaview --source=$1 mm $p >/dev/null 2>/tmp/own.err; echo $? >/tmp/own.code
rm -f /tmp/own.in; kill $p
end
for source in netlink proc; do
	rm -f /tmp/own.*
	as user "sh /tmp/own $source" >/dev/null 2>&1
	check "case-03 own non-dumpable, $source" [ "$(cat /tmp/own.code)" = 4 ]
done

# a zombie
sh -c 'sleep 0.01 & exec sleep 1000' &
for _ in $(seq 300); do
	zombie=$(awk '$3 == "Z" { print $1 }' /proc/[0-9]*/stat 2>/dev/null |
		head -n 1)
	[ ! "$zombie" ] || break
	sleep 0.1
done
if [ "$zombie" ]; then
	code "zombie" 1 vmaview --source=netlink mm "$zombie"
	check "case-05 zombie is said" grep -q zombie <<<"$said"
else
	not_ok zombie "there is none"
fi
kill %1

# a leader that has ended while its threads go on
start thread
for source in netlink proc; do
	code "leader has exited, $source" 1 vmaview --source=$source mm "$pid"
	check "leader has exited is said, $source" grep -q 'thread' <<<"$said"
done
for task in "/proc/$pid/task/"*; do tid=${task##*/}; done
code "case-05 a thread by its id" 0 vmaview --source=netlink mm "$tid"

# ---- frames, tokens, raw entries ----

set_up_huge
check "swap is there" set_up_swap
# pages of all kinds, and the same frames in two processes
sleep 1000 | uffd >/tmp/uffd.out 2>&1 &
sleep 1000 | kinds >/tmp/kinds.out 2>&1 &
for target in uffd kinds; do
	for _ in $(seq 600); do
		! grep -q ready /tmp/$target.out || break
		sleep 0.1
	done
	check "$target is ready" grep -q ready /tmp/$target.out
done
start cow
mapfile -t all < <(processes)
tokencheck tokens /tmp/tokens "${all[@]}" || failed=1
for p in $pid $(sed -n 's/^pid //p' /tmp/uffd.out /tmp/kinds.out); do
	tokencheck entries "$p" || failed=1
done
tokencheck viewers "$pid" || failed=1
rmmod vmaview
insmod "$MODULE"
tokencheck reloaded /tmp/tokens "${all[@]}" || failed=1

# without the module
rmmod vmaview
start gonzo
code "module demanded and absent" 3 vmaview --source=netlink mm "$pid"
check "and the mend is said" grep -q insmod <<<"$said"
check "falls back and says why" sh -c \
	"vmaview -j mm $pid | jq -e '.source == \"proc\" and (.reason | contains(\"not loaded\"))'"
insmod "$MODULE"
check "and back" sh -c "vmaview -j mm $pid | jq -e '.source == \"netlink\" and .reason == \"\"'"

# no /proc, and a fake one: fails closed
check "case-13 no /proc" unshare -m sh -c \
	"mount -t tmpfs none /proc && ! vmaview --source=netlink mm $pid 2>/dev/null"
check "case-13 fake pagemap" unshare -m sh -c "mount -t tmpfs none /proc &&
	mkdir /proc/$pid && head -c 4096 /dev/zero >/proc/$pid/pagemap &&
	! vmaview --source=netlink mm $pid 2>/dev/null"
# what lies at the place of pagemap when the module is loaded may be another
# file: were it believed, any maps would be taken for a pagemap
rmmod vmaview
# shellcheck disable=SC2016
if unshare -m sh -c 'mount --bind /proc/$$/maps /proc/$$/pagemap &&
		touch /tmp/bound && exec insmod $MODULE' 2>/dev/null; then
	not_ok "load with maps at the place of pagemap" "was accepted"
else
	check "load with maps at the place of pagemap" [ -e /tmp/bound ]
	insmod "$MODULE"
fi
# a pid namespace sees its own numbers
check "case-12 pid namespace" unshare -pfm sh -c \
	"mount -t proc none /proc && vmaview --source=netlink -j mm 1 | jq -e '.task.pid == 1'"
exit $failed
