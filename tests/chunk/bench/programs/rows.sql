-- SPDX-License-Identifier: GPL-2.0
-- A database in memory: filled, indexed, joined, changed, half emptied.

CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, weight REAL, note TEXT);
CREATE TABLE part (item INTEGER, number INTEGER, label TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
INSERT INTO item SELECT i, 'item ' || (i * 7919 % 100003), i / 7.0,
	substr('a note of some length that says nothing at all', 1, i % 46) FROM n;
INSERT INTO part SELECT id * 3 % 100000, id % 11, 'part ' || id FROM item;
INSERT INTO part SELECT id * 7 % 100000, id % 13, 'spare ' || id FROM item;
CREATE INDEX item_name ON item (name);
CREATE INDEX part_item ON part (item);
SELECT count(*), sum(length(note)) FROM item JOIN part ON part.item = item.id;
SELECT name, count(*) FROM item JOIN part ON part.item = item.id
	GROUP BY name ORDER BY 2 DESC, 1 LIMIT 5;
UPDATE item SET note = note || upper(name) WHERE id % 3 = 0;
DELETE FROM part WHERE item % 2 = 0;
SELECT count(*), group_concat(label) IS NOT NULL FROM part;
VACUUM;
SELECT count(DISTINCT name), max(length(note)) FROM item;
