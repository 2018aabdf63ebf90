# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
#
# Sourced by what fetches packages of another architecture: an apt with lists
# of its own, of the suites of Debian that this system's apt has, which knows
# of no package as installed. The system's own lists and dpkg stay as they are.

foreign=${XDG_CACHE_HOME:-$HOME/.cache}/vmaview/foreign
key=/usr/share/keyrings/debian-archive-keyring.gpg

say() { echo "${0##*/}: $*" >&2; }

# apt_of ARCH COMMAND ARG...
apt_of() {
	local arch=$1 state=$foreign/apt/$1 command=$2
	shift 2
	"$command" -qq -o Dir::State="$state" -o Dir::Cache="$state" \
		-o Dir::State::status=/dev/null \
		-o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::sourcelist="$state/sources.list" \
		-o APT::Sandbox::User=root -o APT::Architecture="$arch" \
		-o APT::Architectures="$arch" -o Acquire::Languages=none "$@"
}

# update ARCH: a suite whose index of that architecture is broken is one less.
# Lists change several times a day; a day is new enough.
update() {
	local arch=$1 state=$foreign/apt/$1
	[ ! "$(find "$state/sources.list" -mmin -1440 2>/dev/null)" ] ||
		return 0
	mkdir -p "$state/lists/partial" "$state/archives/partial"
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format \
		'$(ORIGIN) $(COMPONENT) $(REPO_URI) $(RELEASE)' \
		'Created-By: Packages' 2>/dev/null |
		awk -v options="arch=$arch signed-by=$key" \
			'$1 == "Debian" && $2 == "main" {
			print "deb [" options "]", $3, $4, $2 }' |
		sort -u >"$state/sources.list"
	[ -s "$state/sources.list" ] || {
		say "apt knows no mirror of Debian"
		rm "$state/sources.list"
		return 1
	}
	apt_of "$arch" apt-get update >&2 ||
		say "not all lists of $arch can be had, going on with the rest"
}

# download ARCH PACKAGE...: into the folder we stand in
download() {
	local arch=$1
	update "$arch" && apt_of "$arch" apt-get download "${@:2}" >&2 &&
		return 0
	# names of files that are gone; the next try has new lists
	rm -f "$foreign/apt/$arch/sources.list"
	return 1
}

# The packages that one depends on, by their names, those of a choice too.
depends() {
	apt_of "$1" apt-cache depends "$2" 2>/dev/null |
		awk '$1 ~ /^\|?Depends:$/ { print $2 }'
}
