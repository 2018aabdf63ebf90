#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Cases that no other script has, each by its number: of rights that are handed
# on, of targets that stand still, of many at once. left.sh has the long ones.

. ./lib

cg=/tmp/cgroup
mkdir -p $cg
check "cgroups are there" mount -t cgroup2 none $cg

# maps, smaps' residency and pagemap, as NAME
as_proc() {
	cat "/proc/$pid/maps" >/tmp/want
	vmaview --source=netlink maps "$pid" >/tmp/got
	same "$1-maps" /tmp/got /tmp/want
	ours "$pid" >/tmp/got
	smaps "$pid" >/tmp/want
	same "$1-smaps" /tmp/got /tmp/want
	pagecheck pages "$1-pagemap" "$pid" || failed=1
}

# ---- rights, and what is handed on ----

mkdir -p /tmp/lower /tmp/upper /tmp/work /tmp/over
echo fake >/tmp/lower/pagemap
modprobe overlay
mount -t overlay -o lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work \
	none /tmp/over
start gonzo
for case in own-child lookalike version pid-reuse passed-fd passed-socket \
	passed-dump passed-root-dump killed-under-recvmmsg; do
	casecheck $case "$pid" || failed=1
done
umount /tmp/over

# a container's root: its own process, and no other is even there
cat >/tmp/container <<'end'
mount -t proc none /proc || exit 1
gonzo </dev/zero >/dev/null & own=$!
sleep 1
vmaview --source=netlink -j mm $own | jq -e '.mm.brk and (.mm.pgd == null)' ||
	exit 2
