// SPDX-License-Identifier: GPL-2.0
/*
 * Messages as the family wants them, and one step beside that. Blind bytes
 * hardly pass the policies (one in 150 got an answer); so a message begins as a
 * good one, with values at the edges of what they mean, and then has a little
 * changed.
 */
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/vmaview.h>
#include <string.h>

#include "fuzz.h"

#define NR_SOCKETS	6

/* What the commands take: as the contract says, not as the module does. */
static const struct command {
	uint8_t cmd;
	uint16_t flags;		/* of nlmsghdr */
	uint16_t attrs[5];
	uint32_t bits;		/* of VMAVIEW_A_FLAGS */
} commands[] = {
	{ VMAVIEW_CMD_GET_INFO, 0, { 0 }, 0 },
	{ VMAVIEW_CMD_GET_MM, 0, { VMAVIEW_A_PAGEMAP_FD }, 0 },
	{ VMAVIEW_CMD_GET_VMAS, NLM_F_DUMP,
	  { VMAVIEW_A_PAGEMAP_FD, VMAVIEW_A_START, VMAVIEW_A_END,
	    VMAVIEW_A_FLAGS }, VMAVIEW_F_VMAS },
	{ VMAVIEW_CMD_GET_PAGES, NLM_F_DUMP,
	  { VMAVIEW_A_PAGEMAP_FD, VMAVIEW_A_START, VMAVIEW_A_END,
	    VMAVIEW_A_FLAGS }, VMAVIEW_F_PAGES },
	{ VMAVIEW_CMD_GET_TABLES, NLM_F_DUMP,
	  { VMAVIEW_A_PAGEMAP_FD, VMAVIEW_A_START, VMAVIEW_A_END }, 0 },
	{ VMAVIEW_CMD_GET_ENTRY, NLM_F_DUMP,
	  { VMAVIEW_A_PAGEMAP_FD, VMAVIEW_A_ADDRESS }, 0 },
};

#define NR_COMMANDS	(sizeof(commands) / sizeof(commands[0]))

/* Numbers that are the last of their kind, or the first. */
static const uint64_t edges[] = {
	0, 1, 2, 0xfff, 0x1000, 0x1001, 0x1fffff, 0x200000, 0x3fffffff,
	0x40000000, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
	0x7fffffffe000, 0x7ffffffff000, 0x7fffffffffff, 0x800000000000,
	0xfffffffffff000, 0xffffffffffffff, 0xffff800000000000,
	0xffffffffff600000, 0x7fffffffffffffff, 0x8000000000000000,
	0xfffffffffffff000, 0xfffffffffffffffe, 0xffffffffffffffff,
};

/* Steps from the start of an area. */
static const int64_t offsets[] = {
	0, 0, 0, 1, -1, 0x1000, -0x1000, 0xfff, 0x8000, 0x1ff000, 0x200000,
	-0x200000, 0x40000000, -0x40000000, 0x8000000000,
};

#define PICK(chance, array) \
	((array)[below((chance), sizeof(array) / sizeof((array)[0]))])

static const struct command *find_command(uint8_t cmd)
{
	for (size_t i = 0; i < NR_COMMANDS; i++)
		if (commands[i].cmd == cmd)
			return &commands[i];
	return NULL;
}

/* ---- values ---- */

static void choose_descriptor(struct attr *attr, struct chance *chance)
{
	attr->size = 4;
	switch (below(chance, 16)) {
	case 0:
		attr->kind = VALUE_FILE;
		attr->index = below(chance, NR_FILES);
		break;
	case 1:
		attr->kind = VALUE_NUMBER;
		attr->number = PICK(chance, edges);
		break;
	default:
		attr->kind = VALUE_PAGEMAP;
		attr->index = below(chance, MAX_TARGETS);
	}
}

/* The target that a message is of, for the addresses in it. */
static uint8_t target_of(const struct message *msg)
{
	for (size_t i = 0; i < msg->nr_attrs; i++)
		if (msg->attrs[i].kind == VALUE_PAGEMAP)
			return msg->attrs[i].index;
	return 0;
}

