# SPDX-License-Identifier: GPL-2.0
"""Objects of many kinds and ages; run with PYTHONMALLOC=malloc."""
import json
import re


class Node:
    def __init__(self, key, left=None, right=None):
        self.key = key
        self.left = left
        self.right = right


def tree(depth):
    if not depth:
        return None
    return Node(f"key {depth}", tree(depth - 1), tree(depth - 1))


def count(node):
    return 1 + count(node.left) + count(node.right) if node else 0


def main():
    kept = tree(14)
    total = sum(count(tree(11)) for _ in range(40))
    rows = [{"id": i, "name": f"name {i % 997}", "tags": [str(i), i / 3]}
            for i in range(25000)]
    for _ in range(3):
        rows = json.loads(json.dumps(rows))
    by_name = {}
    for row in rows:
        by_name.setdefault(row["name"], []).append(row)
    text = " ".join(sorted(by_name)) * 20
    words = re.findall(r"\w+", text)
    line = ""
    for word in words[:20000]:
        line += word[::-1] + ","
    print(total, count(kept), len(words), len(line), len(line.split(",")))


main()
