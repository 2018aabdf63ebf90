/* SPDX-License-Identifier: GPL-2.0 */
/* /proc/PID/smaps as an array: what the kernel says of the same areas. */
#ifndef TESTS_VM_SMAPS_H
#define TESTS_VM_SMAPS_H

#include "picture.h"

struct smap {
	uint64_t start, end;
	uint64_t rss, pss, private, ksm;	/* KiB */
	bool has_ksm;
	bool is_soft_dirty, is_hugetlb, is_pfnmap;	/* VmFlags */
};

struct smaps {
	struct smap *areas;
	size_t nr, cap;
};

static inline void read_smaps_line(struct smap *area, const char *line)
{
	uint64_t v;

	if (sscanf(line, "Rss: %" SCNu64, &v) == 1)
		area->rss = v;
	else if (sscanf(line, "Pss: %" SCNu64, &v) == 1)
		area->pss = v;
	else if (sscanf(line, "Private_Clean: %" SCNu64, &v) == 1 ||
		 sscanf(line, "Private_Dirty: %" SCNu64, &v) == 1)
		area->private += v;
	else if (sscanf(line, "KSM: %" SCNu64, &v) == 1) {
		area->ksm = v;
		area->has_ksm = true;
	} else if (!strncmp(line, "VmFlags:", 8)) {
		area->is_soft_dirty = strstr(line, " sd");
		area->is_hugetlb = strstr(line, " ht");
		area->is_pfnmap = strstr(line, " pf");
	}
}

/* Without [vsyscall], which is nobody's area. */
static inline void read_smaps(struct smaps *smaps, pid_t pid)
{
	int fd = open_proc(pid, "smaps");
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	struct smap *area = NULL;
	char line[5000];

	smaps->nr = 0;
	if (!file)
		give_up("smaps");
	while (fgets(line, sizeof(line), file)) {
		uint64_t start, end;

		if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &start, &end) != 2) {
			if (area)
				read_smaps_line(area, line);
			continue;
		}
		area = NULL;
		if (strstr(line, "[vsyscall]"))
			continue;
		smaps->areas = grow(smaps->areas, smaps->nr, &smaps->cap,
				    sizeof(*smaps->areas));
		area = smaps->areas + smaps->nr++;
		*area = (struct smap){ .start = start, .end = end };
	}
	fclose(file);
}

#endif
