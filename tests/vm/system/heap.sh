#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Heaps and labs with the module as the source: what the guided labs claim holds
# by the kernel's own fields, and why RSS stays agrees with smaps.

. ./lib

labs=/share/vmaview/labs

for lab in "$labs"/*.lab; do
	name=${lab##*/}
	check "lab ${name%.lab}" vmaview lab check --source=netlink "$lab"
done

# The kernel's brk, which /proc does not tell.
lab() { printf '%s\n' "$@" | vmaview lab heap --source=netlink 2>&1; }
brk_is_the_kernel_s() {
	lab 'a = malloc 131048' | grep -q 'kernel: brk +0x41000'
}
check "brk of the descriptor" brk_is_the_kernel_s
mapping_is_the_kernel_s() {
	lab 'b = malloc 131049' | grep -q 'kernel: mapped +135,168 bytes'
}
check "a mapping of the areas" mapping_is_the_kernel_s

# Four steps: the break grows, nothing is mapped, a read finds the zero page,
# a write gets a frame.
steps() {
	lab 'p = sbrk 64k' 'touch p 3 3 read' 'touch p 3' | tee /tmp/steps |
		grep -c 'kernel: heap.rss +4,096'
}
check "a write gets a frame, a read does not" [ "$(steps)" = 1 ]

# anonymous [heap] of a process, by smaps, in bytes
heap_bytes() {
	awk '/\[heap\]$/ { inside = 1 }
		inside && /^Anonymous:/ { print $2 * 1024; exit }' \
		"/proc/$1/smaps"
}

# What --why-rss says that malloc_trim(0) gives is what then goes.
why() {
	local before after trim
	start env LD_PRELOAD="$1" freed second 9000 1000 || return
	before=$(heap_bytes "$pid")
	trim=$(vmaview heap "$pid" --why-rss -j | jq .why_rss.trim_bytes)
	echo trim >&9
	read -r -t $patience _ <&8 || return
	after=$(heap_bytes "$pid")
	echo "said $trim, gone $((before - after)) of $before"
	[ "$trim" = $((before - after)) ] && [ "$trim" -gt 1000000 ]
}

check "why RSS stays, glibc" why ""
check "why RSS stays, libvmachunk" why /lib/libvmachunk.so

# With memory promised only as far as there is any, threads' heaps are reserved
# without being promised.
strictly() {
	local profile=$1 line
	start env VMACHUNK_PROFILE="$profile" LD_PRELOAD=/lib/libvmachunk.so \
		freed second 9000 1000 thread || return
	echo trim >&9
	read -r -t $patience line <&8 && [[ $line == trimmed* ]]
}
echo 2 >/proc/sys/vm/overcommit_memory
check "case-38 overcommit 2, article" strictly article
check "case-38 overcommit 2, fast" strictly fast
echo 0 >/proc/sys/vm/overcommit_memory

# Everything that runs here, whatever its allocator: read, or said why not.
all() {
	local process said code
	for process in $(processes); do
		code=0
		said=$(vmaview heap "$process" -j 2>&1 >/tmp/heap.json) ||
			code=$?
		case $code in
		0) jq -e '.coherent' /tmp/heap.json ;;
		1) [[ $said == vmaview:* ]] ;;
		42) ;;
		*) false ;;
		esac || { echo "$process: $code $said"; return 1; }
	done
}
check "every process" all
exit $failed
