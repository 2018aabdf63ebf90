/* SPDX-License-Identifier: GPL-2.0 */
/* What page tables map, and how full they are; for figures and exporters. */
#ifndef VMAVIEW_FIGURE_TABLES_H
#define VMAVIEW_FIGURE_TABLES_H

#include "model/snapshot.h"

/* Bytes that an entry of this level maps. */
uint64_t tables_entry_bytes(const struct snapshot *snap, enum level level);
/* Bytes that the entries of these tables map themselves. */
uint64_t tables_mapped_bytes(const struct snapshot *snap,
			     const struct area_tables *tables);
/*
 * What pgtables_bytes should be by the walk: the kernel counts neither the pgd
 * nor p4d tables in it.
 */
uint64_t tables_counted_bytes(const struct table_list *list,
			      const struct area_tables *sum);

#endif
