-- SPDX-License-Identifier: GPL-2.0
-- Tables, strings and closures: trees are built and dropped, words are counted.

local function tree(depth)
	if depth == 0 then
		return {}
	end
	return { tree(depth - 1), tree(depth - 1), name = "node " .. depth }
end

local function count(node)
	if not node[1] then
		return 1
	end
	return 1 + count(node[1]) + count(node[2])
end

local long_lived = tree(15)
local total = 0
for round = 1, 60 do
	total = total + count(tree(12))
end

local words = {}
for i = 1, 500000 do
	local word = "word" .. (i * 7919 % 4001)
	words[word] = (words[word] or 0) + 1
end

local pieces = {}
for i = 1, 150000 do
	pieces[#pieces + 1] = string.format("%d:%s", i, string.rep("x", i % 50))
end
local text = table.concat(pieces, ",")
for piece in text:gmatch("[^,]+") do
	total = total + #piece
end
print(total + count(long_lived), words.word1)
