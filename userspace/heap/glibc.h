/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the parts of glibc's reader share: what was found, and which ranges a
 * copy is of. Reading is done from the copy alone but where it says "live".
 */
#ifndef VMAVIEW_HEAP_GLIBC_H
#define VMAVIEW_HEAP_GLIBC_H

#include "heap/glibc_layout.h"
#include "heap/memory.h"
#include "heap/rows.h"
#include "model/snapshot.h"

#define GLIBC_ARENAS	4096	/* no more are followed */

struct glibc_range {
	uint64_t start, end;	/* bytes, [start, end) */
};

struct glibc_ranges {
	struct glibc_range *range;
	size_t nr, cap;
	bool failed;		/* memory ran out */
};

/* An arena, and the first of its heaps in glibc.heaps, if it is no main one. */
struct glibc_arena {
	uint64_t address;
	size_t first, nr;
};

#define GLIBC_PROBLEMS	6

struct glibc {
	/* ---- of find ---- */
	struct glibc_shape shape;
	bool is_static;			/* no libc.so */
	unsigned int minor;		/* of 2.x; 0: not known */
	char release[16];		/* "2.36"; "": not known */
	struct glibc_ranges data;	/* where its variables lie */
	uint64_t state;			/* main_arena */
	uint64_t par;			/* mp_; 0: not found */
	uint32_t page;			/* bytes */
	char neighbour[64];		/* another allocator that is there */

	/* ---- of the last copy ---- */
	bool started;			/* main_arena is in use */
	struct glibc_arena *arenas;	/* GLIBC_ARENAS */
	size_t nr_arenas;
	struct glibc_ranges heaps;	/* of all but the main arena */
	struct glibc_ranges brk;	/* none or one: from sbrk_base to top */
	struct glibc_ranges areas;	/* where else the main arena may lie */
	struct glibc_ranges mapped;	/* mappings that are a chunk; first of
					   all those of the copy before */
	struct glibc_ranges threads;	/* pages by each thread's variables */
	pid_t *tids;			/* threads.nr */
	size_t cap_tids;
	struct snapshot *now;		/* areas, if the picture was too old */
	bool has_now;			/* that was tried */
	char problems[GLIBC_PROBLEMS][200];
	unsigned int nr_problems;
};

/* What is wrong with what was copied; each makes a note, and it incoherent. */
void glibc_problem(struct glibc *glibc, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

bool glibc_ranges_add(struct glibc_ranges *ranges, uint64_t start,
		      uint64_t end);

/* ---- words of the copy; 0 where it has none ---- */

static inline uint64_t glibc_word(const struct glibc *glibc,
				  const struct memory *memory, uint64_t addr)
{
	uint64_t value;

	return memory_copied_word(memory, addr, glibc->shape.word, &value) ?
	       value : 0;
}

static inline uint64_t glibc_int(const struct memory *memory, uint64_t addr)
{
	uint64_t value;

	return memory_copied_word(memory, addr, 4, &value) ? value : 0;
}

/* A member of mp_, which has been found. */
#define glibc_par(glibc, memory, member) \
	glibc_word(glibc, memory, (glibc)->par + (glibc)->shape.par.member)

/* ---- glibc_image.c: which C library, in which files ---- */

/*
 * 1: glibc, whose data, version and shape are in *glibc now. 0: no sign of it.
 * -1 with *err.
 */
int glibc_image_find(struct glibc *glibc, pid_t pid,
		     const struct snapshot *snap, struct error *err);

/* ---- glibc_find.c: where its variables are ---- */

/* Live. Fills state, par, shape; false when there is nothing like them. */
bool glibc_find_state(struct glibc *glibc, struct memory *memory);
/* Of a copy of the data; looks for mp_ again if it is not known. */
void glibc_find_par(struct glibc *glibc, const struct memory *memory);

/* ---- glibc_copy.c ---- */

/* The areas as they are at this copy, or NULL; dear. */
const struct snapshot *glibc_now(struct glibc *glibc, pid_t pid);

int glibc_copy(struct glibc *glibc, struct memory *memory,
	       const struct snapshot *snap, struct error *err);

/* ---- glibc_mapped.c: chunks that are mappings ---- */

/* Could malloc have mapped this area? */
bool glibc_may_hold(const struct vma *vma);

/* Live: adds them to glibc->mapped and copies their headers. */
int glibc_mapped_copy(struct glibc *glibc, struct memory *memory,
		      const struct snapshot *snap, struct error *err);
/* False without memory, as all below. */
bool glibc_mapped_parse(struct glibc *glibc, const struct memory *memory,
			struct heap *heap);

/* ---- glibc_thread.c: which thread a cache is of ---- */

struct glibc_cache {
	uint64_t address;
	pid_t tid;		/* 0: not known */
	bool is_first;		/* chunk of its piece */
};

/* Live: copies what lies around the variables of each thread. */
bool glibc_thread_copy(struct glibc *glibc, struct memory *memory,
		       const struct snapshot *snap);
/* Gives those caches, ascending by address, a tid that a thread points to. */
void glibc_thread_name(const struct glibc *glibc, const struct memory *memory,
		       struct glibc_cache *caches, size_t nr);

/* ---- glibc_arena.c: arenas, their members and pieces; mp_ ---- */

bool glibc_arena_parse(struct glibc *glibc, const struct memory *memory,
		       struct heap *heap);
void glibc_arena_settings(const struct glibc *glibc,
			  const struct memory *memory, struct heap *heap);

/* ---- glibc_piece.c: where rows of chunks begin and end ---- */

bool glibc_piece_main(struct glibc *glibc, const struct memory *memory,
		      struct heap *heap);
bool glibc_piece_heaps(struct glibc *glibc, const struct memory *memory,
		       struct heap *heap, size_t arena);

/* ---- glibc_bins.c, glibc_cache.c: lists of chunks ---- */

bool glibc_bins_parse(const struct glibc *glibc, const struct memory *memory,
		      struct heap *heap, struct row_marks *marks);
bool glibc_cache_parse(const struct glibc *glibc, const struct memory *memory,
		       struct heap *heap, struct row_marks *marks);

/*
 * A single list; its links are addresses of memory, or of chunks where header
 * bytes lie between the two. In here all are addresses of memory.
 */
struct glibc_list {
	const struct glibc *glibc;
	const struct memory *memory;
	unsigned int header;
	size_t most;		/* no more are followed */
	/* As measured: */
	size_t nr;		/* different ones, up to where it breaks */
	uint64_t strange;	/* what the last of them links to; 0: its end */
	bool is_cycle;
	bool is_long;		/* there are more than that */
};

/*
 * Lists can't hold more chunks than there are, all together, but they can lie:
 * so many bins and links are followed. Twice, as of what is broken there can be
 * more.
 */
static inline size_t glibc_list_room(const struct heap *heap)
{
	return 2 * heap->nr_chunks + 4096;
}

void glibc_list_measure(struct glibc_list *list, uint64_t first);
/* What comes behind mem, 0: nothing. False: mem was not copied. */
bool glibc_list_next(const struct glibc_list *list, uint64_t mem,
		     uint64_t *next);

#endif
