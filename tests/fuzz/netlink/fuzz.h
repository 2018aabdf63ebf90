/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the files of the netlink fuzzer share.
 *
 * A message is kept as what it means, "the pagemap of target 2", "a page behind
 * the start of its area 7", and gets descriptors and addresses only when it is
 * sent: so it means the same when it is sent again, mutated or replayed.
 */
#ifndef TESTS_FUZZ_NETLINK_H
#define TESTS_FUZZ_NETLINK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- chance: splitmix64, the same for a seed on every machine ---- */

struct chance {
	uint64_t state;
};

static inline uint64_t chance_next(struct chance *chance)
{
	uint64_t z = chance->state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static inline unsigned int below(struct chance *chance, unsigned int n)
{
	return chance_next(chance) % n;
}

static inline bool one_in(struct chance *chance, unsigned int n)
{
	return !below(chance, n);
}

/* ---- messages ---- */

#define MAX_ATTRS	8
#define MAX_BYTES	24	/* of an attribute that is neither number */
#define LINE_MAX_BYTES	1024	/* of a message as text */

enum family {
	FAMILY_VMAVIEW,
	FAMILY_CONTROL,		/* of generic netlink: it tells policies */
};

enum value_kind {
	VALUE_NUMBER,		/* number */
	VALUE_PAGEMAP,		/* descriptor of target number index */
	VALUE_FILE,		/* descriptor of another file, number index */
	VALUE_AREA,		/* area number of target index, + offset */
	VALUE_BYTES,
};

struct attr {
	uint16_t type;		/* flags of netlink included */
	uint16_t size;		/* bytes of payload sent */
	int16_t lie;		/* added to its nla_len */
	uint8_t kind;		/* enum value_kind */
	uint8_t index;
	uint64_t number;
	int64_t offset;
	uint8_t bytes[MAX_BYTES];
};

/* What becomes of the answer. */
enum reader {
	READ_ALL,		/* as long as limit receives take */
	READ_SMALL,		/* into limit bytes, three times */
	READ_NONE,		/* left in the socket */
	READ_PEEK,
	READ_CLOSE,		/* not at all: the socket is closed */

	NR_READERS
};

struct message {
	uint8_t family;
	uint8_t cmd;
	uint8_t version;
	uint8_t copies;		/* in one datagram, 1 at least */
	uint8_t reader;
	uint8_t socket;
	uint16_t reserved;
	uint16_t flags;		/* of nlmsghdr */
	uint16_t limit;		/* see enum reader */
	int16_t lie;		/* added to its nlmsg_len */
	uint16_t trail;		/* bytes behind the last attribute */
	uint8_t nr_attrs;
	struct attr attrs[MAX_ATTRS];
};

/* grammar.c: messages by what the family takes, and changes to them. */
void grammar_make(struct message *msg, struct chance *chance);
void grammar_change(struct message *msg, struct chance *chance);

/* text.c: one message, one line. */
void text_print(const struct message *msg, char line[LINE_MAX_BYTES]);
bool text_read(struct message *msg, const char *line);

/*
 * corpus.c: messages worth to be changed. Those of the file are shared; each
 * worker adds its own, so that what one finds changes nothing for the others.
 */
struct corpus {
	struct message *msgs;
	size_t nr, room;
};
void corpus_load(struct corpus *corpus, const char *path);
void corpus_add(struct corpus *corpus, const struct message *msg);

/* target.c: processes to look at, and other files. */
#define MAX_TARGETS	12
#define NR_FILES	8
void targets_start(unsigned int nr);
void targets_keep(struct chance *chance);	/* from one thread only */
int targets_pagemap(unsigned int index);
int targets_file(unsigned int index);
uint64_t targets_area(unsigned int index, uint64_t number);

/* cover.c: which parts of the module were run. Without KCOV: none, ever. */
struct cover;
struct cover *cover_open(void);			/* NULL without KCOV */
void cover_begin(struct cover *cover);
size_t cover_end(struct cover *cover);		/* points not seen before */
size_t cover_points(void);

/* record.c: what was sent last, to be found in the memory of a dead machine. */
struct record;
struct record *record_open(unsigned int worker);
void record_put(struct record *record, const struct message *msg);
void record_print(const struct record *record);

/* send.c: a message on its way, and what came back. */
enum outcome {
	OUT_NOTHING,		/* not read, or there was nothing */
	OUT_DATA,
	OUT_DONE,		/* a dump without data that ended well */
	OUT_REFUSED,
	OUT_UNSENT,		/* the kernel took nothing of it */

	NR_OUTCOMES
};
void send_init(void);
enum outcome send_message(const struct message *msg, struct chance *chance,
			  unsigned int worker);

static inline void __attribute__((noreturn)) give_up(const char *what)
{
	perror(what);
	exit(1);
}

#endif
