// What a model is asked about a text, so that two answers can be compared: `lablib.attention.compute.asking`,
// and what it answers with heads muted or parts left out.

import { logProbabilityOf, probabilitiesOf } from "./layers_math.js";
import { beginning } from "./prompt.js";
import { readOn } from "./writing.js";

const STRIDE = 7;
const SMALLEST = 2 ** -126; // of 32-bit numbers, which a probability may fall below
const AT_ONCE = 16; // so many places are scored before others have their turn

/** @typedef {{ model: any, tokenizer: any }} Opened */

/**
 * @typedef {object} Asked
 * @property {number[]} ids       what is read; of a masked model's text one token is the mask
 * @property {string} note        what was cut, in a sentence
 * @property {number} position    where a token is asked for
 * @property {number} place       the same among the places of row 0
 * @property {number[][]} rows
 * @property {[row: number, place: number, id: number][]} targets   what the loss asks for
 */

/** @typedef {{ probabilities: Float64Array, loss: number, reading: import("./reading.js").Reading }} Answer */

/**
 * The token after a text and each of its tokens after those before; or a masked token, and every
 * ordinary one when a seventh of them is masked at a time.
 * @param {Opened} opened
 * @param {string} text
 * @returns {Asked}
 */
export function ask(opened, text) {
  const { ids, note } = beginning(opened, text);
  return opened.model.causal ? askNext(ids, note) : askMasked(opened, ids, note);
}

/**
 * @param {number[]} ids
 * @param {string} note
 * @returns {Asked}
 */
function askNext(ids, note) {
  const last = ids.length - 1;
  const targets = ids.slice(1).map((id, place) => /** @type {[number, number, number]} */ ([0, place, id]));
  return { ids, note, position: last + 1, place: last, rows: [ids], targets };
}

/**
 * @param {Opened} opened
 * @param {number[]} whole
 * @param {string} note
 * @returns {Asked}
 */
function askMasked({ tokenizer }, whole, note) {
  const ordinary = [...whole.keys()].filter((place) => !tokenizer.entry(whole[place]).special);
  const masks = [...whole.keys()].filter((place) => whole[place] === tokenizer.maskId);
  const [place] = masks.length ? masks : ordinary.slice(-1);
  if (place === undefined) throw new Error("Type a word: there is nothing to mask in an empty text.");
  const ids = whole.with(place, tokenizer.maskId);
  const rows = [ids, ...Array.from({ length: Math.min(STRIDE, ordinary.length) }, () => [...whole])];
  const targets = ordinary.map((at, n) => {
    const row = 1 + (n % STRIDE);
    rows[row][at] = tokenizer.maskId;
    return /** @type {[number, number, number]} */ ([row, at, whole[at]]);
  });
  return { ids, note, position: place, place, rows, targets };
}

/**
 * The distribution that is asked for, and the loss in bits per token: not-a-number without targets.
 * @param {any} model
 * @param {Asked} asked
 * @param {import("./reading.js").Head[]} muted
 * @param {import("./reading.js").LeftOut} leftOut
 * @returns {Generator<null, Answer>}
 */
export function* answer(model, asked, muted = [], leftOut = undefined) {
  const readings = [];
  for (const row of asked.rows) {
    const reading = model.start(muted, leftOut);
    yield* readOn(model, reading, row);
    readings.push(reading);
  }
  let surprise = 0;
  for (const [n, [row, place, id]] of asked.targets.entries()) {
    surprise -= logProbabilityOf(model.scores(readings[row], place), id) / Math.LN2;
    if (n % AT_ONCE === AT_ONCE - 1) yield null;
  }
  const probabilities = probabilitiesOf(model.scores(readings[0], asked.place));
  return { probabilities, loss: surprise / asked.targets.length, reading: readings[0] };
}

/**
 * How far one distribution is from another, in bits (Kullback and Leibler).
 * @param {Float64Array} before
 * @param {Float64Array} after
 */
export function divergence(before, after) {
  const log = (/** @type {number} */ p) => Math.log2(Math.max(p, SMALLEST));
  return Math.max(0, before.reduce((bits, p, i) => bits + p * (log(p) - log(after[i])), 0));
}

/**
 * The k largest numbers' places, the largest first, and of equal ones the first. A few are wanted of
 * thousands, so those are kept in order while all are looked at once: sorting all takes far longer.
 * @param {ArrayLike<number>} values
 * @param {number} k
 */
export function largest(values, k) {
  /** @type {number[]} */
  const best = [];
  for (let i = 0; i < values.length; i++) {
    let at = best.length;
    while (at > 0 && values[i] > values[best[at - 1]]) at--;
    if (at === k) continue;
    best.splice(at, 0, i);
    best.length = Math.min(best.length, k);
  }
  return best;
}

/**
 * The k most probable tokens of each distribution, the most probable before first.
 * @param {Opened} opened
 * @param {Float64Array} before
 * @param {Float64Array} after
 * @param {number} k
 */
export function changes({ tokenizer }, before, after, k) {
  const ids = [...new Set([...largest(before, k), ...largest(after, k)])];
  return ids
    .map((id) => ({ id, text: tokenizer.decode([id]), before: before[id], after: after[id] }))
    .sort((one, other) => other.before - one.before || other.after - one.after);
}
