// From scores to text: what `lablib.sampling.generate` does, with the knobs of the knob view.

import { probability, rank, stages } from "../../sampling/views/knobs_math.js";

/**
 * @typedef {object} How
 * @property {number} count      the most tokens to write
 * @property {Record<import("../../sampling/views/knobs_math.js").Knob, number>} knobs
 * @property {number[]} [uniforms]  numbers from 0 up to 1: token t is drawn with number t, else by chance
 */

/**
 * Reads ids, some at a time: between two of them something else may be done.
 * @param {any} model
 * @param {import("./reading.js").Reading} reading
 * @param {number[]} ids
 * @returns {Generator<null>}
 */
export function* readOn(model, reading, ids) {
  reading.requireRoom(ids.length);
  for (let start = 0; start < ids.length; start += model.stride) {
    model.read(reading, ids.slice(start, start + model.stride));
    yield null;
  }
}

/**
 * Writes on from ids, an id at a time, until the text or the context ends; null while it still reads.
 * @param {import("./gpt2.js").Gpt2} model
 * @param {number[]} prompt   at least one
 * @param {How} how
 * @returns {Generator<number | null>}
 */
export function* write(model, prompt, { count, knobs, uniforms = [] }) {
  const reading = model.start();
  const seen = new Uint8Array(model.shape.entries);
  yield* readOn(model, reading, prompt);
  for (const id of prompt) seen[id] = 1;
  for (let t = 0; t < count; t++) {
    const ranking = rank(model.scores(reading, reading.length - 1));
    const id = draw(stages(ranking, knobs, seen).at(-1).after, uniforms[t] ?? Math.random());
    yield id;
    if (id === model.end || reading.length + 1 >= model.shape.context) return;
    model.read(reading, [id]);
    seen[id] = 1;
  }
}

/**
 * The token at the point u of the tokens laid end to end, the most probable first.
 * @param {import("../../sampling/views/knobs_math.js").Ranking} ranking
 * @param {number} u   0 ≤ u < 1
 */
export function draw(ranking, u) {
  let whole = 0;
  for (let i = 0; i < ranking.ids.length; i++) whole += probability(ranking, i);
  let reached = 0;
  for (let i = 0; i < ranking.ids.length; i++) {
    reached += probability(ranking, i);
    if (reached > u * whole) return ranking.ids[i];
  }
  return ranking.ids[0];
}
