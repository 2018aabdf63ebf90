#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# /sys/kernel/debug/vmaview, as one who only reads files would use it.

. ./lib

refuse() {
	local name=$1
	shift
	if "$@" 2>/dev/null; then not_ok "$name" "was accepted"; else ok "$name"; fi
}
watch() { printf '%s' "$1" >$debug/watch; }

check "watch is root's" [ "$(stat -c %a $debug/watch)" = 600 ]
check "stats is root's" [ "$(stat -c %a $debug/stats)" = 400 ]

start gonzo
check "watch takes a pid" watch "$pid"
check "watch tells it" grep -qx "$pid" $debug/watch
check "mm is root's" [ "$(stat -c %a "$debug/$pid/mm")" = 400 ]

field() { awk -v key="$1" '$1 == key { print $2 }' "$debug/$pid/mm"; }
stat_field() { sed 's/.*) //' "/proc/$pid/stat" | cut -d ' ' -f $(($1 - 2)); }
for pair in start_code:26 end_code:27 start_stack:28 start_data:45 start_brk:47 \
	arg_start:48 env_end:51; do
	check "mm ${pair%:*}" [ "$(field "${pair%:*}")" = \
		"$(printf '0x%x' "$(stat_field "${pair#*:}")")" ]
done
check "mm mm_count" [ "$(alone field mm_count)" = 1 ]

# start-end perms vm_flags pgoff dev inode anon file shmem swap ...
grep -v '^#' "$debug/$pid/vmas" |
	awk '{ sub("-", " ", $1); print $1, ($7 + $8 + $9) * 4, $7 * 4 }' >/tmp/got
smaps "$pid" | grep -v ffffffffff600000 | cut -d ' ' -f 1-4 >/tmp/want
same "vmas as smaps" /tmp/got /tmp/want
check "vmas is complete" grep -qx '# complete' "$debug/$pid/vmas"
cat "$debug/$pid/vmas" >/tmp/all
dd if="$debug/$pid/vmas" of=/tmp/one bs=1 2>/dev/null
same "vmas read byte by byte" /tmp/one /tmp/all
# start-end pages kind letters: by area and kind, they are what vmas says
grep -v '^#' "$debug/$pid/residency" | sed 's/-/ /' >/tmp/runs
grep -v '^#' "$debug/$pid/vmas" | awk '{ sub("-", " ", $1); print $1, $7, $8, $9 }' |
	while read -r first last anon file shmem; do
		awk -v first="x$first" -v last="x$last" \
			-v want="$anon $file $shmem" '
			# not $1 alone: 5e5 would be a number
			{ at = "x" $1 }
			length(at) == length(first) && at >= first && at < last {
				n[$4] += $3
			}
			END {
				got = n["anon"] + 0 " " n["file"] + 0 " " n["shmem"] + 0
				if (got != want) print first, "runs:", got, "vmas:", want
			}' /tmp/runs
	done >/tmp/differ
check "residency has runs" [ -s /tmp/runs ]
check "residency as vmas" [ ! -s /tmp/differ ]
check "residency is complete" grep -qx '# complete' "$debug/$pid/residency"
cat "$debug/$pid/residency" >/tmp/all
dd if="$debug/$pid/residency" of=/tmp/one bs=7 2>/dev/null
same "residency read in bits" /tmp/one /tmp/all
# columns: area, then tables, used and pages a level from the pte up; up to the
# pud, and the deposited, they are what the kernel counts
check "tables as pgtables_bytes" [ "$(grep -v '^#' "$debug/$pid/tables" |
	awk '{ n += $2 + $5 + $8 + $17 } END { print n * 4096 }')" = \
	"$(field pgtables_bytes)" ]
check "tables is complete" grep -qx '# complete' "$debug/$pid/tables"
watch "-$pid"
refuse "folder is gone" [ -e "$debug/$pid" ]
refuse "second removal" watch "-$pid"

start many 20000 file
watch "$pid"
check "20000 areas" [ "$(grep -vc '^#' "$debug/$pid/vmas")" -ge 20000 ]
grep -v '^#' "$debug/$pid/vmas" | awk '{ print $1 }' >/tmp/got
awk '!/vsyscall/ { print $1 }' "/proc/$pid/maps" >/tmp/want
same "20000 areas as maps" /tmp/got /tmp/want
tokencheck debugfs "$pid" || failed=1

