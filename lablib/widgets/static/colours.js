// Colours that colour-blind eyes tell apart, for numbers and for kinds of things.

// matplotlib's colour maps at ten evenly spaced points.
/** @type {Record<string, string[]>} */
const PALETTES = {
  viridis: ["440154", "482878", "3e4989", "31688e", "26828e", "1f9e89", "35b779", "6ece58", "b5de2b", "fde725"],
  cividis: ["00224e", "123570", "3b496c", "575d6d", "707173", "8a8678", "a59c74", "c3b369", "e1cc55", "fee838"],
  // For numbers of two signs: blue below zero, vermilion above, both darker than the paper between.
  signed: ["004a75", "0072b2", "5aa2cf", "b3d3e8", "f2f5f7", "faf3ee", "f3c9ab", "e69a62", "d55e00", "8a3c00"],
};

/** Six colours for kinds of things (Okabe and Ito 2008), those that show on light and dark paper. */
export const KINDS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];

/**
 * [red, green, blue] from 0 to 255 at `share` of the way through a palette.
 * @param {number} share
 * @param {string} palette
 * @returns {number[]}
 */
export function colour(share, palette) {
  const stops = PALETTES[palette].map((hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16)));
  const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
  const below = Math.min(Math.floor(place), stops.length - 2);
  return stops[below].map((low, i) => Math.round(low + (place - below) * (stops[below + 1][i] - low)));
}

/**
 * Relative luminance of a colour, 0 to 1 (WCAG 2.2).
 * @param {number[]} rgb
 */
export function luminance(rgb) {
  const linear = rgb.map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
}

/**
 * Black or white, whichever stands out more: the contrast is at least 4.58 on any colour.
 * @param {number[]} rgb
 */
export function ink(rgb) {
  return (luminance(rgb) + 0.05) ** 2 > 1.05 * 0.05 ? "#000" : "#fff";
}

/**
 * The whole palette from left to right, as a CSS background.
 * @param {string} palette
 */
export function gradient(palette) {
  return `linear-gradient(to right, ${PALETTES[palette].map((hex) => `#${hex}`)})`;
}

const PIXELS = new Map();

/**
 * A palette in 256 steps, as pixels for a canvas: byte order red, green, blue, opacity.
 * @param {string} palette
 * @returns {Uint32Array}
 */
export function pixels(palette) {
  if (!PIXELS.has(palette)) {
    const bytes = Array.from({ length: 256 }, (_, i) => [...colour(i / 255, palette), 255]);
    PIXELS.set(palette, new Uint32Array(new Uint8Array(bytes.flat()).buffer));
  }
  return PIXELS.get(palette);
}
