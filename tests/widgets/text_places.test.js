// Code points and the units of a text field; test_text.py tries any text.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fieldText, toPoints, toUnits } from "../../lablib/widgets/static/text_places.js";

test("a letter outside the first plane takes two units, CR LF one", () => {
  const text = "a👋\r\nb\rc";
  assert.equal(fieldText(text), "a👋\nb\nc");
  assert.deepEqual([0, 1, 2, 3, 4, 5, 6, 7].map((place) => toUnits(text, place)), [0, 1, 3, 3, 4, 5, 6, 7]);
  assert.deepEqual([0, 1, 3, 4, 5, 6, 7].map((place) => toPoints(text, place)), [0, 1, 2, 4, 5, 6, 7]);
});

test("a place behind the end is the end", () => {
  assert.deepEqual([toUnits("ab", 9), toPoints("ab", 9), toUnits("👋", 9), toPoints("👋", 9)], [2, 2, 2, 1]);
});
