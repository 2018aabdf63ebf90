#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Page maps, page by page, against what the kernel says: of every process, and
# of targets that make each kind of page on purpose and say what they made.

. ./lib

# claims_of NAME: what the target printed holds, and its pages are pagemap's
claims_of() {
	claims "$printed" >/tmp/claims || failed=1
	# names of one target are not another's
	sed "s/^\(not \)\?ok /&$1: /" /tmp/claims
	pagecheck pages "pagemap of $1" "$pid" || failed=1
}

# missing TARGET: what this kernel or machine did not give it; only what is
# newer than the kernel may be
missing() {
	local kind why
	while read -r _ kind why; do
		case $why in
		"not on this kernel") ok "$1: $kind is $why" ;;
		*) not_ok "$1: $kind" "$why" ;;
		esac
	done < <(grep '^missing ' "$printed")
}

set_up_huge
check "swap is there" set_up_swap

for target in gonzo stack "many 2000 anon" "many 1000 file" sparse kinds far; do
	# shellcheck disable=SC2086
	start $target || continue
	pagecheck pages "pagemap of $target" "$pid" || failed=1
	case $target in
	kinds) missing "$target" ;;
	esac
done

for target in special uffd ksm cow; do
	start $target || continue
	missing $target
	# there is nothing else that it could make
	! grep -q '^missing uffd_wp ' "$printed" || continue
	claims_of $target
	case $target in
	special) order="clear" ;;
	uffd) continue ;;
	*) order="write" ;;
	esac
	: >"$printed"
	tell $order || not_ok "$target: $order" "not done"
	claims_of "$target after $order"
done
exec 9>&-

# as a user would ask: the verb, expanded to a page a line
of_verb() {
	vmaview -j pages "$1" | jq -r '
		def hex: ltrimstr("0x") | explode | reduce .[] as $c (0;
			. * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
		# pagemap does not go into areas of bare frames
		.runs[] | select(.kind != "pfnmap") |
		(.start | hex) as $start |
		(if .kind | IN("swap", "migration", "device", "hwpoison")
			then "swap" else "present" end) as $where |
		.frames | to_entries[] |
		"\($start + .key * 4096) \($where) \(.value | ltrimstr("0x"))"'
}
start kinds
for p in $pid 1; do
	of_verb "$p" >/tmp/got
	pagecheck list "$p" >/tmp/want
	check "the verb has an answer" [ -s /tmp/got ]
	same "the verb's are pagemap's" /tmp/got /tmp/want
done

# every process there is
number=0
for p in $(processes); do
	# who listed them is gone
	[ -e "/proc/$p" ] || continue
	if pagecheck pages "pagemap of process $p" "$p" >/tmp/got; then
		number=$((number + 1))
	else
		cat /tmp/got
		failed=1
	fi
done
check "pagemap of $number processes" [ "$number" -ge 2 ]
exit $failed
