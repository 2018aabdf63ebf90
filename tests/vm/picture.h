/* SPDX-License-Identifier: GPL-2.0 */
/*
 * GET_PAGES and GET_VMAS decoded into arrays that a checker can compare: one
 * element for each page that has an entry, and one for each area.
 */
#ifndef TESTS_VM_PICTURE_H
#define TESTS_VM_PICTURE_H

#include "raw.h"

#define PAGE_SIZE	UINT64_C(4096)
#define PMD_SIZE	(512 * PAGE_SIZE)
#define PUD_SIZE	(512 * PMD_SIZE)
#define NR_COUNTS	(VMAVIEW_COUNT_MAX + 1)

struct page {
	uint64_t address;
	uint64_t frame;		/* or token; 0 where there is none */
	uint32_t state;
};

struct range {
	uint64_t start, end;
};

struct picture {
	struct page *pages;	/* that are not NONE, ascending */
	size_t nr, cap;
	struct range *areas;	/* what was spoken of, joined */
	size_t nr_areas, cap_areas;
	size_t nr_numbers;	/* in FRAMES or TOKENS */
	bool has_frames, has_tokens;
	bool torn;
	bool wants_frames;
	char wrong[128];	/* what is wrong with it, or "" */
	int code;		/* errno */
};

static const char *const kind_names[VMAVIEW_PAGE_MAX + 1] = {
	"unmapped", "none", "marker", "guard", "poison", "anon", "file",
	"shmem", "zero", "pfnmap", "hugetlb", "swap", "migration", "device",
	"hwpoison"
};

static const struct {
	uint32_t flag;
	const char *name;
} state_flags[] = {
	{ VMAVIEW_PAGE_DIRTY, "dirty" },
	{ VMAVIEW_PAGE_ACCESSED, "accessed" },
	{ VMAVIEW_PAGE_SOFT_DIRTY, "soft_dirty" },
	{ VMAVIEW_PAGE_WRITABLE, "writable" },
	{ VMAVIEW_PAGE_EXEC, "exec" },
	{ VMAVIEW_PAGE_PROT_NONE, "prot_none" },
	{ VMAVIEW_PAGE_UFFD_WP, "uffd_wp" },
	{ VMAVIEW_PAGE_PMD, "pmd" },
	{ VMAVIEW_PAGE_PUD, "pud" },
	{ VMAVIEW_PAGE_EXCLUSIVE, "exclusive" },
	{ VMAVIEW_PAGE_KSM, "ksm" },
};

#define NR_STATE_FLAGS	(sizeof(state_flags) / sizeof(state_flags[0]))

