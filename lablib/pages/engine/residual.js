// The residual stream: what each part adds to it, and to the score of the next token
// (`lablib.transformer.compute.residual`), for models that norm first.

import { largest } from "./asking.js";
import { probabilitiesOf } from "./layers_math.js";
import { remember } from "./parts.js";
import { beginning } from "./prompt.js";
import { readOn } from "./writing.js";

/** @typedef {{ model: import("./gpt2.js").Gpt2, tokenizer: any }} Opened */

/**
 * A text as it was read, and what its parts gave.
 * @param {Opened} opened
 * @param {string} text
 */
function* readParts(opened, text) {
  const { ids, note } = beginning(opened, text);
  const reading = opened.model.start();
  const seen = remember(reading);
  yield* readOn(opened.model, reading, ids);
  return { ids, note, reading, seen };
}

/**
 * What each part adds directly to the score of the likeliest next token (Elhage et al. 2021, "A
 * Mathematical Framework for Transformer Circuits").
 * @param {Opened} opened
 * @param {{ text: string }} what
 */
export function* attribution(opened, { text }) {
  const { model, tokenizer } = opened;
  const { ids, note, reading, seen } = yield* readParts(opened, text);
  const { layers, width } = model.shape;
  const last = (/** @type {Float32Array} */ rows) => rows.subarray(rows.length - width);
  const scores = model.scores(reading, ids.length - 1);
  const [token] = largest(scores, 1);
  const [row, whole] = [model.rowAboveMean(token), last(reading.vectors(layers))];
  const share = (/** @type {Float32Array} */ x) => x.reduce((total, value, i) => total + value * row[i], 0);
  const added = [["embeddings", last(reading.vectors(0))]];
  for (let i = 0; i < layers; i++)
    for (const part of ["attention", "feed-forward"]) added.push([`${part} ${i}`, last(seen(part, i))]);
  yield {
    note,
    text: tokenizer.decode([token]),
    probability: probabilitiesOf(scores)[token],
    score: scores[token] - scores.reduce((total, each) => total + each, 0) / scores.length,
    names: [...added.map(([name]) => name), "last norm"],
    added: [...added.map(([, x]) => share(model.shareOfNormed(/** @type {Float32Array} */ (x), whole))), share(model.normConstant)],
  };
}

/**
 * How long the stream's vectors are before and after each block, and those added to it: means over the text.
 * @param {Opened} opened
 * @param {{ text: string }} what
 */
export function* lengths(opened, { text }) {
  const { note, reading, seen } = yield* readParts(opened, text);
  const { layers, width } = opened.model.shape;
  const each = Array.from({ length: layers }, (_, i) => i);
  const mean = (/** @type {Float32Array} */ rows) => meanLength(rows, width);
  yield {
    note,
    stream: [0, ...each.map((i) => i + 1)].map((i) => mean(reading.vectors(i))),
    attention: each.map((i) => mean(seen("attention", i))),
    feedForward: each.map((i) => mean(seen("feed-forward", i))),
  };
}

/**
 * @param {Float32Array} rows
 * @param {number} width
 */
function meanLength(rows, width) {
  let total = 0;
  for (let start = 0; start < rows.length; start += width) total += Math.hypot(...rows.subarray(start, start + width));
  return (total * width) / rows.length;
}

/**
 * The units of a block that add most to some token of the text, each with what it does at each token and
 * the tokens whose scores its vector raises most.
 * @param {Opened} opened
 * @param {{ text: string, block: number, count: number, raised: number }} what   a block that the model lacks
 *   becomes its last
 */
export function* units(opened, { text, block, count, raised }) {
  const { model, tokenizer } = opened;
  const { ids, note, seen } = yield* readParts(opened, text);
  const layer = Math.min(block, model.shape.layers - 1);
  const activations = seen("units", layer);
  const size = activations.length / ids.length;
  const writes = Array.from({ length: size }, (_, unit) => Math.hypot(...model.unitVector(layer, unit)));
  yield null;
  const strength = (/** @type {number} */ token, /** @type {number} */ unit) => Math.abs(activations[token * size + unit]) * writes[unit];
  const most = writes.map((_, unit) => Math.max(...ids.map((_, token) => strength(token, unit))));
  /** @type {{ unit: number, words: string[], values: number[] }[]} */
  const top = [];
  for (const unit of largest(most, count)) {
    const vector = model.unitVector(layer, unit);
    const best = largest(model.scoresOf(model.shareOfNormed(vector, vector)), raised);
    top.push({ unit, words: best.map((id) => tokenizer.decode([id])), values: ids.map((_, token) => activations[token * size + unit]) });
    yield null;
  }
  const strongest = largest(ids.map((_, token) => strength(token, top[0].unit)), 1)[0];
  const firing = activations.reduce((total, value) => total + Number(value > 0), 0) / activations.length;
  yield { note, block: layer, blocks: model.shape.layers, tokens: ids.map((id) => tokenizer.entry(id)), size, top, strongest, firing };
}