# who stops reading in the middle, or never closes, holds no file of the target
mkdir -p /tmp/fs
for bytes in 1 100000; do
	mount -t tmpfs none /tmp/fs
	cp /bin/busybox /tmp/fs
	/tmp/fs/busybox sleep 1000 &
	watch $!
	exec 7<"$debug/$!/vmas"
	dd bs=$bytes count=1 of=/tmp/some <&7 2>/dev/null
	check "something was read" [ -s /tmp/some ]
	kill -9 $!
	wait $! 2>/dev/null
	for _ in $(seq 600); do
		umount /tmp/fs 2>/dev/null && break
		sleep 0.1
	done
	refuse "a reader at rest after $bytes bytes holds no file" \
		grep -q ' /tmp/fs ' /proc/mounts
	exec 7<&-
done

start names
watch "$pid"
if LC_ALL=C grep -q '[^ -~]' "$debug/$pid/vmas"; then
	not_ok "names are escaped" "$(LC_ALL=C grep '[^ -~]' "$debug/$pid/vmas")"
else
	ok "names are escaped"
fi

# exec under a watch, and the end of it
start execer
watch "$pid"
exec 7<"$debug/$pid/vmas"
echo exec >&9
for _ in $(seq 600); do
	grep -q 'is gone' "$debug/$pid/mm" && break
	sleep 0.1
done
check "gone after exec, mm" grep -q 'is gone' "$debug/$pid/mm"
check "gone after exec, vmas" grep -q 'is gone' "$debug/$pid/vmas"
old=$pid
for _ in $(seq 600); do
	[ -e "$debug/$old" ] || break
	sleep 0.1
done
refuse "folder goes by itself" [ -e "$debug/$old" ]
refuse "a file kept open then" cat <&7
exec 7<&-

# a child of vfork leaves by exec what lives on
start vforker
child=$(value child)
watch "$child"
check "an mm of two" grep -q '^mmap_base' "$debug/$child/mm"
echo >&9
for _ in $(seq 600); do
	[ "$(cat "/proc/$child/comm")" != cat ] || break
	sleep 0.1
done
check "gone after exec of a vfork" grep -q 'is gone' "$debug/$child/mm"
check "and so are its areas" grep -q 'is gone' "$debug/$child/vmas"
exec 9>&-

for junk in 0 2147483648 -2147483648 -2147483649 99999999999999999999 text \
	' ' '1 2' 2; do
	refuse "case-14 watch refuses '$junk'" watch "$junk"
done
refuse "case-14 watch refuses 1 MiB" \
	sh -c "head -c 1048576 /dev/zero | tr '\\0' 1 >$debug/watch"
refuse "watch refuses a missing pid" watch 4194303

# many folders, and readers in them, while they go
for _ in $(seq "$(rounds 50)"); do
	sleep 100 &
	watch $!
	cat "$debug/$!/vmas" >/dev/null &
	watch "-$!" 2>/dev/null
done
jobs -p | xargs kill 2>/dev/null
wait 2>/dev/null
ok "folders made and removed"

# a folder is made anew while readers leave the old one: never two of a name
start many 2000 anon
dmesg -c >/dev/null
writers=
for _ in 1 2 3; do
	(
		for _ in $(seq "$(rounds 60)"); do
			watch "$pid"
			cat "$debug/$pid/residency" >/dev/null &
		done
		wait
	) 2>/dev/null &
	writers+=" $!"
done
# shellcheck disable=SC2086
wait $writers
refuse "no two folders of a name" sh -c 'dmesg | grep "already present"'
check "it is watched" watch "-$pid"

exec 7<$debug/stats
refuse "case-20 unload with an open file" rmmod vmaview
exec 7<&-
check "unload" rmmod vmaview
refuse "folder is gone after unload" [ -e $debug ]
for _ in $(seq "$(rounds 100)"); do
	insmod "$MODULE" || break
	watch $$
	cat $debug/$$/vmas >/dev/null
	vmaview --source=netlink mm $$ >/dev/null
	rmmod vmaview || break
done
check "case-20 loads and unloads with work between" insmod "$MODULE"
check "case-20 load twice is refused" \
	[ "$(insmod "$MODULE" 2>&1; echo $?)" != 0 ]
exit $failed
