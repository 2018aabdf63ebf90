/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entries of page tables on arm64 with pages of 4 KiB, as Linux before 6.10
 * has them, and as it has them since (new).
 */
#ifndef VMAVIEW_MODEL_ENTRY_ARM64_H
#define VMAVIEW_MODEL_ENTRY_ARM64_H

#include "model/entry.h"

/* Of the last entry of a walk. */
enum entry_form entry_arm64_form(const struct entry_walk *walk,
				 unsigned int level);
enum entry_form entry_arm64_new_form(const struct entry_walk *walk,
				     unsigned int level);
/* As entry_bits(). */
size_t entry_arm64_bits(const struct entry_walk *walk, unsigned int level,
			enum entry_form form,
			struct entry_bit bits[ENTRY_BITS_MAX]);
size_t entry_arm64_new_bits(const struct entry_walk *walk, unsigned int level,
			    enum entry_form form,
			    struct entry_bit bits[ENTRY_BITS_MAX]);

#endif
