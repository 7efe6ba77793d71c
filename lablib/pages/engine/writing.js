// From scores to text: what `lablib.sampling.generate` does, with the knobs of the knob view.

import { probability, rank, stages } from "../../sampling/views/knobs_math.js";
import { limitAfter, surprisal } from "./mirostat.js";

const ALTERNATIVES = 8;

/** @typedef {Partial<Record<import("../../sampling/views/knobs_math.js").Knob, number>>} Knobs */
/** @typedef {import("../../sampling/views/knobs_math.js").Ranking} Ranking */

/**
 * @typedef {object} How
 * @property {number} count      the most tokens to write
 * @property {Knobs} knobs
 * @property {number[]} [uniforms]  numbers from 0 up to 1: token t is drawn with number t, else by chance
 * @property {import("./mirostat.js").Mirostat | null} [mirostat]  moves the limit of surprisal after every token
 * @property {number[]} [surprisals]  of the tokens written before, in bits: Mirostat's limit depends on them
 */

/**
 * A token that was written, and what the model said at its place.
 * @typedef {object} Step
 * @property {number} id
 * @property {number} probability     in the distribution it was drawn from
 * @property {number} logProbability  natural, by the model alone
 * @property {[id: number, probability: number][]} alternatives  the model's most probable tokens
 * @property {Knobs} knobs            it was drawn with; Mirostat's limit of surprisal is among them
 * @property {number} limitMass       the probability that the limit of surprisal took away
 */

/**
 * Reads ids, some at a time: between two of them something else may be done.
 * @param {any} model
 * @param {{ requireRoom(count: number): void }} reading
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
 * Writes on from ids, a token at a time, until the text or the context ends; null while it still reads.
 * @param {import("./gpt2.js").Gpt2} model
 * @param {number[]} prompt   at least one
 * @param {How} how
 * @returns {Generator<Step | null>}
 */
export function* write(model, prompt, { count, knobs, uniforms = [], mirostat, surprisals = [] }) {
  const reading = model.start();
  const ids = [...prompt];
  const before = [...surprisals];
  yield* readOn(model, reading, prompt);
  for (let t = 0; t < count; t++) {
    const base = rank(model.scores(reading, reading.length - 1));
    const now = mirostat ? { ...knobs, max_surprisal: limitAfter(mirostat, before) } : knobs;
    const all = stages(base, now, ids);
    const id = draw(all.at(-1).after, uniforms[t] ?? Math.random());
    const step = stepOf(base, all, id, now);
    before.push(surprisal(step));
    yield step;
    if (whyEnded(model, reading.length + 1, id)) return;
    model.read(reading, [id]);
    ids.push(id);
  }
}

/**
 * The step in which a token is put by hand after ids, and not drawn.
 * @param {import("./gpt2.js").Gpt2} model
 * @param {number[]} ids   at least one
 * @param {{ id: number, knobs: Knobs }} chosen
 * @returns {Generator<Step | null>}
 */
export function* choose(model, ids, { id, knobs }) {
  const reading = model.start();
  yield* readOn(model, reading, ids);
  const base = rank(model.scores(reading, reading.length - 1));
  yield stepOf(base, stages(base, knobs, ids), id, knobs);
}

/**
 * Why nothing can follow a token that is the last of so many; "" if something can.
 * @param {import("./gpt2.js").Gpt2} model
 * @param {number} length
 * @param {number} id
 */
export function whyEnded(model, length, id) {
  if (id === model.end) return "end of text";
  return length >= model.shape.context ? "context full" : "";
}

/**
 * @param {Ranking} base   the model's own distribution
 * @param {import("../../sampling/views/knobs_math.js").Stage[]} all   what the knobs make of it
 * @param {number} id
 * @param {Knobs} knobs
 * @returns {Step}
 */
function stepOf(base, all, id, knobs) {
  const left = all.at(-1).after;
  const [place, kept] = [base.ids.indexOf(id), left.ids.indexOf(id)];
  return {
    id,
    probability: kept < 0 ? 0 : probability(left, kept),
    logProbability: base.scores[place] - base.scores[0] - Math.log(base.total),
    alternatives: Array.from(base.ids.subarray(0, ALTERNATIVES), (other, i) => [other, probability(base, i)]),
    knobs,
    limitMass: all.find(({ name }) => name === "max_surprisal")?.removedMass ?? 0,
  };
}

/**
 * The token at the point u of the tokens laid end to end, the most probable first.
 * @param {Ranking} ranking
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
