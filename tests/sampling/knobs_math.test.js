// The knobs, with numbers worked out by hand. tests/sampling/test_knob_view.py holds them to Python's.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  NEUTRAL, barRows, cumulative, heat, isOff, logSpaced, probabilities, rank, removedBy, repeatedRuns, repeating,
  stages, totalVariation,
} from "../../lablib/sampling/views/knobs_math.js";

// Probabilities 1/8, 1/2, 1/4, 1/8 of tokens 0 to 3.
const LOGITS = Float32Array.from([1, 4, 2, 1], Math.log);
const NOTHING_SEEN = [];

const near = (got, wanted) => {
  assert.equal(got.length, wanted.length);
  wanted.forEach((value, i) => assert.ok(Math.abs(got[i] - value) < 1e-6, `${got} is not ${wanted}`));
};
const after = (knobs, logits = LOGITS, seen = NOTHING_SEEN) =>
  stages(rank(logits), { ...NEUTRAL, ...knobs }, seen).at(-1);
const left = (...given) => probabilities(after(...given).after, 4);

test("tokens stand by falling score, of equals the higher id first", () => {
  const { ids, entropy } = rank(LOGITS);
  assert.deepEqual([...ids], [1, 2, 3, 0]);
  assert.ok(Math.abs(entropy - 1.75) < 1e-6);
  assert.deepEqual([...rank(Float32Array.from([-Infinity, 0, -0, -1])).ids], [2, 1, 3]);
});

test("each knob alone", () => {
  near(left({}), [1 / 8, 1 / 2, 1 / 4, 1 / 8]);
  near(left({ temperature: 0.5 }), [1 / 22, 16 / 22, 4 / 22, 1 / 22]);
  near(left({ temperature: 0 }), [0, 1, 0, 0]);
  near(left({ top_k: 2 }), [0, 2 / 3, 1 / 3, 0]);
  near(left({ top_k: 3 }), [1 / 8, 1 / 2, 1 / 4, 1 / 8]); // the third ties with the fourth
  near(left({ top_p: 0.6 }), [0, 2 / 3, 1 / 3, 0]);
  near(left({ min_p: 0.4 }), [0, 2 / 3, 1 / 3, 0]);
  // Surprisals 1, 2, 3 and 3 bits: 2 is nearest to the entropy of 1.75.
  near(left({ typical_p: 0.2 }), [0, 0, 1, 0]);
});

test("each knob of the fold alone", () => {
  near(left({ no_repeat_ngram: 2 }, LOGITS, [3, 1, 2, 3]), [1 / 4, 0, 1 / 2, 1 / 4]);
  near(left({ no_repeat_ngram: 1 }, LOGITS, [0, 1, 2, 3]), [1 / 8, 1 / 2, 1 / 4, 1 / 8]); // where all would go, none does
  near(left({ dry: Math.log(2) }, LOGITS, [0, 2, 1, 0, 2]), [1 / 6, 1 / 3, 1 / 3, 1 / 6]); // 1 loses ln 2
  near(left({ top_n_sigma: 1 }, Float32Array.from([0, 0, 0, 4])), [0, 0, 0, 1]);
  // Of 1.75 bits of entropy the best token has 1/2, the second as many.
  near(left({ top_h: 0.6 }), [0, 2 / 3, 1 / 3, 0]);
  near(left({ epsilon_cutoff: 0.2 }), [0, 2 / 3, 1 / 3, 0]);
  near(left({ eta_cutoff: 0.5 }), [0, 2 / 3, 1 / 3, 0]); // 0.71 * 2^-1.75 = 0.21
  near(left({ max_surprisal: 2 }), [0, 2 / 3, 1 / 3, 0]);
  near(left({ xtc: 1 }), [1, 0, 0, 0]); // all four reach 10 %, and the least likely of them stays
  near(left({ xtc: 0.5 }), [9 / 16, 1 / 4, 1 / 8, 1 / 16]);
});

test("a stage of the fold is there only where it is turned, and tells what it takes", () => {
  const names = (knobs) => stages(rank(LOGITS), knobs, NOTHING_SEEN).map(({ name }) => name);
  assert.deepEqual(names({}), ["repetition_penalty", "temperature", "top_k", "top_p", "min_p", "typical_p"]);
  assert.deepEqual(names({ xtc: 0.1, dry: 1 }).filter((name) => !names({}).includes(name)), ["dry", "xtc"]);
  near([after({ xtc: 0.5 }).removedMass, after({ xtc: 1 }).removedMass], [7 / 16, 7 / 8]);
  const banned = stages(rank(LOGITS), { no_repeat_ngram: 2 }, [3, 1, 2, 3]);
  near([banned[1].removedMass], [1 / 2]);
  assert.deepEqual([...removedBy(banned, 4)], [0, 2, 0, 0]);
});

test("what would be a repetition", () => {
  assert.deepEqual([...repeating([1, 2, 3, 1, 2], 3)], [3]);
  assert.deepEqual([...repeating([1, 2], 3)], []);
  assert.deepEqual([...repeatedRuns([1, 2, 3, 2, 9, 1, 2])], [[3, 2], [9, 1]]);
});

test("a repetition penalty divides scores above zero and multiplies those below", () => {
  const { ids, scores } = after({ repetition_penalty: 2 }, Float32Array.from([-1, 4, 3, 0]), [0, 1]).after;
  assert.deepEqual([...ids], [2, 1, 3, 0]);
  assert.deepEqual([...scores], [3, 2, 0, -2]);
});

test("which stage took a token away, and how much", () => {
  const list = stages(rank(LOGITS), { ...NEUTRAL, top_k: 2, min_p: 0.6 }, NOTHING_SEEN);
  const [k, p] = ["top_k", "min_p"].map((name) => list.findIndex((stage) => stage.name === name));
  assert.deepEqual([...removedBy(list, 4)], [k + 1, 0, p + 1, k + 1]);
  near([list[k].removedMass, list[p].removedMass], [1 / 4, 1 / 3]);
  assert.deepEqual([list[k].kept, list[p].kept, list[p].choices], [2, 1, 1]);
});

test("a stage whose input is the same is not computed again", () => {
  const knobs = { ...NEUTRAL, temperature: 2, top_k: 2 };
  const model = rank(LOGITS);
  const first = stages(model, knobs, NOTHING_SEEN);
  const second = stages(model, { ...knobs, top_k: 1 }, NOTHING_SEEN, undefined, first);
  const changed = first.findIndex(({ name }) => name === "top_k");
  second.forEach((stage, i) => assert.equal(stage === first[i], i < changed));
});

test("what the views count", () => {
  const [before, cut] = [rank(LOGITS), after({ top_k: 2 }).after];
  near([totalVariation(before, cut, 4)], [1 / 4]);
  near(cumulative(before, [1, 2, 4, 9]), [1 / 2, 3 / 4, 1, 1]);
  assert.deepEqual(logSpaced(1000, 4), [1, 10, 100, 1000]);
  const rows = barRows(before, cut, probabilities(cut, 4), 3);
  assert.deepEqual(rows.map(({ id, place }) => [id, place]), [[1, 0], [2, 1], [3, 2]]);
  near(rows.map((row) => row.after), [2 / 3, 1 / 3, 0]);
});

test("a temperature leaves the order; the lowest leave the best token alone", () => {
  for (const temperature of [1e-3, 1, 1e3]) assert.deepEqual([...heat(rank(LOGITS), temperature).ids], [1, 2, 3, 0]);
  near(left({ temperature: 1e-46 }), [0, 1, 0, 0]);
  assert.ok(isOff("top_p", 1) && !isOff("top_p", 0.9));
});
