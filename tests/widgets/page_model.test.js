// What a page without a kernel reads from its JSON.

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { readState, textOf } from "../../lablib/widgets/static/page_model.js";

test("bytes and what stands there once for many come back", () => {
  const text = '[{"weights": {"base64": "AAEC/w=="}, "script": {"shared": 1}}, {"shared": 0}, null, 3]';
  const state = readState(text, ["first", "second"]);
  assert.deepEqual(state, [{ weights: Uint8Array.of(0, 1, 2, 255), script: "second" }, "first", null, 3]);
});

test("what stands in a script beside the page comes back, and what is missing there is undefined", () => {
  globalThis.labBeside = { abc: "a script" };
  const state = readState('{"one": {"beside": "abc"}, "two": {"beside": "def"}}');
  assert.deepEqual([state.one, state.two], ["a script", undefined]);
});

test("a compressed text is read once", async () => {
  const gzip = gzipSync("naïve 東京 ".repeat(100)).toString("base64");
  assert.equal(await textOf({ gzip }), "naïve 東京 ".repeat(100));
  assert.equal(textOf({ gzip }), textOf({ gzip }));
});
