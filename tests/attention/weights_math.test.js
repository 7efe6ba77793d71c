// The numbers behind the attention view; test_view.py holds them to Python's and torch's.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  columnShares, decode, gather, inPicture, isBroken, largest, renormalised, strongest, summed,
} from "../../lablib/attention/views/weights_math.js";

const token = (type) => ({ type });
const TOKENS = [token(0), token(0), token(1), token(1)];
const ALL = { queries: TOKENS, keys: TOKENS, pair: "all", step: 0, zoom: null, hide: false, sinks: [0] };

test("a byte is the square root of its weight; 255 is no number", () => {
  assert.deepEqual([...decode([0, 127, 254, 255])], [0, 0.25, 1, NaN]);
  assert.ok(isBroken([0, NaN]) && !isBroken([0, 1]));
});

test("which tokens are in the picture", () => {
  const shown = (change) => inPicture({ ...ALL, ...change });
  assert.deepEqual(shown({}), { rows: [0, 1, 2, 3], columns: [0, 1, 2, 3] });
  assert.deepEqual(shown({ hide: true }), { rows: [0, 1, 2, 3], columns: [1, 2, 3] });
  assert.deepEqual(shown({ pair: "0-1" }), { rows: [0, 1], columns: [2, 3] });
  assert.deepEqual(shown({ step: 2 }), { rows: [0, 1], columns: [0, 1] });
  assert.deepEqual(shown({ step: 2, keys: [...TOKENS, token(0)] }), { rows: [0, 1], columns: [0, 1, 4] });
  assert.deepEqual(shown({ zoom: { rows: [1, 2], columns: [2, 4] } }), { rows: [1], columns: [2, 3] });
});

test("one head's part of a layer", () => {
  const layer = Float32Array.from({ length: 12 }, (_, i) => i); // two heads, two queries, three keys
  assert.deepEqual([...gather(layer, 1, { rows: [1], columns: [0, 2] }, { queries: 2, keys: 3 })], [9, 11]);
});

test("rows are divided by their sum; a row of zeros stays", () => {
  assert.deepEqual([...renormalised([1, 3, 0, 0], 2)], [0.25, 0.75, 0, 0]);
});

test("the strongest links of all heads, of equals the upper first", () => {
  const heads = [{ head: 4, values: [0.5, 0, 0.5, 0.25] }, { head: 7, values: [0, 1, NaN, 0] }];
  const links = strongest(heads, 2, 3).map(({ head, row, column, weight }) => [head, row, column, weight]);
  assert.deepEqual(links, [[7, 0, 1, 1], [4, 0, 0, 0.5], [4, 1, 0, 0.5]]);
  assert.deepEqual(strongest([{ head: 0, values: [0, 0] }], 2, 3), []);
  assert.equal(largest([[0.5], [1, NaN]]), 1);
});

test("sums over the chosen tokens, and what all look at", () => {
  const values = [1, 2, 3, 4, 5, 6]; // two rows of three
  assert.deepEqual([...summed(values, [0, 1], "query", 2, 3)], [5, 7, 9]);
  assert.deepEqual([...summed(values, [0, 2], "key", 2, 3)], [4, 10]);
  assert.deepEqual([...columnShares([{ values: [1, NaN, 2, 1] }], 2)], [0.75, 0.25]);
  assert.deepEqual([...columnShares([{ values: [0, 0] }], 2)], [0, 0]);
});
