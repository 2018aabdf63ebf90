# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# For the scripts beside it: settings by name, and how to run under one.
#   LIBVMACHUNK  the library      CHUNK_BIN  what was built from *.c here

library=${LIBVMACHUNK:?names the library}
bin=${CHUNK_BIN:?is the folder with the programs}
work=$(mktemp -d "${TMPDIR:-/tmp}/vmachunk.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
folder=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export folder

# set_options SETTING: into the array `options`, for env. "glibc" is without us.
set_options() {
	case $1 in
	glibc) options=(LD_PRELOAD=) ;;
	fast | article) options=(VMACHUNK_PROFILE="$1") ;;
	full | guard) options=(VMACHUNK_OPTIONS="check=$1") ;;
	article-full) options=(VMACHUNK_PROFILE=article
		VMACHUNK_OPTIONS=check=full) ;;
	esac
	[ "$1" = glibc ] || options+=(LD_PRELOAD="$library")
}

# under SETTING COMMAND...
under() {
	local options
	set_options "$1"
	shift
	env "${options[@]}" "$@"
}

# each PROGRAM SETTING...: a program of cases under each; 1 if one failed.
each() {
	local program=$1 setting code=0
	shift
	for setting; do
		under "$setting" "$bin/$program" "$setting" || code=1
	done
	return "$code"
}

# same NAME SECONDS COMMAND...: does and says under us what it does under glibc.
same() {
	local name=$1 seconds=$2 setting code want
	shift 2
	want=$work/$name.want
	under glibc timeout "$seconds" "$@" >"$want" 2>&1 </dev/null
	code=$?
	if [ "$code" != 0 ]; then
		echo "not ok whole/$name glibc - exit code $code:" \
			"$(tail -n 1 "$want")"
		return
	fi
	for setting in fast article; do
		under "$setting" timeout "$seconds" "$@" >"$work/$name.got" \
			2>&1 </dev/null
		code=$?
		if [ "$code" != 0 ]; then
			echo "not ok whole/$name $setting - exit code $code:" \
				"$(tail -n 1 "$work/$name.got")"
		elif ! cmp -s "$want" "$work/$name.got"; then
			echo "not ok whole/$name $setting - other output:" \
				"$(diff "$want" "$work/$name.got" |
				sed -n 2p)"
		else
			echo "ok whole/$name $setting"
		fi
	done
}
