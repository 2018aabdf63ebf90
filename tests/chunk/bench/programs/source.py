#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Prints a long C file, always the same, for a compiler to optimise.

Functions of several shapes that call earlier ones: loops over arrays, switches,
structures in lists, and string handling. It includes nothing, so that cc1 can
take it as it is.
"""
import random

SHAPES = ["""
static int sum{n}(const int *v, int count)
{{
	int total = {a};

	for (int i = 0; i < count; i++) {{
		if (v[i] % {b} == {c})
			total += v[i] * {a};
		else
			total ^= sum{call}(v + i, count - i > {c} ? {c} : 0);
	}}
	return total;
}}
""", """
static int sum{n}(const int *v, int count)
{{
	switch (count & 7) {{
	case 0: return v[{c}] + {a};
	case 1: return v[0] * {b} - sum{call}(v, count / 2);
	case 2: return v[1] << {c};
	case 3: return sum{call}(v + 1, count - 1) ^ {a};
	case 5: return v[{c}] / {b};
	default: return count > {a} ? sum{call}(v, {c}) : {b};
	}}
}}
""", """
struct node{n} {{
	struct node{n} *next, *other;
	int key, weight[{b}];
	char name[{a}];
}};

static struct node{n} *find{n}(struct node{n} *list, int key, const char *name)
{{
	for (; list; list = list->next) {{
		int i = 0;

		if (list->key != key)
			continue;
		while (list->name[i] && list->name[i] == name[i])
			i++;
		if (!list->name[i] && !name[i])
			return list;
		if (list->other && list->other->weight[{c}] > {a})
			list = list->other;
	}}
	return 0;
}}

static int sum{n}(const int *v, int count)
{{
	struct node{n} nodes[{b}], *found;

	for (int i = 0; i < {b}; i++) {{
		nodes[i].next = i + 1 < {b} ? &nodes[i + 1] : 0;
		nodes[i].other = &nodes[{c}];
		nodes[i].key = v[i];
		nodes[i].name[0] = v[i] & {a};
		nodes[i].name[1] = 0;
		for (int k = 0; k < {b}; k++)
			nodes[i].weight[k] = v[k] * count;
	}}
	found = find{n}(nodes, v[{c}], "x{a}");
	return found ? found->weight[{c}] : sum{call}(v, count);
}}
"""]


def main():
    dice = random.Random(1)
    print("/* Made by source.py. */")
    print("static int sum0(const int *v, int count) { return v[0] + count; }")
    count = 130
    for n in range(1, count):
        print(dice.choice(SHAPES).format(
            n=n, call=dice.randrange(max(0, n - 20), n), a=dice.randrange(8, 99),
            b=dice.randrange(5, 17), c=dice.randrange(1, 5)))
    print("int (*const table[])(const int *, int) = {")
    for n in range(count):
        print(f"\tsum{n},")
    print("};")


main()
