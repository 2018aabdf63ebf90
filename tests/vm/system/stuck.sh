#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# A target that holds its mmap_lock for writing for as long as it likes: who
# looks at it waits and can be got rid of, and nobody else waits at all. No
# hold lasts 120 s, after which the kernel would call the target a hung task.

. ./lib

# state PID: the letter of /proc/PID/stat, X when there is no such process
state() {
	local stat
	stat=$(cat "/proc/$1/stat" 2>/dev/null) || { echo X; return; }
	stat=${stat##*) }
	echo "${stat%% *}"
}

# ends PID: waits for its end, less long than a target holds its lock; a child
# need not have been waited for
ends() {
	for _ in $(seq 400); do
		[[ $(state "$1") != [XZ] ]] || return 0
		sleep 0.1
	done
	echo "is there after 40 s: $(cat "/proc/$1/stack")"
	return 1
}

# waits PID: it falls asleep, and has not ended a second later
waits() {
	for _ in $(seq 800); do
		[[ $(state "$1") != [DSXZ] ]] || break
		sleep 0.05
	done
	sleep 1
	[[ $(state "$1") != [XZ] ]] || { echo "has ended"; return 1; }
}

# lacks TEXT: waits until the viewer shows something else
lacks() {
	local now
	for _ in $(seq 300); do
		now=$(screen)
		grep -aq mm_struct <<<"$now" &&
			! grep -aq -- "$1" <<<"$now" && return 0
	done
	head -c 300 <<<"$now"
	return 1
}

# hold: a new target, that holds its lock
hold() { start stuck && tell hold; }

# wakes PID: how often it went to sleep so far, and the time in ms
wakes() {
	awk '/^voluntary/ { n = $2 } FNR == 1 && FILENAME == "/proc/uptime" {
		print n, int($1 * 1000) }' "/proc/$1/status" /proc/uptime
}

# rests PID N MS: since then it slept for longer than it looked for the lock, at
# ever longer intervals in each tenth of a second. Not in CPU time: an emulated
# CPU is charged for what its host does.
rests() {
	local now
	read -ra now < <(wakes "$1")
	[ "${now[0]}" -gt "$2" ] || { echo "does not sleep"; return 1; }
	[ $(((now[0] - $2) * 2)) -lt $((now[1] - $3)) ] ||
		{ echo "wakes $((now[0] - $2)) times in $((now[1] - $3)) ms"
		return 1; }
}

# dump: in the background, as a job of its own so that it may be interrupted,
# and without the target's standard input
dump() {
	set -m
	vmaview --source=netlink maps "$pid" >/tmp/dump 2>&1 8<&- 9>&- &
	dump=$!
	set +m
}

# refused: the module can't be unloaded, which is said at once
refused() {
	rmmod vmaview >/tmp/rmmod 2>&1 &
	ends $! && [ -s /tmp/rmmod ] && [ -e /sys/module/vmaview ]
}

watch() { printf '%s' "$1" >$debug/watch; }

modprobe fuse || not_ok "the module fuse" "is not there"

# ---- the target itself ----

hold || { not_ok "the target holds its lock" "$(cat /tmp/target.err)"; exit 1; }
# since Linux 6.17 maps and smaps wait no more, as they lock area by area
cat "/proc/$pid/smaps_rollup" >/dev/null &
check "/proc waits for it" waits $!
check "until it is let go" tell release
check "and not longer" ends $!
check "it holds it again" tell hold

# ---- the commands ----

for signal in INT TERM; do
	dump
	check "a dump waits, SIG$signal" waits $dump
	kill -s $signal $dump
	check "and ends by SIG$signal" ends $dump
	wait $dump
	code=$?
	check "case-26 and dies of SIG$signal" \
		[ $code = $((128 + $(kill -l $signal))) ]
done
dump
before=$(wakes $dump)
sleep 2
# shellcheck disable=SC2086
check "waiting costs little" rests $dump $before
check "rmmod is refused meanwhile" refused

vmaview --source=netlink -j mm "$pid" >/tmp/mm.json &
check "mm answers at once" ends $!
check "and whole" jq -e '.mm.map_count > 5' /tmp/mm.json

tell release
check "the dump goes on" ends $dump
cat "/proc/$pid/maps" >/tmp/want
same "and is whole" /tmp/dump /tmp/want

# ---- everybody else's generic netlink ----

tell hold
dump
check "a dump waits" waits $dump
check "case-45 a bystander is answered" nlraw bystander
modprobe psample &
job=$!
check "a family is registered" ends $job
check "a bystander after that" nlraw bystander
rmmod psample &
job=$!
check "a family is unregistered" ends $job
check "a bystander after that too" nlraw bystander
check "the dump still waits" waits $dump
kill $dump
check "and is killed" ends $dump
check "two on one socket" nlraw sharing "$pid" "$(rounds 5000)"
check "a bystander of these" nlraw bystander

