// Palettes, and ink that stands out on each of their colours.

import assert from "node:assert/strict";
import { test } from "node:test";

import { KINDS, colour, gradient, ink, luminance, pixels } from "../../lablib/widgets/static/colours.js";

const PALETTES = ["viridis", "cividis", "signed"];
const WHITE = [255, 255, 255];
const contrast = (a, b) => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};

test("a palette from end to end, and no further", () => {
  assert.deepEqual(colour(0, "viridis"), [0x44, 0x01, 0x54]);
  assert.deepEqual(colour(1, "viridis"), [0xfd, 0xe7, 0x25]);
  assert.deepEqual(colour(0.5, "viridis"), [35, 144, 140]); // half way from 26828e to 1f9e89
  for (const palette of PALETTES) assert.deepEqual([colour(-3, palette), colour(9, palette)], [colour(0, palette), colour(1, palette)]);
});

test("luminance and contrast as WCAG has them", () => {
  assert.equal(luminance([0, 0, 0]), 0);
  assert.ok(Math.abs(luminance(WHITE) - 1) < 1e-12);
  assert.ok(Math.abs(contrast([119, 119, 119], WHITE) - 4.48) < 0.005); // #777 on white
});

test("text stands out on every colour", () => {
  for (const palette of PALETTES)
    for (let i = 0; i <= 1000; i++) {
      const back = colour(i / 1000, palette);
      const front = ink(back) === "#000" ? [0, 0, 0] : WHITE;
      assert.ok(contrast(back, front) >= 4.5, `${palette} at ${i / 1000}`);
    }
});

test("the same colours as pixels and as a background", () => {
  for (const palette of PALETTES) {
    const bytes = new Uint8Array(pixels(palette).buffer);
    assert.deepEqual([...bytes.subarray(0, 4)], [...colour(0, palette), 255]);
    assert.deepEqual([...bytes.subarray(1020)], [...colour(1, palette), 255]);
    assert.equal(pixels(palette), pixels(palette));
  }
  assert.ok(gradient("viridis").startsWith("linear-gradient(to right, #440154,#482878,"));
  assert.equal(new Set(KINDS).size, 6);
});
