// SPDX-License-Identifier: GPL-2.0
/*
 * The last messages of each worker, in pages of memory that each explain
 * themselves. QEMU keeps the guest's memory in a file: after a crash, `record`
 * finds the pages there and puts the messages in order. So nothing has to be
 * written out while all is well.
 */
#include <string.h>
#include <sys/mman.h>

#include "fuzz.h"

#define PAGE_BYTES	4096
#define NR_PAGES	32

struct page {
	char magic[16];
	uint32_t worker;
	uint32_t used;		/* bytes of text: lines of NUMBER MESSAGE */
	char text[PAGE_BYTES - 24];
};

struct record {
	struct page *pages;
	size_t now;
	uint32_t worker;
};

static atomic_ulong sequence;

struct record *record_open(unsigned int worker)
{
	struct record *record = calloc(1, sizeof(*record));
	void *pages = mmap(NULL, NR_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_LOCKED, -1, 0);

	if (!record || pages == MAP_FAILED)
		give_up("memory");
	record->pages = pages;
	record->worker = worker;
	return record;
}

static struct page *next_page(struct record *record)
{
	struct page *page = &record->pages[record->now++ % NR_PAGES];

	page->used = 0;
	page->worker = record->worker;
	/* in two parts, so that the program's own text is no page of it */
	memcpy(page->magic, "vmaview-", 8);
	memcpy(page->magic + 8, "messages", 8);
	return page;
}

/* Before it is sent. The compiler may not put that off. */
void record_put(struct record *record, const struct message *msg)
{
	struct page *page = &record->pages[(record->now - 1) % NR_PAGES];
	char line[LINE_MAX_BYTES];
	size_t room, len;

	text_print(msg, line);
	if (!record->now ||
	    sizeof(page->text) - page->used < strlen(line) + 24)
		page = next_page(record);
	room = sizeof(page->text) - page->used;
	len = snprintf(page->text + page->used, room, "%lu %s\n", sequence++,
		       line);
	page->used += len;
	atomic_signal_fence(memory_order_seq_cst);
}

/* Where the machine goes on: the same to the standard output. */
void record_print(const struct record *record)
{
	char text[sizeof(record->pages->text) + 1], *rest, *line;

	for (size_t i = 0; i < NR_PAGES; i++) {
		const struct page *page = &record->pages[i];

		memcpy(text, page->text, page->used);
		text[page->used] = '\0';
		for (line = strtok_r(text, "\n", &rest); line;
		     line = strtok_r(NULL, "\n", &rest))
			printf("record %s\n", line);
	}
}
