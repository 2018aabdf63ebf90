#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What root's viewer keeps of its capabilities, and that it sees with them what
# it saw with all: other users' processes, frames, addresses of the kernel.

. ./lib

# By number: CAP_DAC_READ_SEARCH, _SYS_PTRACE, _SYS_ADMIN, _CHECKPOINT_RESTORE.
target=$((1 << 2 | 1 << 19)) frames=$((1 << 21)) files=$((1 << 40))

# has PID KEPT: of permitted and effective ones these, of all others none
has() {
	local key value want
	while read -r key value; do
		case $key in
		CapPrm: | CapEff:) want=$2 ;;
		CapInh: | CapBnd: | CapAmb:) want=0 ;;
		NoNewPrivs:) want=1 ;;
		*) continue ;;
		esac
		[ $((16#$value)) = $((want)) ] || {
			echo "$key $value"
			return 1
		}
	done <"/proc/$1/status"
}

# keeps CAPS ARG...: a command that writes more than a pipe holds is looked at
# when it stands at it.
keeps() {
	local caps=$1 code=0 wait
	shift
	rm -f /tmp/full
	mkfifo /tmp/full
	vmaview "$@" >/tmp/full 2>/tmp/said &
	wait=$!
	exec 6</tmp/full
	for _ in $(seq 200); do
		grep -q pipe "/proc/$wait/wchan" 2>/dev/null && break
		sleep 0.1
	done
	has "$wait" "$caps" || code=1
	exec 6<&-
	wait "$wait"
	cat /tmp/said
	return $code
}

# The target is another user's, and the viewer of root.
start su user -s /bin/sh -c 'exec many 3000'
other=$(pidof many)
check "another user's" [ "$(stat -c %U "/proc/$other")" = user ]
for source in netlink proc; do
	check "maps, $source" keeps $target --source=$source maps "$other"
	check "pages, $source" keeps $((target | frames)) --source=$source \
		pages "$other"
	check "table, $source" keeps $((target | frames | files)) \
		--source=$source "$other"
	check "frames of another, $source" grep -q '0x[1-9a-f]' <(
		vmaview --source=$source -j pages "$other" |
			jq -r 'select(.frames == "frames").runs[].frames[]')
	check "heap of another, $source" vmaview --source=$source heap "$other"
	check "walk of another, $source" vmaview --source=$source walk \
		"$other" stack
done
check "tables" keeps $target -j tables "$other"
pgd_is_shown() { vmaview --source=netlink mm "$other" | grep -q 'pgd *0xff'; }
check "an address of the kernel" pgd_is_shown

# On a terminal, where it goes on looking.
view 24 80 -d 0.2 "$other"
check "the viewer shows it" shows stack
check "the viewer" has "$(pidof vmaview)" $((target | frames | files))
leave "q"

# The lab's host.
rm -f /tmp/lab
mkfifo /tmp/lab
vmaview lab heap </tmp/lab >/tmp/lab.out 2>&1 &
lab=$!
exec 7>/tmp/lab
echo 'a = malloc 100' >&7
until grep -q malloc /tmp/lab.out; do sleep 0.1; done
check "the lab" has $lab $((target | frames | files))
check "its host" has "$(pidof vmaview-host)" 0
exec 7>&-
wait $lab
check "the lab's end" [ $? = 0 ]

# Who has none gets no more.
as_user() {
	su user -s /bin/sh -c 'vmaview "$(pidof many)" >/dev/null' &&
		! su user -s /bin/sh -c 'vmaview -j pages "$(pidof many)"' |
			jq -e '.frames == "frames"' >/dev/null
}
check "a user's own" as_user
exit $failed
