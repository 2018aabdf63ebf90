// SPDX-License-Identifier: GPL-2.0
/*
 * Signals. An allocator promises handlers nothing while it is interrupted, and
 * glibc's deadlocks there. What is promised, here as there: a handler that
 * allocates is right when it has interrupted something else, as the program
 * sees to by blocking the signal or by waiting for it; one that does not
 * allocate may come at any time, and may throw a blocked call back by EINTR. A
 * stack of its own, threads that signals are sent to, and jumps out of handlers
 * make no difference.
 */
#include "cases.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/time.h>

enum { NR_BLOCKS = 64, NR_SIGNALS = 300 };

static volatile sig_atomic_t nr_signals;
static atomic_int is_over;

/* Each checks what it allocated before. */
static void churn(uint32_t seed, int rounds)
{
	unsigned char *blocks[NR_BLOCKS] = { NULL };
	size_t sizes[NR_BLOCKS] = { 0 };
	uint32_t state = seed | 1;

	for (int i = 0; i < rounds; i++) {
		uint32_t at = dice(&state) % NR_BLOCKS;

		if (blocks[at])
			expect(is_filled(blocks[at], sizes[at], at),
			       "block %u is not as it was", at);
		sizes[at] = dice(&state) % (i % 50 ? 800 : 200000);
		blocks[at] = realloc(blocks[at], sizes[at] + 1);
		expect(blocks[at], "none");
		fill(blocks[at], sizes[at], at);
		if (i % 3 == 0) {
			free(blocks[at]);
			blocks[at] = NULL;
			sizes[at] = 0;
		}
	}
	for (int i = 0; i < NR_BLOCKS; i++)
		free(blocks[i]);
}

static void handle(int signal, void (*handler)(int), int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };

	expect(!sigaction(signal, &action, NULL), "sigaction: %d", errno);
}

static void ring(long microseconds)
{
	struct itimerval timer = { { 0, microseconds }, { 0, microseconds } };

	setitimer(ITIMER_REAL, &timer, NULL);
	if (!microseconds)
		handle(SIGALRM, SIG_DFL, 0);
}

static void count(int signal)
{
	int saved = errno;

	(void)signal;
	nr_signals++;
	errno = saved;
}

static void count_and_allocate(int signal)
{
	count(signal);
	churn((uint32_t)nr_signals, 30);
}

/* At any time, in the middle of any call: a handler that does not allocate. */
static void interrupted(void)
{
	handle(SIGALRM, count, 0);
	ring(200);
	while (nr_signals < NR_SIGNALS)
		churn(5, 2000);
	ring(0);
}

/* One that allocates, on a stack of its own, where the program lets it in. */
static void let_in(void)
{
	static char stack[1 << 16];
	stack_t own = { .ss_sp = stack, .ss_size = sizeof(stack) };
	sigset_t alarms, before;

	expect(!sigaltstack(&own, NULL), "no stack");
	handle(SIGALRM, count_and_allocate, SA_ONSTACK);
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarms, &before);
	ring(500);
	while (nr_signals < NR_SIGNALS / 2) {
		churn(5, 500);
		sigsuspend(&before);
	}
	ring(0);
}

/* The same in threads, each of which has a cache and an arena of its own. */
static void *let_in_here(void *unused)
{
	sigset_t users, before;

	sigemptyset(&users);
	sigaddset(&users, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &users, &before);
	for (uint32_t i = 0; i < 100; i++) {
		churn(i, 100);
		pthread_kill(pthread_self(), SIGUSR1);
		pthread_sigmask(SIG_UNBLOCK, &users, NULL);
		pthread_sigmask(SIG_BLOCK, &users, NULL);
	}
	return unused;
}

static void in_threads(void)
{
	pthread_t threads[4];

	handle(SIGUSR1, count_and_allocate, 0);
	for (int i = 0; i < 4; i++)
		expect(!pthread_create(&threads[i], NULL, let_in_here, NULL),
		       "no thread");
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	expect(nr_signals, "no signals");
}

/* Threads that are interrupted while they wait for each other in an arena. */
static void *churn_on(void *unused)
{
	while (!atomic_load(&is_over))
		churn(9, 200);
	return unused;
}

static void pestered(void)
{
	pthread_t threads[3];

	mallopt(M_ARENA_MAX, 1);
	handle(SIGUSR1, count, 0);
	for (int i = 0; i < 3; i++)
		expect(!pthread_create(&threads[i], NULL, churn_on, NULL),
		       "no thread");
	for (int i = 0; i < NR_SIGNALS * 10; i++) {
		pthread_kill(threads[i % 3], SIGUSR1);
		if (i % 10 == 0)
			usleep(100);
	}
	atomic_store(&is_over, 1);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	expect(nr_signals, "no signals");
}

/* Out of a handler into the program, past calls that were not allocating. */
static sigjmp_buf back;

static void jump(int signal)
{
	count(signal);
	free(malloc(3000));
	siglongjmp(back, 1);
}

static void jumped(void)
{
	sigset_t alarms, before;

	handle(SIGALRM, jump, 0);
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarms, &before);
	for (volatile int i = 0; i < 200; i++) {
		churn((uint32_t)i, 300);
		raise(SIGALRM);
		if (!sigsetjmp(back, 1))
			sigsuspend(&before);
		expect(nr_signals == i + 1, "%d signals", (int)nr_signals);
	}
}

/* A fault of the program's own, with blocks left behind. */
static volatile char *volatile nowhere;

static void faulted(void)
{
	handle(SIGSEGV, jump, SA_NODEFER);
	for (volatile int i = 0; i < 200; i++) {
		churn((uint32_t)i, 300);
		if (!sigsetjmp(back, 1)) {
			expect(malloc(100), "none");
			*nowhere = 1;
		}
		expect(nr_signals == i + 1, "%d signals", (int)nr_signals);
	}
}

static const struct test_case cases[] = {
	{ "case-39-interrupted", interrupted },
	{ "let-in", let_in },
	{ "threads", in_threads },
	{ "pestered", pestered },
	{ "jumped", jumped },
	{ "faulted", faulted },
	{ NULL, NULL }
};

int main(int argc, char **argv)
{
	return run_cases(argc, argv, "signals", cases);
}
