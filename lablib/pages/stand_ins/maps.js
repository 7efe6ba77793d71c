// Attention maps in a panel: the view of the weights, and the map of all heads beside it.

import { spoken, visible } from "./chips.js";

/** @typedef {import("./stand_in.js").StandIn} StandIn */

/**
 * A text's tokens as views take them.
 * @param {import("../engine/entries.js").Entry[]} tokens
 * @param {import("./chips.js").Names} names
 */
export function pageTokens(tokens, names) {
  return tokens.map(({ text }) => ({ text: visible(text), spoken: spoken(text, names), type: 0 }));
}

/**
 * Puts the weights of all layers into the panel's view; layer, heads and switches stay where they can.
 * @param {StandIn} panel
 * @param {{ tokens: import("../engine/entries.js").Entry[], keys?: import("../engine/entries.js").Entry[],
 *   layers: number, heads: number, causal: boolean, weights: Uint8Array }} found   `keys` are the tokens
 *   that are looked at, where they are others
 * @returns {boolean} whether they are of other tokens than those before
 */
export function showMaps(panel, { tokens, keys = tokens, layers, heads, causal, weights }) {
  const shown = [tokens, keys].map((each) => pageTokens(each, panel.names));
  const before = ["query_tokens", "key_tokens"].map((trait) => panel.get("view", trait));
  const isNew = JSON.stringify(before) !== JSON.stringify(shown);
  if (isNew) {
    panel.set("view", {
      step: 0, zoom: null, chosen: {}, query_tokens: shown[0], key_tokens: shown[1], pair: "all",
      sinks: keys.flatMap(({ special }, i) => (special || (i === 0 && causal) ? [i] : [])),
    });
  }
  const every = Array.from({ length: layers }, (_, layer) => layer);
  const kept = panel.get("view", "heads").filter((head) => head < heads);
  panel.set("view", {
    written_from: 0,
    layers: every,
    heads: kept.length ? kept : [0],
    layer: Math.min(panel.get("view", "layer"), layers - 1),
    size: [heads, tokens.length, keys.length],
    sent: every,
    weights,
    version: panel.get("view", "version") + 1,
  });
  return isNew;
}

/**
 * Shows the head that was opened on the map.
 * @param {StandIn} panel
 */
export function openHead(panel) {
  const [layer, head] = panel.get("map", "opened");
  if (head !== undefined) panel.set("view", { layer, heads: [head] });
}

/**
 * The heads that are muted on the map, in order.
 * @param {StandIn} panel
 * @returns {[number, number][]}
 */
export function mutedHeads(panel) {
  return [...panel.get("map", "muted")].sort(([a, b], [c, d]) => a - c || b - d);
}

/** Heads as code has them: `[(0, 1), (2, 3)]`. */
export function headsCode(heads) {
  return `[${heads.map(([layer, head]) => `(${layer}, ${head})`).join(", ")}]`;
}

/**
 * What the map shows: by the name of each of its metrics a number for each head.
 * @param {StandIn} panel
 * @returns {Record<string, Float32Array>}
 */
export function valuesOf(panel) {
  const metrics = panel.get("map", "metrics");
  const values = new Float32Array(panel.get("map", "values").slice().buffer);
  const size = values.length / metrics.length;
  return Object.fromEntries(metrics.map(({ name }, i) => [name, values.subarray(i * size, (i + 1) * size)]));
}

/** Numbers as the bytes of 32-bit floats. */
export function bytesOf(numbers) {
  return new Uint8Array(Float32Array.from(numbers).buffer);
}

/** Where the largest number stands; -1 where there is none. */
export function top(values) {
  return values.reduce((best, value, i) => (Number.isFinite(value) && (best < 0 || value > values[best]) ? i : best), -1);
}
