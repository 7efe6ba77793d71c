// The blocks of a token strip, and what a click and Shift choose.

import assert from "node:assert/strict";
import { test } from "node:test";

import { blocks, extend, toggle } from "../../lablib/widgets/static/strip.js";

const tokens = (count, endsLine = () => false) => Array.from({ length: count }, (_, i) => ({ ends_line: endsLine(i) }));

test("a block ends with a line where it can, else when it is full", () => {
  assert.deepEqual(blocks(tokens(3)), [[0, 3]]);
  assert.deepEqual(blocks(tokens(600)), [[0, 512], [512, 600]]);
  assert.deepEqual(blocks(tokens(300, (i) => i % 100 === 99)), [[0, 200], [200, 300]]);
  assert.deepEqual(blocks([]), []);
});

test("tokens still to come stand in full blocks", () => {
  assert.deepEqual(blocks(tokens(100), 1200), [[0, 100], [100, 612], [612, 1124], [1124, 1200]]);
});

test("a click switches a token on and off", () => {
  assert.deepEqual([toggle([], 1, "none"), toggle([3], 1, "one"), toggle([3], 3, "one")], [[], [1], []]);
  assert.deepEqual([toggle([3], 1, "many"), toggle([1, 3], 3, "many")], [[1, 3], [1]]);
});

test("Shift adds all from the anchor on, each once", () => {
  assert.deepEqual(extend([2, 9], 3, 1), [1, 2, 3, 9]);
  assert.deepEqual(extend([], 4, 4), [4]);
});
