// The three attentions of an encoder-decoder model, and what it writes with heads of the one that looks at
// the source muted: `lablib.seq2seq.compute.muting`.

import { losses } from "./forcing.js";
import { codes, entr } from "./heads_math.js";
import { beginning } from "./prompt.js";
import { readBack, searched } from "./translating.js";

/**
 * @param {import("./translating.js").Opened} opened
 * @param {{ text: string, muted: import("./reading.js").Head[] }} what   heads of cross-attention
 */
export function* crossHeads(opened, { text, muted }) {
  const { model, tokenizer } = opened;
  const { ids: read, note } = beginning(opened, text);
  const source = yield* model.source(read);
  const { ids } = yield* searched(model, source);
  const { target } = yield* readBack(model, source, ids);
  const told = function* (/** @type {import("./reading.js").Head[]} */ heads, /** @type {number[]} */ written) {
    return { text: tokenizer.read(written).trim(), loss: mean(yield* losses(model, source, ids, ids, heads)) };
  };
  const before = yield* told([], ids);
  const after = muted.length ? yield* told(muted, (yield* searched(model, source, { muted })).ids) : null;
  const [sources, targets] = [read, [model.begin, ...ids.slice(0, -1)]].map((each) => each.map((id) => tokenizer.entry(id)));
  const { layers, decoderLayers, heads } = model.shape;
  const cross = target.maps("cross");
  yield {
    note,
    before,
    after,
    size: [decoderLayers, heads],
    entropy: entropies(cross, read.length, targets.length),
    maps: {
      cross: { tokens: targets, keys: sources, layers: decoderLayers, heads, causal: false, weights: codes(cross) },
      encoder: { tokens: sources, keys: sources, layers, heads, causal: false, weights: codes(source.maps) },
      decoder: { tokens: targets, keys: targets, layers: decoderLayers, heads, causal: true, weights: codes(target.maps("own")) },
    },
  };
}

/** @param {number[]} values */
function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * How spread out each head is, in bits, as the mean over the tokens that look.
 * @param {Float32Array} maps   [heads, queries, keys]
 * @param {number} keys
 * @param {number} queries
 */
function entropies(maps, keys, queries) {
  const size = keys * queries;
  const entropy = (/** @type {Float32Array} */ map) => map.reduce((sum, weight) => sum + entr(weight), 0) / queries / Math.LN2;
  return Float32Array.from({ length: maps.length / size }, (_, head) => entropy(maps.subarray(head * size, (head + 1) * size)));
}
