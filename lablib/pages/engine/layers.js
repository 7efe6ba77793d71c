// A text through the layers: the logit lens and attention rollout (`lablib.attention.compute.layers`).

import { largest } from "./asking.js";
import { codes } from "./heads_math.js";
import { probabilitiesOf } from "./layers_math.js";
import { beginning } from "./prompt.js";
import { readOn } from "./writing.js";

const GUESSES = 5;

/** @typedef {{ model: any, tokenizer: any }} Opened */

/**
 * What the model would say after each layer, at the last places of a text: for each layer and place its
 * likeliest tokens, the best first.
 * @param {Opened} opened
 * @param {{ text: string, places: number }} what
 */
export function* lens(opened, { text, places }) {
  const { model, tokenizer } = opened;
  const { ids, note } = beginning(opened, text);
  const reading = model.start();
  yield* readOn(model, reading, ids);
  const first = Math.max(0, ids.length - places);
  const guesses = [];
  for (let layer = 0; layer <= model.shape.layers; layer++) {
    guesses.push(ids.slice(first).map((_, i) => guessesAt(opened, reading, first + i, layer)));
    yield null;
  }
  yield { note, tokens: ids.slice(first).map((id) => tokenizer.entry(id)), guesses };
}

/**
 * @param {Opened} opened
 * @param {import("./reading.js").Reading} reading
 * @param {number} place
 * @param {number} layer
 */
function guessesAt({ model, tokenizer }, reading, place, layer) {
  const probabilities = probabilitiesOf(model.scores(reading, place, layer));
  return largest(probabilities, GUESSES).map((id) => ({ text: tokenizer.decode([id]), probability: probabilities[id] }));
}

/**
 * How much of each token has reached each place, layer by layer, as maps of one head each.
 * @param {Opened} opened
 * @param {{ text: string }} what
 */
export function* rollout(opened, { text }) {
  const { model, tokenizer } = opened;
  const { ids, note } = beginning(opened, text);
  const reading = model.start();
  yield* readOn(model, reading, ids);
  const reached = [identity(ids.length)];
  for (let layer = 0; layer < model.shape.layers; layer++) {
    reached.push(passedOn(reading, layer, reached[layer]));
    yield null;
  }
  const weights = codes(Float32Array.from(reached.slice(1).flatMap((one) => [...one])));
  const tokens = ids.map((id) => tokenizer.entry(id));
  yield { note, tokens, layers: model.shape.layers, heads: 1, causal: model.causal, weights };
}

/** @param {number} size */
function identity(size) {
  return Float64Array.from({ length: size ** 2 }, (_, i) => Number(i % (size + 1) === 0));
}

/**
 * A layer passes on what its heads gather, all alike, and as much of what was there (Abnar and Zuidema
 * 2020, "Quantifying Attention Flow in Transformers").
 * @param {import("./reading.js").Reading} reading
 * @param {number} layer
 * @param {Float64Array} reached   [place, token], before the layer
 */
function passedOn(reading, layer, reached) {
  const { length, shape } = reading;
  const result = reached.map((share) => share / 2);
  for (let head = 0; head < shape.heads; head++)
    for (let query = 0; query < length; query++) {
      const row = reading.row(layer, head, query);
      for (let key = 0; key < length; key++)
        for (let token = 0; row[key] > 0 && token < length; token++)
          result[query * length + token] += (row[key] / (2 * shape.heads)) * reached[key * length + token];
    }
  return result;
}
