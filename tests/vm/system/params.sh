#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# What the module's parameters turn off stays off, whoever asks.

. ./lib

given=/sys/module/vmaview/parameters

# again PARAMETER=VALUE...: the module, loaded anew
again() {
	rmmod vmaview 2>/dev/null
	insmod "$MODULE" "$@"
}

# look: the viewer's page map on the first page, asked who else maps it
look() {
	view 24 80 --source=netlink "$pid"
	printf 4 >&7
	check "page map" shows 'Pages\]'
	printf w >&7
}

start gonzo
for name in debugfs frames tokens; do
	check "$name is on" grep -qx Y $given/$name
	check "$name can't be changed later" [ "$(stat -c %a $given/$name)" = 444 ]
done
tokencheck told 1 1 "$pid" || failed=1
look
check "who else maps a page" shows 'also at'
leave "q"

check "load with frames=0" again frames=0
tokencheck told 0 1 "$pid" || failed=1
echo "$pid" >$debug/watch
check "debugfs knows no pgd" grep -qx 'pgd  *?' "$debug/$pid/mm"
check "nor has a page map a frame" sh -c \
	"vmaview --source=netlink -j pages $pid | jq -e '.frames == \"tokens\"'"

check "load with tokens=0" again tokens=0
tokencheck told 1 0 "$pid" || failed=1
check "the viewer says that it does not know" su user -s /bin/sh -c "
	sleep 100 & vmaview --source=netlink -j pages \$! |
	jq -e '.frames == \"unknown\"'; code=\$?; kill \$!; exit \$code"

check "load with neither" again frames=0 tokens=0
tokencheck told 0 0 "$pid" || failed=1
check "areas are as ever" sh -c "vmaview --source=netlink maps $pid | grep -q stack"
look
sleep 2
check "the viewer does not guess" sh -c "! grep -q 'also at'" <<<"$(screen)"
leave "q of what is not known"

check "load with debugfs=0" again debugfs=0
check "no folder" [ ! -e $debug ]
tokencheck told 1 1 "$pid" || failed=1
check "unload" unload
check "an unknown word is no error and turns nothing off" again frame=0
tokencheck told 1 1 "$pid" || failed=1
rmmod vmaview
exit $failed
