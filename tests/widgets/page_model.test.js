// What a page without a kernel reads from its JSON.

import assert from "node:assert/strict";
import { test } from "node:test";

import { readState } from "../../lablib/widgets/static/page_model.js";

test("bytes and what stands there once for many come back", () => {
  const text = '[{"weights": {"base64": "AAEC/w=="}, "script": {"shared": 1}}, {"shared": 0}, null, 3]';
  const state = readState(text, ["first", "second"]);
  assert.deepEqual(state, [{ weights: Uint8Array.of(0, 1, 2, 255), script: "second" }, "first", null, 3]);
});
