// The parts of a model: what each gives for a text, what is said without some of them, and what one head's
// attention is made of (`lablib.transformer.compute` and `lablib.attention.compute.multihead`).

import { answer, ask, changes, largest } from "./asking.js";
import { transposed } from "./layers_math.js";
import { beginning } from "./prompt.js";
import { readOn } from "./writing.js";

/** @typedef {{ model: any, tokenizer: any }} Opened */
/** @typedef {import("./reading.js").Reading} Reading */

/**
 * What the attention of one head works with: the vectors the layer is given, and its own queries, keys
 * and values. A layer or head that the model lacks becomes its last.
 * @param {Opened} opened
 * @param {{ text: string, layer: number, head: number, limit: number }} what
 */
export function* vectors(opened, { text, layer, head, limit }) {
  const { model, tokenizer } = opened;
  const { layers, heads, width } = model.shape;
  const { ids, note } = beginning(opened, text, limit);
  const reading = model.start();
  yield* readOn(model, reading, ids);
  const all = model.vectors(reading, Math.min(layer, layers - 1));
  const size = width / heads;
  const own = (/** @type {Float32Array} */ rows) => columns(rows, width, Math.min(head, heads - 1) * size, size);
  const tokens = ids.map((id) => tokenizer.entry(id));
  const made = { query: own(all.query), key: own(all.key), value: own(all.value) };
  yield { note, tokens, layers, heads, size, causal: model.causal, inputs: all.inputs, ...made };
}

/**
 * One head's queries, keys or values as the product they are: what the layer is given, the head's own
 * matrix, its bias, and what comes out.
 * @param {Opened} opened
 * @param {{ text: string, layer: number, head: number, which: "query" | "key" | "value", limit: number }} what
 */
export function* product(opened, { which, ...what }) {
  for (const found of vectors(opened, what)) {
    if (!found) {
      yield found;
      continue;
    }
    const { tokens, note, layers, heads, size, inputs } = found;
    const { rows, bias } = opened.model.projection(Math.min(what.layer, layers - 1), which);
    const start = Math.min(what.head, heads - 1) * size;
    const own = rows.subarray(start * size * heads, (start + size) * size * heads);
    const matrix = transposed(own, size);
    yield { tokens, note, layers, heads, size, inputs, matrix, bias: bias.slice(start, start + size), result: found[which] };
  }
}

/**
 * Some columns of a matrix, side by side.
 * @param {Float32Array} rows   [rows, width]
 * @param {number} width
 * @param {number} start
 * @param {number} count
 */
function columns(rows, width, start, count) {
  const result = new Float32Array((rows.length / width) * count);
  for (let i = 0; i * width < rows.length; i++) result.set(rows.subarray(i * width + start, i * width + start + count), i * count);
  return result;
}

/**
 * What a model says as it is and without some parts and blocks; then, if the text is another one than
 * `known`, what each of its parts gives.
 * @param {Opened} opened
 * @param {{ text: string, parts: import("./reading.js").Part[], blocks: number[], count: number, known: string,
 *   rows: number, columns: number }} what   `count` tokens of both distributions are named; of each part the
 *   last `rows` tokens and first `columns` numbers are given
 */
export function* whole(opened, { text, parts, blocks, count, known, rows, columns: most }) {
  const { model, tokenizer } = opened;
  const asked = ask(opened, text);
  const off = { parts, blocks: blocks.filter((block) => block < model.shape.layers) };
  const before = yield* answer(model, asked);
  const after = off.parts.length || off.blocks.length ? yield* answer(model, asked, [], off) : before;
  if (`${asked.ids}` !== known)
    yield {
      key: `${asked.ids}`,
      blocks: model.shape.layers,
      tokens: asked.ids.map((id) => tokenizer.entry(id)),
      values: yield* partsOf(model, asked.ids, rows, most),
    };
  yield {
    note: asked.note,
    position: asked.position,
    off,
    lossBefore: before.loss,
    lossAfter: after.loss,
    changes: changes(opened, before.probabilities, after.probabilities, count),
  };
}

/**
 * What each box of the picture of the whole model holds, by its key.
 * @param {any} model
 * @param {number[]} ids
 * @param {number} rows
 * @param {number} most
 * @returns {Generator<null, Record<string, Float32Array>>}
 */
function* partsOf(model, ids, rows, most) {
  const { layers } = model.shape;
  const reading = model.start();
  const seen = remember(reading);
  yield* readOn(model, reading, ids);
  const corner = (/** @type {Float32Array} */ values) => {
    const wide = values.length / ids.length;
    return columns(values.subarray(Math.max(0, ids.length - rows) * wide), wide, 0, Math.min(most, wide));
  };
  /** @type {Record<string, Float32Array>} */
  const found = {
    ids: corner(Float32Array.from(ids)),
    tokens: corner(seen("tokens", 0)),
    positions: corner(seen("positions", 0)),
    embeddings: corner(reading.vectors(0)),
    scores: yield* bestScores(model, reading, rows, most),
  };
  if (model.lastNormed) found["last norm"] = corner(model.lastNormed(reading, reading.vectors(layers)));
  for (let i = 0; i < layers; i++) {
    found[`norm ${i}.0`] = corner(seen("first norm", i));
    found[`attention ${i}`] = corner(seen("attention", i));
    found[`residual ${i}.0`] = corner(seen("after attention", i));
    found[`norm ${i}.1`] = corner(seen("second norm", i));
    found[`feed-forward ${i}`] = corner(seen("feed-forward", i));
    found[`residual ${i}.1`] = corner(reading.vectors(i + 1));
  }
  return found;
}

/**
 * Lets a reading keep what its parts give; gives a function that gives it back.
 * @param {Reading} reading
 */
export function remember(reading) {
  /** @type {Map<string, number[]>} */
  const kept = new Map();
  reading.saw = (part, layer, values) => {
    const key = `${part} ${layer}`;
    kept.set(key, [...(kept.get(key) ?? []), ...values]);
  };
  return (/** @type {string} */ part, /** @type {number} */ layer) => Float32Array.from(kept.get(`${part} ${layer}`));
}

/**
 * The scores of the tokens that are likeliest at the end of the text, at its last places.
 * @param {any} model
 * @param {Reading} reading
 * @param {number} rows
 * @param {number} count
 * @returns {Generator<null, Float32Array>}
 */
function* bestScores(model, reading, rows, count) {
  const best = largest(model.scores(reading, reading.length - 1), count);
  const found = [];
  for (let place = Math.max(0, reading.length - rows); place < reading.length; place++) {
    const scores = model.scores(reading, place);
    found.push(...best.map((id) => scores[id]));
    yield null;
  }
  return Float32Array.from(found);
}