static inline void complain(char *wrong, size_t size, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* The first complaint is kept: the others follow from it. */
static inline void complain(char *wrong, size_t size, const char *fmt, ...)
{
	va_list args;

	if (*wrong)
		return;
	va_start(args, fmt);
	vsnprintf(wrong, size, fmt, args);
	va_end(args);
}

/* Into one of two buffers, so that a message can have two states in it. */
static inline const char *state_text(uint32_t state)
{
	static char texts[2][200];
	static unsigned int turn;
	unsigned int kind = VMAVIEW_PAGE_KIND(state);
	char *text = texts[turn ^= 1];
	size_t len = snprintf(text, sizeof(texts[0]), "%s",
			      kind <= VMAVIEW_PAGE_MAX ? kind_names[kind] :
							 "unknown");

	for (size_t i = 0; i < NR_STATE_FLAGS; i++)
		if (state & state_flags[i].flag)
			len += snprintf(text + len, sizeof(texts[0]) - len,
					",%s", state_flags[i].name);
	return text;
}

static inline void *grow(void *array, size_t nr, size_t *cap, size_t size)
{
	if (nr < *cap)
		return array;
	*cap = *cap ? 2 * *cap : 256;
	array = realloc(array, *cap * size);
	if (!array)
		give_up("memory");
	return array;
}

/* ---- GET_PAGES ---- */

static inline void add_area(struct picture *pic, uint64_t start, uint64_t end)
{
	struct range *last = pic->areas + pic->nr_areas - 1;

	if (pic->nr_areas && start < last->end) {
		complain(pic->wrong, sizeof(pic->wrong),
			 "%" PRIx64 " comes after %" PRIx64, start, last->end);
		return;
	}
	if (pic->nr_areas && start == last->end) {
		last->end = end;
		return;
	}
	pic->areas = grow(pic->areas, pic->nr_areas, &pic->cap_areas,
			  sizeof(*pic->areas));
	pic->areas[pic->nr_areas++] = (struct range){ start, end };
}

static inline void add_page(struct picture *pic, uint64_t address,
			    uint32_t state)
{
	pic->pages = grow(pic->pages, pic->nr, &pic->cap, sizeof(*pic->pages));
	pic->pages[pic->nr++] = (struct page){ address, 0, state };
}

static inline bool bit_of(const uint64_t *words, uint64_t i)
{
	return words[i / 64] >> (i % 64) & 1;
}

/* How many runs of equal bits there are among nr. */
static inline size_t runs_of(const uint64_t *words, uint64_t nr)
{
	size_t runs = 1;

	for (uint64_t i = 1; i < nr; i++)
		runs += bit_of(words, i) != bit_of(words, i - 1);
	return runs;
}

/* One group of MAP at words; returns how many words it has, 0 if it is bad. */
static inline size_t add_group(struct picture *pic, uint64_t start,
			       const uint64_t *words, size_t nr_words)
{
	uint32_t state = VMAVIEW_MAP_STATE(words[0]);
	uint64_t nr = VMAVIEW_MAP_PAGES(words[0]), i;
	bool is_bitmap = state & VMAVIEW_PAGE_BITMAP;
	size_t used = 1 + (is_bitmap ? (nr + 63) / 64 : 0);
	unsigned int kind;

	state &= ~VMAVIEW_PAGE_BITMAP;
	kind = VMAVIEW_PAGE_KIND(state);
	if (!nr || used > nr_words || kind > VMAVIEW_PAGE_MAX ||
	    (kind <= VMAVIEW_PAGE_NONE && (is_bitmap || state != kind)))
		return 0;
	if (kind != VMAVIEW_PAGE_UNMAPPED)
		add_area(pic, start, start + nr * PAGE_SIZE);
	if (kind <= VMAVIEW_PAGE_NONE)
		return used;
	for (i = 0; i < nr; i++)
		if (!is_bitmap || bit_of(words + 1, i))
			add_page(pic, start + i * PAGE_SIZE, state);
	/* what no page stands for is 0 */
	if (is_bitmap && nr % 64 && words[used - 1] >> (nr % 64))
		return 0;
	if (is_bitmap && runs_of(words + 1, nr) <= used)
		complain(pic->wrong, sizeof(pic->wrong),
			 "%zu runs would do for a bitmap of %zu words",
			 runs_of(words + 1, nr), used);
	return used;
}

static inline void read_frames(struct picture *pic, size_t from,
			       const struct nlattr *attr)
{
	const uint64_t *numbers = attr ? mnl_attr_get_payload(attr) : NULL;
	size_t nr = attr ? mnl_attr_get_payload_len(attr) / 8 : 0, at = 0;

	for (; from < pic->nr; from++) {
		struct page *page = pic->pages + from;

		if (!VMAVIEW_PAGE_HAS_FRAME(VMAVIEW_PAGE_KIND(page->state)))
			continue;
		if (at < nr)
			memcpy(&page->frame, numbers + at, 8);
		at++;
	}
	pic->nr_numbers += nr;
	if (at != nr && (attr || pic->wants_frames))
		complain(pic->wrong, sizeof(pic->wrong),
			 "%zu pages have a frame, %zu were sent", at, nr);
}

static inline void read_pages(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *map = find_attr(nlh, VMAVIEW_A_MAP);
	const struct nlattr *frames = find_attr(nlh, VMAVIEW_A_FRAMES);
	const struct nlattr *tokens = find_attr(nlh, VMAVIEW_A_TOKENS);
	struct picture *pic = data;
	size_t nr, used, at, before = pic->nr;
	uint64_t start, *words;

	if (!map)
		return;
	if (!get_number(find_attr(nlh, VMAVIEW_A_START), &start) ||
	    mnl_attr_get_payload_len(map) % 8 || start % PAGE_SIZE) {
		complain(pic->wrong, sizeof(pic->wrong), "START or MAP is bad");
		return;
	}
	/* attributes are aligned to four bytes */
	nr = mnl_attr_get_payload_len(map) / 8;
	words = allocate(nr, 8);
	memcpy(words, mnl_attr_get_payload(map), nr * 8);
	for (at = 0; at < nr; at += used) {
		used = add_group(pic, start, words + at, nr - at);
		if (!used) {
			complain(pic->wrong, sizeof(pic->wrong),
				 "group %" PRIx64 " at %" PRIx64 " is bad",
				 words[at], start);
			break;
		}
		start += VMAVIEW_MAP_PAGES(words[at]) * PAGE_SIZE;
	}
	free(words);
	pic->has_frames |= frames != NULL;
	pic->has_tokens |= tokens != NULL;
	read_frames(pic, before, frames ? frames : tokens);
}

static inline void free_picture(struct picture *pic)
{
	free(pic->pages);
	free(pic->areas);
	memset(pic, 0, sizeof(*pic));
}

/* Takes one of [start, end) with VMAVIEW_F_* flags; what it held is lost. */
static inline void take_picture(struct picture *pic, int s, int fd,
				uint64_t start, uint64_t end, uint32_t flags)
{
	struct request req;
	struct answer *answer;

	pic->nr = pic->nr_areas = pic->nr_numbers = 0;
	pic->has_frames = pic->has_tokens = false;
	pic->wants_frames = flags & VMAVIEW_F_FRAMES;
	pic->wrong[0] = '\0';
	begin_dump(&req, VMAVIEW_CMD_GET_PAGES, fd);
	mnl_attr_put_u64(&req.nlh, VMAVIEW_A_START, start);
	mnl_attr_put_u64(&req.nlh, VMAVIEW_A_END, end);
	if (flags)
		mnl_attr_put_u32(&req.nlh, VMAVIEW_A_FLAGS, flags);
	answer = ask_each(s, &req, read_pages, pic);
	pic->code = answer->code;
	pic->torn = answer->interrupted;
	if (answer->code)
		complain(pic->wrong, sizeof(pic->wrong), "%.40s: %.60s",
			 strerror(answer->code), answer->text);
	if (pic->has_frames && pic->has_tokens)
		complain(pic->wrong, sizeof(pic->wrong), "frames and tokens");
}

static inline void take_whole(struct picture *pic, int s, int fd,
			      uint32_t flags)
{
	take_picture(pic, s, fd, 0, UINT64_MAX, flags);
}

/* The first page from address on, or one behind the last. */
static inline const struct page *page_from(const struct picture *pic,
					   uint64_t address)
{
	size_t low = 0, high = pic->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (pic->pages[middle].address < address)
			low = middle + 1;
		else
			high = middle;
	}
	return pic->pages + low;
}

