import assert from "node:assert/strict";
import { test } from "node:test";

import { scale } from "../../lablib/widgets/static/projector.js";

test("a panel is made as large as its width and its height allow", () => {
  assert.equal(scale(1366, 768, 300), 1334 / 960);
  assert.equal(scale(1366, 768, 640), 736 / 640);
  assert.equal(scale(1952, 2000, 100), 2);
});

test("a panel that is too tall keeps its size, and none becomes a poster", () => {
  assert.equal(scale(1366, 768, 2000), 1);
  assert.equal(scale(400, 768, 500), 1);
  assert.equal(scale(10000, 10000, 100), 2.5);
});
