#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the page tables hold, area by area: against smaps, and against what the
# target made on purpose and printed.

. ./lib

# swapped pages of shmem are no entries of the task's: smaps looks into the
# object for them, the tables do not know
compare() {
	ours "$pid" >/tmp/got
	smaps "$pid" >/tmp/want
	if [ "${2-}" ]; then
		awk '{ $5 = "-"; print }' /tmp/got >/tmp/got2
		awk '{ $5 = "-"; print }' /tmp/want >/tmp/want2
		same "$1" /tmp/got2 /tmp/want2
	else
		same "$1" /tmp/got /tmp/want
	fi
}

set_up_huge
check "swap is there" set_up_swap

for target in low gonzo stack "many 2000 anon" "many 1000 file" sparse thread; do
	# shellcheck disable=SC2086
	start $target || continue
	# its first thread has ended, the other one has the memory
	[ "$target" != thread ] || pid=$(value thread)
	compare "smaps $target"
done

start kinds || exit 1
compare "smaps kinds" without-swap
# area START END kind=... anon=N file=N ... : as many pages as the target made
vmaview --source=netlink -j "$pid" >/tmp/kinds.json
grep '^area ' "$printed" >/tmp/areas
check "kinds are told" [ -s /tmp/areas ]
while read -r _ first last rest; do
	kind=${rest#*kind=}
	kind=${kind%% *}
	jq -r --arg first "$((0x${first#0x}))" --arg last "$((0x${last#0x}))" '
		def hex: ltrimstr("0x") | explode | reduce .[] as $c (0;
			. * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
		reduce (.vmas[] | select((.start | hex) < ($last | tonumber) and
			(.end | hex) > ($first | tonumber)) | .counts_bytes |
			to_entries[] | select(.value != null)) as $e ({}; .[$e.key] += ($e.value / 4096)) |
		to_entries[] | "\(.key)=\(.value)"' /tmp/kinds.json >/tmp/counts
	bad=
	for pair in $rest; do
		case $pair in
		kind=*) continue ;;
		*=*) grep -qx -- "$pair" /tmp/counts ||
			bad+="$pair is $(grep "^${pair%%=*}=" /tmp/counts); " ;;
		esac
	done
	if [ "$bad" ]; then
		not_ok "kind $kind" "$bad"
	else
		ok "kind $kind"
	fi
done </tmp/areas

# the walk changes no bit: after they are cleared, looking sets none
start gonzo
# of anonymous areas: pages of files, and the vdso's, are marked by whoever else
# unmaps them
referenced() {
	awk '/^[0-9a-f]+-[0-9a-f]+ / { anon = $5 == 0 && $6 !~ /^\[v/ }
		/^Referenced:/ && anon { s += $2 }
		END { print s }' "/proc/$pid/smaps"
}
ours_of() {
	vmaview --source=netlink -j "$pid" | jq "[.vmas[].counts_bytes.$1] | add"
}
echo 1 >"/proc/$pid/clear_refs"
sleep 0.2
# the kernel marks the page of the stack that this is read from
cat "/proc/$pid/cmdline" >/dev/null
before=$(referenced)
for _ in 1 2 3 4 5; do ours_of accessed >/dev/null; done
check "no accessed bit is set by the walk" [ "$(referenced)" -le "$before" ]
# no other machine has them
if [ "$(uname -m)" = x86_64 ]; then
	all=$(ours_of soft_dirty)
	echo 4 >"/proc/$pid/clear_refs"
	check "soft-dirty bits are told" [ "$(ours_of soft_dirty)" -lt "$all" ]
fi

# every process there is
number=0
for p in $(processes); do
	[ "$p" != $$ ] || continue
	ours "$p" >/tmp/got
	smaps "$p" >/tmp/want
	if cmp -s /tmp/got /tmp/want; then
		number=$((number + 1))
	else
		same "smaps of process $p" /tmp/got /tmp/want
	fi
done
check "smaps of $number processes" [ "$number" -ge 2 ]
exit $failed
