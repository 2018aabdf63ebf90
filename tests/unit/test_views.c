// SPDX-License-Identifier: GPL-2.0
/* Every view, of a process that has nothing: it takes what any key asks for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tui/view.h"

static const struct view_ops *const views[] = {
	&view_layout, &view_descriptor, &view_areas, &view_pages, &view_walk,
	&view_tables, &view_heap,
};

/* Sorted by each column and both ways among it. */
static void ask_all(const struct view_ops *view, void *self,
		    struct scene *scene, struct canvas *canvas)
{
	for (int round = 0; round < 12; round++) {
		view->request(self, scene, REQ_SORT);
		for (int request = 1; request < REQ_NR; request++) {
			view->request(self, scene, request);
			view->update(self, scene);
			canvas_clear(canvas);
			view->draw(self, scene, canvas);
		}
	}
}

static void test_no_areas(void **state)
{
	struct snapshot *snap = snapshot_new();
	struct scene scene = { .snap = snap, .width = 80, .height = 22 };
	struct canvas *canvas = canvas_new(80, 22, false);

	(void)state;
	assert_non_null(snap);
	assert_non_null(canvas);
	snap->page_size = 4096;
	snap->has_vmas = true;
	for (size_t i = 0; i < sizeof(views) / sizeof(*views); i++) {
		void *self = views[i]->open();

		assert_non_null(self);
		views[i]->update(self, &scene);
		ask_all(views[i], self, &scene, canvas);
		views[i]->close(self);
	}
	canvas_free(canvas);
	snapshot_free(snap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_areas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