for p in /proc/[0-9]*; do
	[ ${p#/proc/} -lt 50 ] || exit 3
done
vmaview --source=netlink mm $1 && exit 4
kill $own
exit 0
end
code "case-12-container" 0 su user -c "unshare -Urpfmn sh /tmp/container $pid"

# ---- debugfs, for who is not root ----

check "case-14-not-for-a-user" sh -c "! su user -c 'ls $debug' 2>/dev/null"

# ---- a target that stands still ----

start gonzo
kill -STOP "$pid"
as_proc case-26-stopped
kill -CONT "$pid"

start kinds
mkdir $cg/cold
echo "$pid" >$cg/cold/cgroup.procs
echo 1 >$cg/cold/cgroup.freeze
for _ in $(seq 600); do
	! grep -q 'frozen 1' $cg/cold/cgroup.events || break
	sleep 0.05
done
check "case-26-is-frozen" grep -q 'frozen 1' $cg/cold/cgroup.events
vmaview --source=netlink maps "$pid" >/tmp/got
cat "/proc/$pid/maps" >/tmp/want
same "case-50-frozen-maps" /tmp/got /tmp/want
# swapped shmem is no entry of the task's
ours "$pid" | awk '{ $5 = "-"; print }' >/tmp/got
smaps "$pid" | awk '{ $5 = "-"; print }' >/tmp/want
same "case-50-frozen-smaps" /tmp/got /tmp/want
pagecheck pages "case-50-frozen-pagemap" "$pid" || failed=1

# cleared bits stay cleared while all that can be asked for is asked for
echo 1 >"/proc/$pid/clear_refs"
echo 4 >"/proc/$pid/clear_refs"
bits() {
	# pages of files may be referenced by others
	awk '/^[0-9a-f]+-/ { area = NF == 5 ? $1 : "" }
		/^(Referenced|LazyFree):/ && area { print area, $0 }' \
		"/proc/$pid/smaps"
	pagecheck list "$pid"
	# of pagemap's; whether a page is exclusive changes with who asks
	vmaview --source=proc -j pages "$pid" | jq -c '.runs[] |
		select(.flags | index("soft_dirty") or index("uffd_wp")) |
		[.start, .pages]'
}
bits >/tmp/want
check "case-49-bits-are-told" grep -q 'Referenced: *0 kB' /tmp/want
asked=0
for verb in maps mm pages tables; do
	vmaview --source=netlink $verb "$pid" >/dev/null && asked=$((asked + 1))
done
vmaview --source=netlink --sharing "$pid" >/dev/null && asked=$((asked + 1))
vmaview --source=netlink walk "$pid" stack >/dev/null && asked=$((asked + 1))
check "case-49-all-is-asked-for" [ $asked = 6 ]
printf '%s' "$pid" >$debug/watch
cat "$debug/$pid"/* >/dev/null
printf '%s' "-$pid" >$debug/watch
bits >/tmp/got
same "case-49-no-bit-is-changed" /tmp/got /tmp/want
echo 0 >$cg/cold/cgroup.freeze

# ---- targets that end in a core dump meanwhile ----

echo /tmp/core >/proc/sys/kernel/core_pattern
cores=0
ulimit -c unlimited
for _ in $(seq 10); do
	rm -f /tmp/core
	start many 3000 anon
	for _ in 1 2 3 4 5; do
		vmaview --source=netlink "$pid"
	done >/dev/null 2>&1 &
	looker=$!
	kill -ABRT "$pid"
	wait $looker "$pid"
	[ ! -s /tmp/core ] || cores=$((cores + 1))
done 2>/dev/null
ulimit -c 0
rm -f /tmp/core
check "case-23-core-dumps: $cores of 10" [ $cores = 10 ]

# ---- as many areas as there can be ----

areas=$(rounds 65000)
start many "$areas" anon
vmaview --source=netlink maps "$pid" >/tmp/got
cat "/proc/$pid/maps" >/tmp/want
same "case-24-$areas-areas" /tmp/got /tmp/want

# ---- a path that no message has room for ----

start names /tmp 17000
vmaview --source=netlink maps "$pid" >/tmp/got
awk 'length > 17000 { $0 = substr($0, 1, 73) "?" } 1' "/proc/$pid/maps" \
	>/tmp/want
same "case-44-left-out" /tmp/got /tmp/want
check "case-44-it-was-there" grep -q '[^ ] *?$' /tmp/want
exec 9>&-

# ---- a file system that does not answer any more ----

modprobe fuse
start stuck && tell hold && tell release
server=$(cat "/proc/$pid/task/$pid/children")
# shellcheck disable=SC2086
kill -STOP $server
timeout 60 vmaview --source=netlink maps "$pid" >/tmp/got
cat "/proc/$pid/maps" >/tmp/want
same "case-28-file-system-hangs" /tmp/got /tmp/want
# shellcheck disable=SC2086
kill -CONT $server

# ---- a cgroup without memory ----

start many 20000 anon
mkdir $cg/poor
echo +memory >$cg/cgroup.subtree_control
for limit in $(seq "$(rounds 20)"); do
	# what it gets may be its death; the kernel and others stand
	echo $((limit * 512))K >$cg/poor/memory.max
	sh -c "echo \$\$ >$cg/poor/cgroup.procs
		exec vmaview --source=netlink '$pid'"
done >/dev/null 2>&1
cat "/proc/$pid/maps" >/tmp/want
vmaview --source=netlink maps "$pid" >/tmp/got
same "case-29-after-some-in-a-cgroup-without-memory" /tmp/got /tmp/want

# ---- answers that somebody else makes up ----

mkfifo /tmp/go
for _ in $(seq 20); do
	( read -r _ </tmp/go && exec vmaview --source=netlink maps "$pid" ) \
		>/tmp/got &
	victim=$!
	casecheck forge $victim >/tmp/forged &
	forger=$!
	echo >/tmp/go
	wait $victim
	wait $forger
	cmp -s /tmp/got /tmp/want || break
	# or it was done before
	! grep -q sent /tmp/forged || break
done
same "case-51-forged-answers" /tmp/got /tmp/want
check "case-51-they-were-sent" grep -q sent /tmp/forged

# ---- no byte that nobody wrote ----

casecheck poison "$pid" || failed=1

# ---- a hundred at once ----

start many 500 anon
cat "/proc/$pid/maps" >/tmp/want
mkdir -p /tmp/many
viewers='' hundred=$(rounds 100)
for i in $(seq "$hundred"); do
	vmaview --source=netlink maps "$pid" >"/tmp/many/$i" 2>&1 &
	viewers+=" $!"
done
# shellcheck disable=SC2086
wait $viewers
alike=0
for i in $(seq "$hundred"); do
	! cmp -s "/tmp/many/$i" /tmp/want || alike=$((alike + 1))
done
rm -r /tmp/many
check "case-36-100-viewers: $alike" [ "$alike" = "$hundred" ]

exec 9>&-
exit $failed
