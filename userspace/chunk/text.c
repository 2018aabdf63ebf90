// SPDX-License-Identifier: GPL-2.0
/* Letters and numbers into a buffer, and the buffer into a descriptor. */
#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "text.h"

void text_flush(struct text *text)
{
	size_t done = 0;
	int saved = errno;

	while (done < text->used) {
		/* Unlike write() no place for a thread to be cancelled. */
		ssize_t n = syscall(SYS_write, text->fd, text->bytes + done,
				    text->used - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += n;
	}
	text->used = 0;
	errno = saved;
}

static void put(struct text *text, char c)
{
	if (text->used == sizeof(text->bytes))
		text_flush(text);
	text->bytes[text->used++] = c;
}

void text_string(struct text *text, const char *string)
{
	while (*string)
		put(text, *string++);
}

static void put_digits(struct text *text, uintmax_t value, unsigned int base,
		       unsigned int width)
{
	char digits[24];
	unsigned int n = 0, i;

	do {
		digits[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	for (i = n; i < width; i++)
		put(text, ' ');
	while (n)
		put(text, digits[--n]);
}

void text_hex(struct text *text, uintptr_t value)
{
	text_string(text, "0x");
	put_digits(text, value, 16, 0);
}

void text_number(struct text *text, uintmax_t value, unsigned int width)
{
	put_digits(text, value, 10, width);
}