static inline const struct page *page_at(const struct picture *pic,
					 uint64_t address)
{
	const struct page *page = page_from(pic, address);

	return page < pic->pages + pic->nr && page->address == address ? page :
									 NULL;
}

/* ---- GET_VMAS ---- */

struct area {
	uint64_t start, end;
	uint64_t counts[NR_COUNTS];
};

struct areas {
	struct area *areas;
	size_t nr, cap;
	bool torn;
	char wrong[128];
};

/* Decodes one group of COUNTS; returns how many bytes it has. */
static inline size_t read_group(const unsigned char *bytes, size_t len,
				uint64_t *counts)
{
	size_t at = sizeof(uint32_t), width;
	uint32_t mask;

	if (len < at)
		return 0;
	memcpy(&mask, bytes, at);
	width = mask & VMAVIEW_COUNTS_WIDE ? 8 : 4;
	for (unsigned int i = 0; i < 31; i++) {
		uint64_t v = 0;

		if (!(mask >> i & 1))
			continue;
		if (at + width > len)
			return 0;
		memcpy(&v, bytes + at, width);
		at += width;
		if (i < NR_COUNTS)
			counts[i] = v;
	}
	return at;
}

static inline void read_areas(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *vmas = find_attr(nlh, VMAVIEW_A_VMAS);
	const struct nlattr *counts = find_attr(nlh, VMAVIEW_A_COUNTS);
	size_t i, used, at = 0, len = counts ? mnl_attr_get_payload_len(counts) : 0;
	struct areas *areas = data;
	uint64_t size;

	if (!vmas)
		return;
	if (!get_number(find_attr(nlh, VMAVIEW_A_VMA_SIZE), &size) ||
	    size < sizeof(struct vmaview_vma)) {
		complain(areas->wrong, sizeof(areas->wrong), "VMA_SIZE is bad");
		return;
	}
	for (i = 0; i < mnl_attr_get_payload_len(vmas) / size; i++) {
		struct vmaview_vma vma;
		struct area *area;

		memcpy(&vma, (char *)mnl_attr_get_payload(vmas) + i * size,
		       sizeof(vma));
		areas->areas = grow(areas->areas, areas->nr, &areas->cap,
				    sizeof(*areas->areas));
		area = areas->areas + areas->nr++;
		memset(area, 0, sizeof(*area));
		area->start = vma.start;
		area->end = vma.end;
		if (!counts)
			continue;
		used = read_group((unsigned char *)mnl_attr_get_payload(counts) +
				  at, len - at, area->counts);
		if (!used)
			complain(areas->wrong, sizeof(areas->wrong),
				 "COUNTS are cut");
		at += used;
	}
	if (at != len)
		complain(areas->wrong, sizeof(areas->wrong), "COUNTS left over");
}

static inline void take_areas(struct areas *areas, int s, int fd,
			      uint32_t flags)
{
	struct request req;
	struct answer *answer;

	areas->nr = 0;
	areas->wrong[0] = '\0';
	begin_dump(&req, VMAVIEW_CMD_GET_VMAS, fd);
	mnl_attr_put_u32(&req.nlh, VMAVIEW_A_FLAGS, flags);
	answer = ask_each(s, &req, read_areas, areas);
	areas->torn = answer->interrupted;
	if (answer->code)
		complain(areas->wrong, sizeof(areas->wrong), "%.40s: %.60s",
			 strerror(answer->code), answer->text);
}

#endif
