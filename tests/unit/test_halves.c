// SPDX-License-Identifier: GPL-2.0
/*
 * kmod/halves.h: entries of PAE's page tables, read while another thread writes
 * them as pgtable-3level.h does (Linux 6.1 to 7.3): what is read is one of those
 * that were written whole.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef uint32_t u32;
typedef uint64_t u64;
#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v) (*(volatile __typeof__(x) *)&(x) = (v))
#define smp_rmb()	atomic_thread_fence(memory_order_acquire)
#define smp_wmb()	atomic_thread_fence(memory_order_release)
#define _PAGE_PRESENT	0x001ULL
#define _PAGE_PSE	0x080ULL
#define _PAGE_PROTNONE	0x100ULL

#include "../../kmod/halves.h"

#define READS		3000000
#define FRAME		0x000ffffffffff000ULL
#define NX		0x8000000000000000ULL

union entry {
	u64 whole;
	u32 halves[2];
} __attribute__((aligned(8)));

static union entry entry;
static atomic_bool stop;
/* Above 4 GiB, so that the high half has bits of the frame. */
static const u64 small = NX | 0x123456000ULL | 0x67;
static const u64 huge = NX | 0x345600000ULL | 0xe7;

/* pmd_mkinvalid() */
static u64 invalid(u64 pmd)
{
	return (pmd & ~_PAGE_PRESENT) ^ FRAME;
}

/* native_set_pte(), native_pte_clear() */
static void *write_pte(void *unused)
{
	while (!stop) {
		WRITE_ONCE(entry.halves[1], small >> 32);
		smp_wmb();
		WRITE_ONCE(entry.halves[0], (u32)small);
		smp_wmb();
		WRITE_ONCE(entry.halves[0], 0);
		smp_wmb();
		WRITE_ONCE(entry.halves[1], 0);
		smp_wmb();
	}
	return unused;
}

/* pmdp_establish(), set_64bit(); native_pmdp_get_and_clear(), set_64bit() */
static void *write_pmd(void *unused)
{
	const u64 gone = invalid(huge);

	while (!stop) {
		__atomic_exchange_n(&entry.halves[0], (u32)gone,
				    __ATOMIC_SEQ_CST);
		WRITE_ONCE(entry.halves[1], gone >> 32);
		__atomic_store_n(&entry.whole, huge, __ATOMIC_SEQ_CST);
		__atomic_exchange_n(&entry.halves[0], 0, __ATOMIC_SEQ_CST);
		WRITE_ONCE(entry.halves[1], 0);
		__atomic_store_n(&entry.whole, huge, __ATOMIC_SEQ_CST);
	}
	return unused;
}

/* Reads while it writes, until each of the values was met: never another. */
static void meet(void *(*write)(void *), u64 (*read)(const u32 *),
		 const u64 *values, unsigned int nr)
{
	unsigned long met[3] = { 0 };
	pthread_t writer;
	bool all = false;

	stop = false;
	entry.whole = 0;
	assert_int_equal(pthread_create(&writer, NULL, write, NULL), 0);
	for (unsigned int i = 0; i < READS || !all; i++) {
		u64 got = read(entry.halves);
		unsigned int which = 0;

		while (which < nr && values[which] != got)
			which++;
		if (which == nr) {
			stop = true;
			pthread_join(writer, NULL);
			fail_msg("%#llx was never there",
				 (unsigned long long)got);
		}
		met[which]++;
		all = true;
		for (which = 0; which < nr; which++)
			all &= met[which] != 0;
	}
	stop = true;
	pthread_join(writer, NULL);
}

static void test_small(void **state)
{
	const u64 values[] = { 0, small };

	(void)state;
	meet(write_pte, vmav_halves_get, values, 2);
}

static void test_huge(void **state)
{
	const u64 values[] = { 0, huge, invalid(huge) };

	(void)state;
	meet(write_pmd, vmav_halves_get_pmd, values, 3);
}

/* Each half-written pmd, as it stands. */
static void test_half_invalid(void **state)
{
	const u64 gone = invalid(huge);
	union entry half = { .whole = (huge & ~0xffffffffULL) | (u32)gone };

	(void)state;
	assert_int_equal(vmav_halves_get_pmd(half.halves), gone);
	half.whole = gone;
	assert_int_equal(vmav_halves_get_pmd(half.halves), gone);
	half.whole = huge;
	assert_int_equal(vmav_halves_get_pmd(half.halves), huge);
	half.halves[0] = 0;
	assert_int_equal(vmav_halves_get_pmd(half.halves), 0);
	/* PROT_NONE, whole since it was written at once: inverted, to stay */
	half.whole = gone | _PAGE_PROTNONE;
	assert_int_equal(vmav_halves_get_pmd(half.halves), half.whole);
	/* a table, and a swap entry */
	half.whole = 0x12345067;
	assert_int_equal(vmav_halves_get_pmd(half.halves), half.whole);
	half.whole = 0x08000000fffff200ULL;
	assert_int_equal(vmav_halves_get_pmd(half.halves), half.whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small),
		cmocka_unit_test(test_huge),
		cmocka_unit_test(test_half_invalid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
