/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What all harnesses share: an input, taken from its front, and what no input
 * may break. Numbers that the input has no bytes left for are 0.
 */
#ifndef VMAVIEW_TESTS_FUZZ_H
#define VMAVIEW_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define demand(condition) do { \
	if (!(condition)) { \
		fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, \
			#condition); \
		abort(); \
	} \
} while (0)

struct input {
	const uint8_t *at;
	size_t left;
};

/* At most size bytes; *got says how many there are. */
static inline const uint8_t *take_bytes(struct input *in, size_t size,
					size_t *got)
{
	const uint8_t *at = in->at;

	*got = size < in->left ? size : in->left;
	in->at += *got;
	in->left -= *got;
	return at;
}

/* Of up to 8 bytes, the lowest first. */
static inline uint64_t take_number(struct input *in, unsigned int bytes)
{
	uint64_t value = 0;
	size_t got;
	const uint8_t *at = take_bytes(in, bytes, &got);

	memcpy(&value, at, got);
	return value;
}

/* A copy that ends in NUL, in memory of just that size: ASan guards its end. */
static inline char *copy_text(const void *bytes, size_t size)
{
	char *copy = malloc(size + 1);

	demand(copy);
	memcpy(copy, bytes, size);
	copy[size] = '\0';
	return copy;
}

/* A copy of what there is up to a NUL, which is taken too. */
static inline char *take_string(struct input *in)
{
	size_t len = strnlen((const char *)in->at, in->left);
	char *text = copy_text(in->at, len);

	take_bytes(in, len + 1, &len);
	return text;
}

#endif
