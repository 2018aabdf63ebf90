#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# The descriptor, against /proc/PID/stat, /proc/PID/status and what the target
# says of itself.

. ./lib

# Fields of stat, counted as in proc(5); comm may hold blanks.
stat_field() { sed 's/.*) //' "/proc/$1/stat" | cut -d ' ' -f $(($2 - 2)); }
status_kb() { awk -v key="$2:" '$1 == key { print $2 }' "/proc/$1/status"; }

# equal NAME A B
equal() {
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "$2 is not $3"; fi
}

compare() {
	local name=$1 field number kb
	vmaview --source=netlink -j mm "$pid" >/tmp/mm.json ||
		{ not_ok "$name json" "vmaview failed"; return; }
	check "$name json" jq -e .mm /tmp/mm.json
	for field in start_code:26 end_code:27 start_stack:28 start_data:45 \
		end_data:46 start_brk:47 arg_start:48 arg_end:49 env_start:50 \
		env_end:51; do
		number=$(stat_field "$pid" "${field#*:}")
		equal "$name ${field%:*}" "$(jq -r ".mm.${field%:*}" /tmp/mm.json)" \
			"$(printf '0x%x' "$number")"
	done
	# VmData and VmStk are the kernel's data_vm and stack_vm
	for field in total_vm:VmSize locked_vm:VmLck pinned_vm:VmPin \
		data_vm:VmData stack_vm:VmStk hiwater_vm:VmPeak \
		pgtables:VmPTE swap_ents:VmSwap rss_anon:RssAnon \
		rss_file:RssFile rss_shmem:RssShmem hiwater_rss:VmHWM; do
		kb=$(status_kb "$pid" "${field#*:}")
		equal "$name ${field%:*}" \
			"$(jq ".mm.${field%:*}_bytes / 1024" /tmp/mm.json)" "$kb"
	done
	equal "$name map_count" "$(jq .mm.map_count /tmp/mm.json)" \
		"$(grep -vc vsyscall "/proc/$pid/maps")"
	equal "$name threads" "$(jq .task.threads /tmp/mm.json)" \
		"$(awk '/^Threads/ { print $2 }' "/proc/$pid/status")"
	equal "$name comm" "$(jq -r .task.comm /tmp/mm.json)" \
		"$(cat "/proc/$pid/comm")"
	equal "$name exe" "$(jq -r .task.exe /tmp/mm.json)" \
		"$(readlink "/proc/$pid/exe")"
	equal "$name rlimit" "$(jq .task.rlimit_stack_bytes /tmp/mm.json)" \
		"$(awk '/^Max stack/ { print $4 }' "/proc/$pid/limits")"
}

start gonzo && compare gonzo
equal "gonzo flexible" "$(jq .mm.legacy_layout /tmp/mm.json)" false
equal "gonzo mm_users" "$(jq .mm.mm_users /tmp/mm.json)" \
	"$(awk '/^Threads/ { print $2 }' "/proc/$pid/status")"
mm_count() { vmaview --source=netlink -j mm "$pid" | jq .mm.mm_count; }
equal "gonzo mm_count" "$(alone mm_count)" 1
equal "gonzo 64 bit" "$(jq .mm.task_32bit /tmp/mm.json)" false
# a new mapping goes below mmap_base, and the topmost one ends at it
equal "gonzo mmap_base" "$(jq -r .mm.mmap_base /tmp/mm.json)" \
	"0x$(awk -F '[- ]' '/ld-linux/ { end = $2 } END { print end }' \
		"/proc/$pid/maps")"
check "gonzo pgd" jq -e '.mm.pgd | startswith("0xff")' /tmp/mm.json

start legacy gonzo && compare legacy
equal "legacy layout" "$(jq .mm.legacy_layout /tmp/mm.json)" true

start stack && compare stack

# brk moves with the heap
start gonzo
before=$(vmaview --source=netlink -j mm "$pid" | jq -r .mm.brk)
equal "brk is the heap's end, rounded up" \
	"$(printf '%x' $((before + 4095 & ~4095)))" \
	"$(awk -F '[- ]' '/\[heap\]/ { print $2 }' "/proc/$pid/maps")"

# unprivileged, on a process of one's own
cat >/tmp/own <<'end'
sleep 1000 &
vmaview --source=netlink -j mm $! >/tmp/own.json
echo $? >/tmp/own.code
kill $!
end
chmod 755 /tmp/own
su user -s /bin/sh -c 'sh /tmp/own' </dev/null
equal "own process, unprivileged" "$(cat /tmp/own.code)" 0
check "own process, json" jq -e '.mm.start_code | startswith("0x")' /tmp/own.json
equal "own process, no pgd" "$(jq .mm.pgd /tmp/own.json)" null
exit $failed
