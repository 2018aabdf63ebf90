#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Pages as /proc tells them against the module, page by page: what /proc is sure
# of is so, and what it is not sure of is said. As root, who sees frames, and as
# a user, to whom they are hidden.

. ./lib

# runs SOURCE PID: number of the first page, pages, kind, ",flag,...", frames;
# first a line of what is known
runs() {
	vmaview --source="$1" -j pages "$2" | jq -r '
		def hex: ltrimstr("0x") | explode | reduce .[] as $c (0;
			. * 16 + (if $c > 96 then $c - 87 else $c - 48 end));
		"known " + .frames + " ," + (.known_flags | join(",")) + ",",
		(.runs[] | [(.start | hex) / 4096, .pages, .kind,
			"," + (.flags | join(",")) + ",", .frames[]] |
		 join(" "))'
}

# Every page of the two; complains of each that can't be of one process.
compare='
function expand(side,	i, page) {
	for (i = 0; i < $2; i++) {
		page = $1 + i
		kind[side, page] = $3
		flags[side, page] = $4
		frame[side, page] = $(5 + i)
		pages[page] = 1
	}
}
function complain(page, what) {
	printf "page %s %s: %s%s%s and not %s%s%s\n", page, what,
		kind[2, page], flags[2, page], frame[2, page],
		kind[1, page], flags[1, page], frame[1, page]
	bad++
}
# what pagemap calls swapped, and does not always tell apart; into areas of bare
# frames it does not go
function is_absent(kind) {
	return kind ~ /^(swap|migration|device|hwpoison|marker|guard|poison)$/
}
FNR == 1 { side++; shown[side] = $2; known[side] = $3; next }
{ expand(side) }
END {
	n = split(substr(known[2], 2), names, ",") - 1
	for (p in pages) {
		a = kind[1, p]; b = kind[2, p]
		if (a == "pfnmap" && !b)
			continue
		all++
		unsure += b ~ /^(present|absent)$/
		if (a != b && !(b == "present" && a && !is_absent(a)) &&
		    !(b == "absent" && is_absent(a))) {
			complain(p, "kind")
			continue
		}
		if (shown[1] == "frames" && shown[2] == "frames" &&
		    frame[1, p] && frame[1, p] != frame[2, p])
			complain(p, "frame")
		for (i = 1; i <= n; i++) {
			f = "," names[i] ","
			# who asks may map a page of a library as well
			if (names[i] == "exclusive" && a == "file")
				continue
			if (!index(flags[1, p], f) != !index(flags[2, p], f))
				complain(p, names[i])
		}
	}
	print all + 0, unsure + 0 >"/tmp/sum"
	exit bad > 0 || !all
}'

# agree NAME PID USER: asked again if not, as pages may be moved meanwhile
agree() {
	local wait
	for wait in 0 1 2; do
		sleep $wait
		if [ "$3" = root ]; then
			runs netlink "$2" >/tmp/one
			runs proc "$2" >/tmp/two
		else
			su "$3" -c "$(declare -f runs); runs netlink $2" >/tmp/one
			su "$3" -c "$(declare -f runs); runs proc $2" >/tmp/two
		fi
		if awk "$compare" /tmp/one /tmp/two >/tmp/complaints; then
			ok "$1 ($(cut -d' ' -f1 /tmp/sum) pages, $(cut -d' ' -f2 /tmp/sum) unsure)"
			return
		fi
	done
	not_ok "$1" "$(wc -l </tmp/complaints): $(head -n 4 /tmp/complaints)"
}

set_up_huge
# one page of 1 GiB would be 262,144 in here: pages.sh looks at it
echo 0 >/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages
check "swap is there" set_up_swap

for target in gonzo stack kinds special uffd ksm cow; do
	start $target || continue
	agree "$target as root" "$pid" root
done
exec 9>&-

# A user's own.
for target in stack cow; do
	start su user -c "exec $target" || continue
	agree "$target as a user" "$pid" user
done
exec 9>&-
exit $failed