static void choose_address(struct attr *attr, struct chance *chance,
			   const struct message *msg)
{
	attr->size = 8;
	if (one_in(chance, 5)) {
		attr->kind = VALUE_NUMBER;
		attr->number = PICK(chance, edges);
		return;
	}
	attr->kind = VALUE_AREA;
	attr->index = target_of(msg);
	attr->number = below(chance, 64);
	attr->offset = PICK(chance, offsets);
	/* a range that is none is refused early: most have an end behind */
	if (attr->type == VMAVIEW_A_END && msg->nr_attrs > 1 &&
	    msg->attrs[msg->nr_attrs - 1].kind == VALUE_AREA) {
		attr->number = msg->attrs[msg->nr_attrs - 1].number +
			       below(chance, 3);
		attr->offset += 0x10000;
	}
}

static void choose_flags(struct attr *attr, struct chance *chance,
			 uint32_t bits)
{
	attr->kind = VALUE_NUMBER;
	attr->size = 4;
	attr->number = chance_next(chance) & bits;
	if (one_in(chance, 24))
		attr->number = PICK(chance, edges);
}

static void choose_bytes(struct attr *attr, struct chance *chance)
{
	attr->kind = VALUE_BYTES;
	attr->size = below(chance, MAX_BYTES + 1);
	for (size_t i = 0; i < MAX_BYTES; i++)
		attr->bytes[i] = chance_next(chance);
}

static void choose_value(struct attr *attr, struct chance *chance,
			 const struct message *msg)
{
	const struct command *command = find_command(msg->cmd);

	switch (attr->type & NLA_TYPE_MASK) {
	case VMAVIEW_A_PAGEMAP_FD:
		choose_descriptor(attr, chance);
		break;
	case VMAVIEW_A_START:
	case VMAVIEW_A_END:
	case VMAVIEW_A_ADDRESS:
		choose_address(attr, chance, msg);
		break;
	case VMAVIEW_A_FLAGS:
		choose_flags(attr, chance, command ? command->bits : ~0U);
		break;
	default:
		choose_bytes(attr, chance);
	}
}

/* ---- whole messages ---- */

static void choose_reader(struct message *msg, struct chance *chance)
{
	static const uint8_t readers[] = {
		READ_ALL, READ_ALL, READ_ALL, READ_ALL, READ_ALL, READ_ALL,
		READ_ALL, READ_ALL, READ_SMALL, READ_NONE, READ_PEEK,
		READ_CLOSE,
	};

	msg->reader = PICK(chance, readers);
	msg->socket = below(chance, NR_SOCKETS);
	if (msg->reader == READ_ALL)
		msg->limit = 1 + below(chance, one_in(chance, 50) ? 64 : 2);
	else
		msg->limit = below(chance, 4096);
}

/* The control family's own policy dump reads the tables of ours. */
static void make_policy_dump(struct message *msg, struct chance *chance)
{
	struct attr *attr = &msg->attrs[0];

	msg->family = FAMILY_CONTROL;
	msg->version = 1;
	msg->cmd = one_in(chance, 3) ? CTRL_CMD_GETFAMILY : CTRL_CMD_GETPOLICY;
	msg->flags = NLM_F_REQUEST;
	if (msg->cmd == CTRL_CMD_GETPOLICY)
		msg->flags |= NLM_F_DUMP;
	msg->nr_attrs = 1;
	attr->type = CTRL_ATTR_FAMILY_NAME;
	attr->kind = VALUE_BYTES;
	attr->size = sizeof(VMAVIEW_GENL_NAME);
	memcpy(attr->bytes, VMAVIEW_GENL_NAME, sizeof(VMAVIEW_GENL_NAME));
	if (msg->cmd == CTRL_CMD_GETPOLICY && one_in(chance, 2)) {
		attr = &msg->attrs[msg->nr_attrs++];
		attr->type = CTRL_ATTR_OP;
		attr->kind = VALUE_NUMBER;
		attr->size = 4;
		attr->number = below(chance, VMAVIEW_CMD_MAX + 3);
	}
}

