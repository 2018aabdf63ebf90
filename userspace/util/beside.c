// SPDX-License-Identifier: GPL-2.0
#include "util/beside.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool beside(const char *tail, char out[PATH_MAX])
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (n <= 0)
		return false;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return false;
	*slash = '\0';
	n = snprintf(out, PATH_MAX, "%s/%s", self, tail);
	return n < PATH_MAX;
}
