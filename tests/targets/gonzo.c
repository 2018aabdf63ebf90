// SPDX-License-Identifier: GPL-2.0
/*
 * The program of the article's figure of a mapped binary image: initialised
 * and zero-filled data, a string constant, and around them a heap, mapped
 * files, an anonymous area that is touched in part, a thread and a stack.
 *
 *	gonzo [lively]
 *
 * Prints KEY VALUE, addresses in hex as /proc/PID/maps does:
 *	pid, gonzo, gonzo_string, userName, cntWorkerBees, cntActiveUsers
 *	combs		zero-filled too, five pages of which one is touched
 *	main		text
 *	heap NR		NR blocks were allocated; heap_first, heap_big: addresses
 *	file_private, file_shared START END
 *	anon START END	five pages, of which three are touched
 *	thread_stack, stack	an address in each
 *	ready
 * With lively, it then touches a page or grows its heap once a second. Ends
 * when its standard input does.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>

#include "target.h"

#define NR_BLOCKS	24
#define BIG_BLOCK	(96 * 1024)	/* below the threshold of mmap */
#define LIVELY_PAGES	256

/* Not static const: the figure is about where each of them lies. */
static char *gonzo = "God's own prototype";
static char *userName;
static int cntWorkerBees = 10;
static int cntActiveUsers;
/* More than the rest of a page: so the bss has an area of its own. */
static char combs[5 * PAGE];

static char path[] = "/var/tmp/gonzo.XXXXXX";
static pthread_barrier_t started;

static void map_files(void)
{
	int exe = open("/proc/self/exe", O_RDONLY);
	int shared = mkstemp(path);
	char *p;

	if (exe < 0 || shared < 0 || ftruncate(shared, 4 * PAGE))
		give_up("files");
	p = map(2 * PAGE, PROT_READ, MAP_PRIVATE, exe);
	cntActiveUsers += *(volatile char *)p == 0x7f;
	print_area("file_private", p, 2 * PAGE);
	p = map(4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, shared);
	strcpy(p, gonzo);
	print_area("file_shared", p, 4 * PAGE);
	close(exe);
	close(shared);
}

static void fill_heap(void)
{
	char *first = NULL, *block;

	for (int i = 0; i < NR_BLOCKS; i++) {
		block = malloc(100 + 300 * i);
		if (!block)
			exit(1);
		block[0] = 'w';
		if (!first)
			first = block;
	}
	printf("heap %d\n", NR_BLOCKS);
	print_address("heap_first", first);
	/* Only its first bytes are touched: most of it has no frames. */
	block = malloc(BIG_BLOCK);
	if (!block)
		exit(1);
	strcpy(block, "bees");
	print_address("heap_big", block);
}

static void *idle(void *arg)
{
	volatile int here = 0;

	print_address("thread_stack", &here);
	pthread_barrier_wait(&started);
	pause();
	return arg;
}

/* Touches a page a second for a while, and grows the heap in between. */
static void live(void)
{
	struct pollfd input = { .fd = 0, .events = POLLIN };
	char *pages = map(LIVELY_PAGES * PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1);
	char *block;

	for (unsigned int tick = 0; poll(&input, 1, 1000) == 0; tick++) {
		pages[tick % LIVELY_PAGES * PAGE] = 1;
		if (tick % LIVELY_PAGES == LIVELY_PAGES - 1)
			madvise(pages, LIVELY_PAGES * PAGE, MADV_DONTNEED);
		/* The blocks stay: growing is what they are for. */
		if (tick % 4 == 3 && tick < 4096) {
			block = malloc(32 * 1024);
			if (block)
				memset(block, 'b', 32 * 1024);
		}
	}
}

int main(int argc, char **argv)
{
	volatile int here = 0;
	pthread_t thread;
	char *anon;
	char byte;

	print_pid();
	print_address("gonzo", &gonzo);
	print_address("gonzo_string", gonzo);
	print_address("userName", &userName);
	print_address("cntWorkerBees", &cntWorkerBees);
	print_address("cntActiveUsers", &cntActiveUsers);
	combs[2 * PAGE] = 'h';
	print_address("combs", combs);
	print_address("main", (void *)(uintptr_t)main);

	fill_heap();
	map_files();
	anon = map_apart(5 * PAGE, PAGE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS, -1);
	anon[0] = anon[1 * PAGE] = anon[3 * PAGE] = 1;
	print_area("anon", anon, 5 * PAGE);

	pthread_barrier_init(&started, NULL, 2);
	if (pthread_create(&thread, NULL, idle, NULL))
		return 1;
	pthread_barrier_wait(&started);
	print_address("stack", &here);
	say_ready();

	if (argc > 1 && !strcmp(argv[1], "lively"))
		live();
	while (read(0, &byte, 1) > 0)
		;
	unlink(path);
	return userName || cntWorkerBees != 10;
}
