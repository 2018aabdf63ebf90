# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# Sourced by what fetches packages of another suite than this system's: an apt
# with lists of its own, in the folder $apt_state, that knows of no package as
# installed. This system's apt and dpkg stay as they are, and are only asked
# which mirror of Debian they use.

apt_key=/usr/share/keyrings/debian-archive-keyring.gpg

# Where apt fetches this system's own packages from.
find_mirror() {
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(LABEL) $(COMPONENT) $(REPO_URI)' \
		'Created-By: Packages' 2>/dev/null |
		awk '$1 == "Debian" && $2 == "main" { print $3; exit }'
}

# apt_of COMMAND ARG...
apt_of() {
	local command=$1
	shift
	"$command" -qq -o Dir::State="$apt_state" -o Dir::Cache="$apt_state" \
		-o Dir::State::status=/dev/null -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::sourcelist="$apt_state/sources.list" \
		-o APT::Sandbox::User=root -o APT::Architecture=amd64 \
		-o APT::Architectures=amd64 -o Acquire::Languages=none "$@"
}

# Lists that name files which are gone, or that could not be had.
forget_lists() {
	rm -f "$apt_state/sources.list"
}

# update_lists SUITE...: they change several times a day; a day is new enough.
update_lists() {
	local mirror suite
	[ ! "$(find "$apt_state/sources.list" -mmin -1440 2>/dev/null)" ] ||
		return 0
	mirror=$(find_mirror)
	if [ -z "$mirror" ]; then
		echo "apt knows no mirror of Debian" >&2
		return 1
	fi
	mkdir -p "$apt_state"/{lists,archives}/partial
	for suite; do
		echo "deb [signed-by=$apt_key] $mirror $suite main"
	done >"$apt_state/sources.list"
	apt_of apt-get update >&2 || { forget_lists; return 1; }
}
