/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who else maps a page. Pages are looked at without a reference and may be
 * freed, or become something else, at that moment: so nothing in here asserts
 * anything of them, and the answer is of some moment during the look.
 */
#ifndef VMAVIEW_SHARE_H
#define VMAVIEW_SHARE_H

#include <linux/mm.h>
#include <linux/page-flags.h>
#include <linux/page_ref.h>

#include "compat.h"

/**
 * vmav_page_mapcount - how many entries map a page
 * @page: the small page, which may be one of a large folio
 *
 * What smaps and pagemap go by. Kernels built without CONFIG_PAGE_MAPCOUNT
 * count the mappings of a large folio as a whole: there it is their average,
 * in smaps too.
 *
 * Context: IRQs off, and an entry has led here.
 */
static inline unsigned int vmav_page_mapcount(struct page *page)
{
	struct folio *folio = page_folio(page);
	int count = vmav_folio_large(folio) ?
		    vmav_large_mapcount(folio, page) :
		    atomic_read(&page->_mapcount) + 1;

	/* a page of another type keeps that, as a negative number, in there */
	return max(count, 0);
}

/*
 * A page with one reference has one mapping, which has that. Of a large folio
 * it says that one entry maps it, or a part of it.
 */
static inline bool vmav_page_has_one_ref(struct page *page)
{
	return page_count(page) == 1;
}

static inline bool vmav_page_is_ksm(struct page *page)
{
	return folio_test_ksm(page_folio(page));
}

#endif
