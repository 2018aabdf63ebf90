# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# Sourced by what fetches packages of another suite or architecture than this
# system's: an apt with lists of its own, in the folder $apt_state, for
# $apt_arch (amd64), that knows of no package as installed. This system's apt and
# dpkg stay as they are, and are only asked where they have Debian from.

apt_key=/usr/share/keyrings/debian-archive-keyring.gpg

# apt_of COMMAND ARG...
apt_of() {
	local command=$1 arch=${apt_arch:-amd64}
	shift
	"$command" -qq -o Dir::State="$apt_state" -o Dir::Cache="$apt_state" \
		-o Dir::State::status=/dev/null -o Dir::Etc::sourceparts=/dev/null \
		-o Dir::Etc::sourcelist="$apt_state/sources.list" \
		-o APT::Sandbox::User=root -o APT::Architecture="$arch" \
		-o APT::Architectures="$arch" -o Acquire::Languages=none "$@"
}

# list_sources [SUITE...]: of this system's mirror; without: what it has itself
list_sources() {
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format \
		'$(ORIGIN) $(COMPONENT) $(REPO_URI) $(RELEASE) $(LABEL)' \
		'Created-By: Packages' 2>/dev/null |
	awk -v suites="$*" -v deb="deb [arch=${apt_arch:-amd64} signed-by=$apt_key]" '
		$1 != "Debian" || $2 != "main" { next }
		suites == "" { print deb, $3, $4, $2; next }
		# security has a mirror of its own, and a longer label
		$5 == "Debian" && NF == 5 && !mirrors++ {
			for (n = split(suites, suite, " "); n; n--)
				print deb, $3, suite[n], $2
		}' | sort -u
}

# Lists that name files which are gone, or that could not be had.
forget_lists() {
	rm -f "$apt_state/sources.list"
}

# update_lists [SUITE...]: they change several times a day; a day is new enough.
# A suite whose lists are broken is one less, and is asked for again next time.
update_lists() {
	local sources=$apt_state/sources.list
	[ ! "$(find "$sources" -mmin -1440 2>/dev/null)" ] || return 0
	mkdir -p "$apt_state"/{lists,archives}/partial
	list_sources "$@" >"$sources"
	if [ ! -s "$sources" ]; then
		echo "apt knows no mirror of Debian" >&2
		forget_lists
		return 1
	fi
	apt_of apt-get update >&2 || touch -d @0 "$sources"
}

# mend_links FOLDER: those of unpacked packages that lead to / would leave it.
mend_links() {
	local link to
	find "$1" -type l -lname '/*' | while read -r link; do
		to=$(readlink "$link")
		ln -sf "$(realpath -sm --relative-to="$(dirname "$link")" \
			"$1$to")" "$link"
	done
}
