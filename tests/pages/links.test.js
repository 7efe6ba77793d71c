// Links that open a state: what they hold comes back, and what a stranger wrote into one does no harm.

import assert from "node:assert/strict";
import { test } from "node:test";

import { LONGEST, fragmentOf, leftWords, panelNames, readAll, stateOf, writeAll } from "../../lablib/pages/static/links.js";

/** A setting of so many kinds as there are types: it takes what is of one type. */
function settingOf(type, value, also = () => {}) {
  return {
    read: () => value,
    take: (asked) => (typeof asked === type ? asked : undefined),
    write: (now) => {
      value = now;
      also();
    },
  };
}

test("what a link holds comes back, whatever is in the text", () => {
  for (const text of ["Once", "", "naïve 東京 🙂 #&%?=+\n", "<img src=x onerror=alert(1)>", "\\u003c\"'"]) {
    const state = { panel: "knobs-1", model: "pocket-gpt2", settings: { "text.value": text, "view.knobs": { top_k: 5 } } };
    const link = new URL(fragmentOf(state), "file:///a/06.html");
    assert.deepEqual(stateOf(link.hash), state);
  }
});

test("an address without a state asks for none", () => {
  for (const fragment of ["", "#What-it-costs", "#statement=1"]) assert.equal(stateOf(fragment), null);
});

test("what cannot be read is answered in a sentence", () => {
  const written = ["", "%", "%7B", "null", "3", "[]", "{}", '{"panel":1,"model":"a","settings":{}}', '{"panel":"a","model":"b","settings":[]}'];
  for (const text of written) assert.throws(() => stateOf(`#state=${text}`), /cannot be read/);
  assert.throws(() => stateOf(`#state=${"a".repeat(LONGEST)}`), /too long/);
});

test("panels of a kind are counted in their order", () => {
  const panels = { x: { script: "knobs" }, y: { script: "heads" }, z: { script: "knobs" } };
  assert.deepEqual(panelNames(panels), { "knobs-1": "x", "heads-1": "y", "knobs-2": "z" });
});

test("only what a control takes is set, and the rest is counted", () => {
  const settings = { "text.value": settingOf("string", "a"), "seed.value": settingOf("number", 0) };
  const asked = JSON.parse('{"text.value": "b", "seed.value": "1", "other.value": 2, "__proto__": {"x": 1}, "toString": 3}');
  assert.equal(writeAll(settings, asked), 4);
  assert.deepEqual(readAll(settings), { "text.value": "b", "seed.value": 0 });
  assert.equal({}.x, undefined);
});

test("a control that moves another does not undo what the link says of it", () => {
  const head = settingOf("number", 0);
  const settings = { head, opened: settingOf("number", 0, () => head.write(9)) };
  assert.equal(writeAll(settings, { head: 3, opened: 5 }), 0);
  assert.deepEqual(readAll(settings), { head: 3, opened: 5 });
});

test("what was left out is said in words", () => {
  assert.equal(leftWords(0), "");
  assert.match(leftWords(1), /^One setting of the link does not fit this panel and was left out/);
  assert.match(leftWords(3), /^3 settings of the link do not fit this panel and were left out/);
});
