/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Messages of the vmaview family into the model. Knows no socket: it reads
 * bytes that may be anything and refuses what is not well formed.
 */
#ifndef VMAVIEW_SOURCE_WIRE_H
#define VMAVIEW_SOURCE_WIRE_H

#include <linux/netlink.h>

#include "model/snapshot.h"
#include "model/take.h"
#include "util/error.h"

/* What GET_INFO says, kept for as long as the module is the same. */
struct wire_info {
	uint32_t protocol;
	char module[64];
	char release[128];
	uint32_t page_size;
	uint32_t table_levels;
	uint64_t pmd_size;
	uint64_t features;		/* VMAVIEW_FEATURE_* */
	char machine[32];
	int8_t flag_of_bit[64];		/* enum vma_flag, or -1 */
};

/*
 * Each returns 0, or -1 with *err when the message is not well formed. It lies
 * in memory up to MNL_ALIGN(nlh->nlmsg_len), as in any receive buffer.
 */
int wire_read_info(const struct nlmsghdr *nlh, struct wire_info *info,
		   struct error *err);
int wire_read_mm(const struct nlmsghdr *nlh, struct snapshot *snap,
		 struct error *err);
/* Appends the areas of one message of a dump that was asked for TAKE_* what. */
int wire_read_vmas(const struct nlmsghdr *nlh, const struct wire_info *info,
		   unsigned int what, struct snapshot *snap,
		   struct error *err);


/*
 * Appends the pages and frames of one message to the map, which need not be
 * empty: messages come in ascending order.
 */
int wire_read_pages(const struct nlmsghdr *nlh, struct page_map *map,
		    struct error *err);
/* The flags of a state that a dump of pages asked for TAKE_* what tells. */
uint32_t wire_known_flags(const struct wire_info *info, unsigned int what);
/* Appends the areas of one message. */
int wire_read_tables(const struct nlmsghdr *nlh, struct table_list *list,
		     struct error *err);
int wire_read_entry(const struct nlmsghdr *nlh, struct entry_walk *walk,
		    struct error *err);

/* For the readers: -1, and *err says that what was not understood. */
int wire_malformed(struct error *err, const char *what);

#endif
