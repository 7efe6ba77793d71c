// Cutting words by hand-made vocabularies; test_merge_view.py holds the cuts to the tokenizers library.

import assert from "node:assert/strict";
import { test } from "node:test";

import { cutter, grammar, mergesAt } from "../../lablib/tokenization/views/merges_math.js";

const BPE = ["a", "b", "c", "ab", "abc", "bc"];
const MERGES = Int32Array.from([0, 1, 3, 3, 2, 4, 1, 2, 5]); // a+b, ab+c, b+c

test("byte pair encoding at every size", () => {
  const known = grammar("BPE", BPE, MERGES, new Float64Array(0));
  assert.deepEqual([3, 4, 5, 6].map((size) => mergesAt(known, size)), [0, 1, 2, 3]);
  const cuts = [3, 4, 5, 6].map((size) => cutter(known, size)("abcbc"));
  assert.deepEqual(cuts, [[0, 1, 2, 1, 2], [3, 2, 1, 2], [4, 1, 2], [4, 5]]);
  assert.deepEqual(cutter(known, 6)(""), []);
});

test("WordPiece takes the longest first, and all is unknown where a piece is missing", () => {
  const known = grammar("WordPiece", ["[UNK]", "a", "##b", "##c", "##bc", "ab"], new Int32Array(0), new Float64Array(0));
  assert.deepEqual([4, 5, 6].map((size) => cutter(known, size)("abc")), [[1, 2, 3], [1, 4], [5, 3]]);
  assert.deepEqual(cutter(known, 6)("abz"), [0]);
  assert.deepEqual(cutter(known, 6)(`a${"b".repeat(100)}`), [0]);
});

test("Unigram takes the cut of the highest score; unknown characters side by side are one", () => {
  const known = grammar("Unigram", ["<unk>", "a", "b", "ab"], new Int32Array(0), Float64Array.from([0, -1, -2, -2.5]));
  assert.deepEqual(cutter(known, 3)("ab"), [1, 2]);
  assert.deepEqual(cutter(known, 4)("ab"), [3]);
  assert.deepEqual(cutter(known, 4)("axyb"), [1, 0, 2]);
});
