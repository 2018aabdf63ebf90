// SPDX-License-Identifier: GPL-2.0
/*
 * Threads are made on demand and stay. What pthread_create() allocates for them
 * comes from the allocator that is looked at, as everything in this process.
 */
#include "host/thread.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>

#include "host/op.h"

static struct worker {
	bool is_there;
	pthread_t thread;
	sem_t go, done;
	const struct wire_request *request;	/* between go and done */
	struct wire_reply *reply;
} workers[WIRE_THREADS];

static void await(sem_t *sem)
{
	while (sem_wait(sem) && errno == EINTR)
		;
}

static void *work(void *arg)
{
	struct worker *worker = arg;

	for (;;) {
		await(&worker->go);
		op_do(worker->request, worker->reply);
		sem_post(&worker->done);
	}
	return NULL;
}

static int make(struct worker *worker)
{
	int error;

	sem_init(&worker->go, 0, 0);
	sem_init(&worker->done, 0, 0);
	error = pthread_create(&worker->thread, NULL, work, worker);
	worker->is_there = !error;
	return error;
}

void thread_do(const struct wire_request *request, struct wire_reply *reply)
{
	struct worker *worker;

	if (request->thread < 2 || request->thread > WIRE_THREADS) {
		op_do(request, reply);
		return;
	}
	worker = &workers[request->thread - 1];
	if (!worker->is_there) {
		reply->error = make(worker);
		if (reply->error)
			return;
		reply->is_new = 1;
	}
	worker->request = request;
	worker->reply = reply;
	sem_post(&worker->go);
	await(&worker->done);
}