# ---- its files, read by one who gets signals ----

watch "$pid"
for file in vmas residency tables; do
	interrupted "$debug/$pid/$file" >/tmp/interrupted.$file &
	eval "reader_$file=$!"
done
sleep 2
tell release
for file in vmas residency tables; do
	eval "reader=\$reader_$file"
	check "$file is read on" ends "$reader"
	# told at once each time, and not for ever
	check "$file was interrupted" grep -Eq '^[1-9][0-9]? interrupted [1-9]' \
		/tmp/interrupted.$file
done
watch "-$pid"
tell hold

# ---- the target is killed while it is waited for ----

dump
check "a dump waits for one that is killed" waits $dump
kill -9 "$pid"
check "and goes on to wait" waits $dump
exec 9>&-
check "until it lets go" ends $dump
check "which is its end" ends "$pid"

# ---- it ends with a read under way that is never answered ----

met=
for _ in $(seq 40); do
	start stuck && tell aio
	lookers=()
	for _ in 1 2 3; do
		racecheck dumps 1000000 "$pid" >/dev/null 8<&- 9>&- &
		lookers+=($!)
	done
	sleep 0.2
	kill -9 "$pid"
	for _ in $(seq 100); do
		waiting=$(grep -ls exit_aio /proc/[0-9]*/stack | cut -d / -f 3)
		[ ! "$waiting" ] || break
		sleep 0.1
	done
	for p in $waiting; do
		case $(cat "/proc/$p/comm") in
		racecheck) met=1 ;;
		stuck) ;;
		*) not_ok "no other waits for it" "$(cat "/proc/$p/comm")" ;;
		esac
	done
	exec 9>&-
	ends "$pid" >/tmp/ends || not_ok "it ends when that is" "$(cat /tmp/ends)"
	kill -9 "${lookers[@]}"
	wait "${lookers[@]}" 2>/dev/null
	[ ! "$met" ] || break
done
check "who was the last to look frees its memory" [ "$met" ]

# ---- the viewer ----

start stuck
view 24 80 -d 0.2 --source=netlink "$pid"
printf 2 >&7
check "a picture before" shows mm_struct
tell hold
check "case-26 what it waits for is told" \
	shows "waiting for the target's mmap_lock"
tell release
check "a picture after" lacks waiting
tell hold
check "it waits again" shows "waiting for the target's mmap_lock"
printf q >&7
check "q leaves at once" ends $viewer
exec 7>&-
wait $viewer
code=$?
check "and that was no failure" [ $code = 0 ]

# ---- debugfs ----

watch "$pid"
for signal in INT KILL; do
	set -m
	cat "$debug/$pid/vmas" >/dev/null &
	reader=$!
	set +m
	check "a reader waits, SIG$signal" waits $reader
	kill -s $signal $reader
	check "and ends by SIG$signal" ends $reader
done
cat "$debug/$pid/mm" >/tmp/mm &
check "mm is read at once" ends $!
cat "$debug/$pid/vmas" >/dev/null &
reader=$!
before=$(wakes $reader)
check "a reader waits" waits $reader
# shellcheck disable=SC2086
check "and that costs little" rests $reader $before
check "rmmod is refused meanwhile" refused
watch "-$pid" &
writer=$!
cat $debug/watch >/tmp/watched &
check "watch is read at once" ends $!
check "the folder is dropped" ends $writer
check "and watched no more" [ ! -e "$debug/$pid" ]
kill -9 $reader 2>/dev/null
check "the reader is gone" ends $reader

# a watch that was never read, and one that is bound anew
watch "$pid"
cat "$debug/$pid/vmas" >/dev/null &
reader=$!
check "a reader waits once more" waits $reader
watch "$pid" &
check "the watch is made anew" ends $!
kill -9 $reader 2>/dev/null
check "its reader is gone" ends $reader
rmmod vmaview &
check "rmmod does not wait" ends $!
check "the module is gone" [ ! -e /sys/module/vmaview ]

# ---- nothing is left ----

# kernel threads, which have no program, may be in state D at any time
left=
for p in /proc/[0-9]*; do
	p=${p##*/}
	[ "$p" != "$pid" ] && readlink "/proc/$p/exe" >/dev/null || continue
	[ "$(state "$p")" != D ] || left+="$p "
done
check "nobody is stuck but the target" [ "$left" = "" ]
exec 9>&-
check "and that is not for ever" ends "$pid"
exit $failed
