import assert from "node:assert/strict";
import { test } from "node:test";

import { oncePerFrame } from "../../lablib/widgets/static/dom.js";

test("the first move is drawn at once, the last one in the next frame, also where nothing is told with it", () => {
  const frames = [];
  globalThis.requestAnimationFrame = (act) => frames.push(act);
  const drawn = [];
  let state = "first";
  const draw = oncePerFrame(() => drawn.push(state));
  draw();
  state = "second";
  draw();
  state = "last";
  draw();
  assert.deepEqual(drawn, ["first"]);
  frames.shift()();
  assert.deepEqual(drawn, ["first", "last"]);
  frames.shift()();
  assert.deepEqual([drawn, frames], [["first", "last"], []]);
});
