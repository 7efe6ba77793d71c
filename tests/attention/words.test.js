// How the attention views write numbers, tokens and heads.

import assert from "node:assert/strict";
import { test } from "node:test";

import { amount, dashOf, headsText, kindOf, linkText, sentence } from "../../lablib/attention/views/weights_words.js";
import { figure, percentText, quoted, shortened } from "../../lablib/attention/views/words.js";

test("weights in whole percents", () => {
  assert.deepEqual([0, 0.001, 0.005, 0.62, 1, NaN].map(percentText), ["0\u00a0%", "under 1\u00a0%", "1\u00a0%", "62\u00a0%", "100\u00a0%", "not a number"]);
  assert.deepEqual([0.5, 1.314].map(amount), ["50\u00a0%", "1.31"]);
});

test("numbers to three figures", () => {
  assert.deepEqual([0, 1234.5, -0.01234, 0.00012, Infinity, -Infinity, NaN].map(figure), ["0", "1230", "\u22120.0123", "1.2e\u22124", "\u221e", "\u2212\u221e", "not a number"]);
});

test("tokens for the eye and the ear, and cut by letters", () => {
  assert.equal(quoted({ text: "␣a", spoken: "space a" }, "spoken"), "\u2018space a\u2019");
  assert.equal(shortened("👋👋👋", 3), "👋👋👋");
  assert.equal(shortened("👋👋👋👋", 3), "👋👋…");
});

test("heads by name and by number; no two of 24 look the same", () => {
  assert.deepEqual([[3], [3, 5, 7], [1, 2, 3, 4, 5, 6, 7]].map(headsText), ["head 3", "heads 3, 5 and 7", "7 heads"]);
  const looks = Array.from({ length: 24 }, (_, head) => kindOf(head) + dashOf(head));
  assert.equal(new Set(looks).size, 24);
});

test("a picture in a sentence", () => {
  const [a, b] = ["a", "b"].map((text) => ({ text }));
  const picture = { queries: [a, b], keys: [a, b], rows: [1], columns: [0, 1], layer: 2, note: "" };
  const link = { head: 5, row: 0, column: 1, weight: 0.75 };
  assert.equal(linkText(picture, link), "‘b’ (1) looks at ‘b’ (1): 75\u00a0%, head 5");
  const drawn = { ...picture, heads: [{ head: 5, values: [0.25, 0.75] }], links: [link] };
  assert.equal(
    sentence(drawn),
    "Layer 2, head 5: 1 tokens look at 2. The strongest link: ‘b’ (1) looks at ‘b’ (1): 75\u00a0%, head 5. " +
      "Most looked at: ‘b’ (1), with 75\u00a0% of the weight shown.",
  );
  assert.equal(sentence({ ...drawn, links: [] }), "Layer 2, head 5: no weight in this picture.");
});