/* A message that the family takes, most often. */
void grammar_make(struct message *msg, struct chance *chance)
{
	const struct command *command = &PICK(chance, commands);

	memset(msg, 0, sizeof(*msg));
	msg->copies = 1;
	choose_reader(msg, chance);
	if (one_in(chance, 100)) {
		make_policy_dump(msg, chance);
		return;
	}
	msg->cmd = command->cmd;
	msg->version = VMAVIEW_GENL_VERSION;
	msg->flags = NLM_F_REQUEST | command->flags;
	for (size_t i = 0; command->attrs[i]; i++) {
		struct attr *attr = &msg->attrs[msg->nr_attrs];

		/* what may be left out is at times; whole targets take long */
		if (i && command->cmd != VMAVIEW_CMD_GET_ENTRY &&
		    one_in(chance, 6))
			continue;
		attr->type = command->attrs[i];
		choose_value(attr, chance, msg);
		msg->nr_attrs++;
	}
}

/* ---- changes ---- */

static void change_attr(struct message *msg, struct chance *chance)
{
	struct attr *attr;

	if (!msg->nr_attrs)
		return;
	attr = &msg->attrs[below(chance, msg->nr_attrs)];
	switch (below(chance, 12)) {
	case 0:
		attr->size = below(chance, MAX_BYTES + 1);
		break;
	case 1:
		attr->lie = (int)below(chance, 64) - 32;
		break;
	case 2:
		attr->type ^= one_in(chance, 2) ? NLA_F_NESTED :
						  NLA_F_NET_BYTEORDER;
		break;
	case 3:
		attr->type = below(chance, VMAVIEW_A_MAX + 4);
		break;
	case 4:
		attr->number ^= 1ULL << below(chance, 64);
		break;
	case 5:
		attr->number += PICK(chance, offsets);
		break;
	case 6:
		choose_bytes(attr, chance);
		break;
	case 7:
		attr->offset += PICK(chance, offsets);
		break;
	default:
		choose_value(attr, chance, msg);
	}
}

static void change_attrs(struct message *msg, struct chance *chance)
{
	size_t n = msg->nr_attrs ? below(chance, msg->nr_attrs) : 0;
	struct attr *last = msg->attrs + msg->nr_attrs;
	struct attr first = msg->attrs[0];

	switch (below(chance, 4)) {
	case 0:
		if (!msg->nr_attrs)
			return;
		memmove(&msg->attrs[n], &msg->attrs[n + 1],
			(msg->nr_attrs - n - 1) * sizeof(*last));
		msg->nr_attrs--;
		break;
	case 1:
		if (!msg->nr_attrs || msg->nr_attrs == MAX_ATTRS)
			return;
		*last = msg->attrs[n];
		msg->nr_attrs++;
		choose_value(last, chance, msg);
		break;
	case 2:
		if (msg->nr_attrs == MAX_ATTRS)
			return;
		memset(last, 0, sizeof(*last));
		last->type = below(chance, VMAVIEW_A_MAX + 4);
		choose_value(last, chance, msg);
		msg->nr_attrs++;
		break;
	default:
		if (msg->nr_attrs < 2)
			return;
		msg->attrs[0] = msg->attrs[n];
		msg->attrs[n] = first;
	}
}

static void change_header(struct message *msg, struct chance *chance)
{
	switch (below(chance, 9)) {
	case 0:
		msg->cmd = below(chance, VMAVIEW_CMD_MAX + 3);
		break;
	case 1:
		msg->cmd = chance_next(chance);
		break;
	case 2:
		msg->flags ^= 1U << below(chance, 16);
		break;
	case 3:
		msg->flags ^= NLM_F_DUMP;
		break;
	case 4:
		msg->version = chance_next(chance);
		break;
	case 5:
		msg->reserved = chance_next(chance);
		break;
	case 6:
		msg->lie = (int)below(chance, 128) - 64;
		break;
	case 7:
		msg->trail = below(chance, 32);
		break;
	default:
		msg->copies = 1 + below(chance, 4);
	}
}

/* One to three steps away. */
void grammar_change(struct message *msg, struct chance *chance)
{
	for (unsigned int n = 1 + below(chance, 3); n; n--)
		switch (below(chance, 8)) {
		case 0:
			change_header(msg, chance);
			break;
		case 1:
			change_attrs(msg, chance);
			break;
		case 2:
			choose_reader(msg, chance);
			break;
		default:
			change_attr(msg, chance);
		}
}
