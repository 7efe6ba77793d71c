import assert from "node:assert/strict";
import { test } from "node:test";

import { oncePerFrame, placeIn } from "../../lablib/widgets/static/dom.js";

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

test("a point is told in an element's own pixels, also where one takes more than one of the window's", () => {
  const node = (zoom) => ({ currentCSSZoom: zoom, getBoundingClientRect: () => ({ left: 100, top: 50 }) });
  const point = { clientX: 160, clientY: 80 };
  assert.deepEqual(placeIn(node(1), point), [60, 30]);
  assert.deepEqual(placeIn(node(1.5), point), [40, 20]);
  assert.deepEqual(placeIn(node(undefined), point), [60, 30]);
});
