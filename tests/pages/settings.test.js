// What of a view a link may set: every value a reader could have set it to, and no other.

import assert from "node:assert/strict";
import { test } from "node:test";

import { settings as headMap } from "../../lablib/attention/views/head_map.js";
import { settings as steps } from "../../lablib/attention/views/steps.js";
import { settings as weights } from "../../lablib/attention/views/weights.js";
import { settingIn } from "../../lablib/pages/static/controls.js";
import { NEUTRAL, TRANSFORMERS_ORDER } from "../../lablib/sampling/views/knobs_math.js";
import { settings as knobs } from "../../lablib/sampling/views/knobs.js";
import { settings as whole } from "../../lablib/transformer/views/whole.js";
import { settings as text } from "../../lablib/widgets/static/text.js";
import { pageModel } from "../../lablib/widgets/static/page_model.js";

const ODD = [null, undefined, -1, 1e300, NaN, "", "<b>", [], [[]], {}, { toString: 1 }, true, "constructor", "__proto__"];

/** None of the odd values is taken, but those that are named. */
function refuses(take, model, but = []) {
  for (const odd of ODD) if (!but.includes(odd)) assert.equal(take(odd, model), undefined, `${JSON.stringify(odd)}`);
}

test("knobs within their ends, those that are not named off", () => {
  const model = pageModel({ simple: false });
  assert.deepEqual(knobs.knobs({ temperature: 0.7, top_k: 5, unknown: 1 }, model), { ...NEUTRAL, temperature: 0.7, top_k: 5 });
  for (const bad of [{ temperature: -1 }, { temperature: "1" }, { top_k: 1.5 }, { top_p: 1.01 }, { unknown: 1 }])
    assert.equal(knobs.knobs(bad, model), undefined);
  refuses(knobs.knobs, model);
  assert.deepEqual(knobs.knobs({ temperature: 2, top_k: 5 }, pageModel({ simple: true })), { ...NEUTRAL, temperature: 2 });
});

test("knobs of the fold within the ends that Python names", () => {
  const n = { name: "no_repeat_ngram", help: "", elsewhere: "", least: 0, most: 8, step: 1 };
  const model = pageModel({ simple: false, more: [n] });
  assert.deepEqual(knobs.knobs({ no_repeat_ngram: 2 }, model), { ...NEUTRAL, no_repeat_ngram: 2 });
  for (const bad of [9, 1.5, -1, "2"]) assert.equal(knobs.knobs({ no_repeat_ngram: bad }, model), undefined);
  assert.equal(knobs.knobs({ xtc: 0.5 }, model), undefined);
});

test("an order that has each stage once", () => {
  const turned = [...TRANSFORMERS_ORDER].reverse();
  assert.deepEqual(knobs.order(turned), turned);
  refuses(knobs.order);
  assert.equal(knobs.order([...TRANSFORMERS_ORDER.slice(1), TRANSFORMERS_ORDER[1]]), undefined);
});

test("a text as long as its field takes, and well formed", () => {
  const model = pageModel({ limit: 5 });
  assert.equal(text.value("<b>ab", model), "<b>ab");
  assert.equal(text.value("123456", model), "12345");
  assert.equal(text.value("a\ud800", model), "a\ufffd");
  refuses(text.value, model, ["", "<b>", "constructor", "__proto__"]);
});

test("heads that are on the map", () => {
  const model = pageModel({ size: [2, 4], metrics: [{ name: "entropy" }], can_mute: false });
  assert.deepEqual(headMap.opened([1, 3], model), [1, 3]);
  for (const bad of [[2, 0], [0, 4], [0], [0, 1, 0], [0.5, 0], ["0", 0]]) assert.equal(headMap.opened(bad, model), undefined);
  assert.deepEqual(headMap.muted([[0, 0], [1, 1]], model), [[0, 0], [1, 1]]);
  assert.equal(headMap.muted([[0, 0], [9, 9]], model), undefined);
  assert.equal(headMap.metric("entropy", model), "entropy");
  assert.equal(headMap.mode("mute", model), undefined);
  for (const take of [headMap.opened, headMap.metric, headMap.mode]) refuses(take, model);
});

test("layers and heads that the weights have", () => {
  const model = pageModel({ layers: [0, 1], size: [4, 7, 7] });
  assert.equal(weights.layer(1, model), 1);
  assert.deepEqual(weights.heads([3, 0, 3], model), [3, 0]);
  assert.equal(weights.heads([4], model), undefined);
  assert.equal(weights.kind("lines"), "lines");
  for (const take of [weights.layer, weights.kind]) refuses(take, model);
  for (const take of [weights.hide_sinks, weights.renormalise, steps.use_mask, steps.use_scale]) refuses(take, model, [true]);
  assert.equal(steps.temperature(1e9), 10);
});

/** A place with one control in it, as the page's HTML has it. */
function placeOf(type) {
  return { dataset: {}, querySelector: () => ({ type }) };
}

test("controls at what they can be moved to", () => {
  const slider = pageModel({ value: 0.5, min: 0, max: 2, step: 0.05 });
  const { value } = settingIn(placeOf("range"), slider);
  assert.deepEqual([value.read(), value.take(0.7), value.take(9), value.take("1")], [0.5, 0.7, 2, undefined]);
  const whole = settingIn(placeOf("range"), pageModel({ value: 1, min: 0, max: 200, step: 1 })).value;
  assert.deepEqual([whole.take(2.6), whole.take(-3)], [3, 0]);
  const menu = settingIn(placeOf("select-one"), pageModel({ index: 0, _options_labels: ["a", "b"] })).index;
  assert.deepEqual([menu.take(1), menu.take(2), menu.take("length"), menu.take(0.5)], [1, undefined, undefined, undefined]);
  const box = settingIn(placeOf("checkbox"), pageModel({ value: true })).value;
  assert.deepEqual([box.take(false), box.take(0)], [false, undefined]);
  const field = settingIn(placeOf("text"), pageModel({ value: 7, min: 0, max: 10 })).value;
  assert.deepEqual([field.take(11), field.take(2.4), field.take("2")], [10, 2, undefined]);
  const line = settingIn(placeOf("text"), pageModel({ value: "x" })).value;
  assert.deepEqual([line.take("<b>"), line.take(3), line.take("y".repeat(20_000)).length], ["<b>", undefined, 10_000]);
});

test("a button that stays pressed, and none that does not", () => {
  const buttonOf = (pressed) => ({ dataset: {}, querySelector: (wanted) => (pressed && wanted.includes("aria-pressed") ? {} : null) });
  const { value } = settingIn(buttonOf(true), pageModel({ value: false }));
  assert.deepEqual([value.take(true), value.take("x")], [true, undefined]);
  assert.deepEqual(settingIn(buttonOf(false), pageModel({})), {});
});

test("parts, blocks and boxes that the model has", () => {
  const boxes = [{ key: "tokens" }, { key: "norm 0", switch: "norm" }];
  const model = pageModel({ blocks: 2, boxes });
  assert.deepEqual(whole.off_parts(["norm", "norm"], model), ["norm"]);
  assert.deepEqual(whole.off_blocks([1, 0], model), [0, 1]);
  assert.deepEqual([whole.open_block(1, model), whole.open_block(2, model)], [1, undefined]);
  assert.equal(whole.chosen("norm 0", model), "norm 0");
  for (const bad of [[undefined], ["other"], [2], "norm", null]) assert.equal(whole.off_parts(bad, model), undefined);
  for (const take of [whole.open_block, whole.chosen]) refuses(take, model);
});
