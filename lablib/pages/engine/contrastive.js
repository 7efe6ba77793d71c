// Contrastive search (Su et al. 2022): `lablib.sampling.compute.contrastive`.

import { largest } from "./asking.js";
import { logProbabilityOf } from "./layers_math.js";
import { prepare } from "./prompt.js";
import { readOn, whyEnded } from "./writing.js";

/** @typedef {{ model: import("./gpt2.js").Gpt2, tokenizer: any }} Opened */

/**
 * A token that was weighed, as `lablib.sampling.Candidate`; `nearest` is a place among all tokens before.
 * @typedef {{ id: number, probability: number, penalty: number, nearest: number, score: number }} Candidate
 */

/** @typedef {{ candidates: Candidate[], taken: number }} Step   `taken` is the place of the one written */

/**
 * Greedy search, in which the penalty counts nothing, then contrastive search: first the tokens of the prompt,
 * then a part for each token of each text.
 * @param {Opened} opened
 * @param {{ text: string, count: number, k: number, alpha: number }} what
 */
export function* contrast(opened, { text, count, k, alpha }) {
  const { model, tokenizer } = opened;
  const { ids, note } = prepare(opened, text, count);
  const textOf = (/** @type {number} */ id) => tokenizer.decode([id]);
  yield { note, prompt: ids.map(textOf) };
  const alphas = [0, alpha];
  for (const [search, each] of alphas.entries())
    for (const step of searched(model, ids, { count, k, alpha: each })) {
      const candidates = step?.candidates.map((one) => ({ ...one, text: textOf(one.id) }));
      yield candidates ? { search, step: { ...step, candidates, entry: tokenizer.entry(candidates[step.taken].id) } } : null;
    }
}

/**
 * Writes token by token, each time the candidate with the best score; null while it reads.
 * @param {import("./gpt2.js").Gpt2} model
 * @param {number[]} ids   at least one
 * @param {{ count: number, k: number, alpha: number }} how
 * @returns {Generator<Step | null>}
 */
function* searched(model, ids, { count, k, alpha }) {
  const reading = model.start();
  yield* readOn(model, reading, ids);
  const before = ids.map((_, place) => direction(model, reading, place));
  for (let written = 1; written <= count; written++) {
    const scores = model.scores(reading, reading.length - 1);
    const candidates = [];
    for (const id of largest(scores, k)) {
      candidates.push(weighed(id, Math.exp(logProbabilityOf(scores, id)), alpha, before, tried(model, reading, id)));
      yield null;
    }
    const taken = largest(candidates.map(({ score }) => score), 1)[0];
    const { id } = candidates[taken];
    yield { candidates, taken };
    if (whyEnded(model, reading.length + 1, id)) return;
    model.read(reading, [id]);
    before.push(direction(model, reading, reading.length - 1));
  }
}

/**
 * The direction that a token would have if it came next; the reading stays as it was.
 * @param {import("./gpt2.js").Gpt2} model
 * @param {any} reading
 * @param {number} id
 */
function tried(model, reading, id) {
  model.read(reading, [id]);
  reading.length -= 1; // what is read next takes the place of what was kept of it
  return direction(model, reading, reading.length);
}

/**
 * The vector of the token at a place, as the scores are made of it, at length 1.
 * @param {import("./gpt2.js").Gpt2} model
 * @param {any} reading
 * @param {number} place
 */
function direction(model, reading, place) {
  const vector = model.lastNormed(reading, reading.vector(model.shape.layers, place));
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}

/**
 * @param {number} id
 * @param {number} probability
 * @param {number} alpha
 * @param {Float32Array[]} before   the directions of the tokens before
 * @param {Float32Array} own
 * @returns {Candidate}
 */
function weighed(id, probability, alpha, before, own) {
  const cosines = before.map((other) => other.reduce((sum, value, i) => sum + value * own[i], 0));
  const nearest = cosines.reduce((best, cosine, place) => (cosine > cosines[best] ? place : best), 0);
  const penalty = cosines[nearest];
  return { id, probability, penalty, nearest, score: (1 - alpha) * probability - alpha * penalty };
}
