// Attention from scratch, with numbers worked out by hand; test_steps_view.py holds it to Python's.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  attentionSteps, causallyMasked, comesLater, dotProducts, meanEntropy, scaledScores, softmaxRows, weightedValues,
} from "../../lablib/attention/views/steps_math.js";

const SHAPE = { queries: 2, keys: 2, size: 2, valueSize: 1 };

test("the stages of two tokens", () => {
  const scores = dotProducts([2, 0, 0, 2], [2, 0, 1, 2], SHAPE);
  assert.deepEqual([...scores], [4, 2, 0, 4]);
  assert.deepEqual([...scaledScores(scores, 0.5, [], 2)], [1, 0.5, 0, 1]);
  assert.deepEqual([...scaledScores(scores, 0.5, [0, 2, 4, 6], 1)], [2, 3, 4, 8]);
  assert.deepEqual([...causallyMasked(scores, SHAPE)], [4, -Infinity, 0, 4]);
  const weights = softmaxRows(Float64Array.from([0, Math.log(3), -Infinity, 7]), 2);
  [1 / 4, 3 / 4, 0, 1].forEach((weight, i) => assert.ok(Math.abs(weights[i] - weight) < 1e-12));
  assert.deepEqual([...weightedValues([1 / 4, 3 / 4, 0, 1], [4, 8], SHAPE)], [7, 8]);
});

test("a mask is switched off, and all stages hang together", () => {
  const given = { scores: new Float64Array(4), v: [4, 8], bias: [], shape: SHAPE, scale: 1, temperature: 1 };
  assert.deepEqual([...attentionSteps({ ...given, causal: true }).output], [4, 6]);
  assert.deepEqual([...attentionSteps({ ...given, causal: false }).output], [6, 6]);
});

test("fewer queries than keys are the last tokens", () => {
  const later = [0, 1, 2].map((j) => comesLater(0, j, { queries: 2, keys: 3 }));
  assert.deepEqual(later, [false, false, true]);
});

test("the entropy of a row is in bits, and none where all looks at one", () => {
  assert.equal(meanEntropy([0.5, 0.5, 1, 0], 2), 0.5);
});
