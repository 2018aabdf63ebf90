/* SPDX-License-Identifier: GPL-2.0 */
/* Entries of page tables on x86-64, with four levels and with five, and PAE. */
#ifndef VMAVIEW_MODEL_ENTRY_X86_H
#define VMAVIEW_MODEL_ENTRY_X86_H

#include "model/entry.h"

/* Of the last entry of a walk. */
enum entry_form entry_x86_form(const struct entry_walk *walk,
			       unsigned int level);
/* As entry_bits(). */
size_t entry_x86_bits(const struct entry_walk *walk, unsigned int level,
		      enum entry_form form,
		      struct entry_bit bits[ENTRY_BITS_MAX]);
size_t entry_pae_bits(const struct entry_walk *walk, unsigned int level,
		      enum entry_form form,
		      struct entry_bit bits[ENTRY_BITS_MAX]);

#endif
