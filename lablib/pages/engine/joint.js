// Filling several gaps so that the words fit together: `lablib.masking.compute.joint`.

import { largest } from "./asking.js";
import { masksBefore, prepare, requireMask, scoresAt } from "./gaps.js";
import { logProbabilityOf } from "./layers_math.js";

const TOKENS = 16_384; // a search may read before it stops widening
const NARROWEST = 16; // beams with which a search begins

/** @typedef {import("./gaps.js").Opened} Opened */
/** @typedef {import("./gaps.js").MaskedText} MaskedText */

/**
 * A word for every gap: its tokens, the log-probability of each as the model saw it when it was chosen, and
 * that of all together from left to right; natural.
 * @typedef {{ ids: number[], pieces: string[], seen: number[], logProbability: number }} Filling
 */

/**
 * What each order puts into the gaps of a text, and the best combinations: first the text as it is read.
 * @param {Opened} opened
 * @param {{ text: string, count: number }} what
 */
export function* joint(opened, { text, count }) {
  const read = prepare(opened, text);
  yield { read: { ...read, first: masksBefore(read) }, tokens: read.ids.map((id) => opened.tokenizer.entry(id)) };
  requireMask(read.masks);
  const orders = [];
  for (const order of /** @type {Order[]} */ (["independent", "left to right", "most certain first"])) orders.push(yield* inOrder(opened, read, order));
  let [beams, left] = [Math.max(count, NARROWEST), TOKENS];
  const cost = read.masks.length * read.ids.length;
  for (;;) {
    const { fillings, exact } = yield* search(opened, read, beams, count);
    left -= beams * cost;
    if (!exact && left > 0 && 4 * beams * cost <= left) beams *= 4;
    else {
      yield { orders, fillings, exact };
      return;
    }
  }
}

/** @typedef {"independent" | "left to right" | "most certain first"} Order */

/**
 * The likeliest token in each gap: all at once, or one after another.
 * @param {Opened} opened
 * @param {MaskedText} read
 * @param {Order} order
 * @returns {Generator<null, Filling>}
 */
function* inOrder(opened, read, order) {
  const row = [...read.ids];
  const seen = read.masks.map(() => 0);
  let left = [...read.masks.keys()];
  while (left.length) {
    const found = scoresAt(opened, row, left.map((mask) => read.masks[mask])).map(best);
    yield null;
    const values = found.map(({ logProbability }) => logProbability);
    const now = order === "independent" ? [...left.keys()] : [order === "most certain first" ? values.indexOf(Math.max(...values)) : 0];
    for (const i of now) {
      row[read.masks[left[i]]] = found[i].id;
      seen[left[i]] = found[i].logProbability;
    }
    left = left.filter((_, i) => !now.includes(i));
  }
  const ids = read.masks.map((place) => row[place]);
  return { ids, pieces: piecesOf(opened, ids), seen, logProbability: yield* chain(opened, read.ids, read.masks, ids) };
}

/**
 * The log-probability of values at some places, each given those before it, added up.
 * @param {Opened} opened
 * @param {number[]} ids   with masks at the places
 * @param {number[]} places
 * @param {number[]} values
 * @returns {Generator<null, number>}
 */
export function* chain(opened, ids, places, values) {
  const row = [...ids];
  let total = 0;
  for (const [i, place] of places.entries()) {
    total += logProbabilityOf(scoresAt(opened, row, [place])[0], values[i]);
    row[place] = values[i];
    yield null;
  }
  return total;
}

/**
 * One beam search from left to right, and whether nothing better can have been dropped.
 * @param {Opened} opened
 * @param {MaskedText} read
 * @param {number} beams
 * @param {number} count
 * @returns {Generator<null, { fillings: Filling[], exact: boolean }>}
 */
function* search(opened, read, beams, count) {
  /** @type {{ ids: number[], seen: number[], total: number }[]} */
  let rows = [{ ids: [], seen: [], total: 0 }];
  let dropped = -Infinity;
  for (const place of read.masks) {
    const found = [];
    for (const row of rows) {
      const ids = [...read.ids];
      row.ids.forEach((id, mask) => (ids[read.masks[mask]] = id));
      const [scores] = scoresAt(opened, ids, [place]);
      for (const id of largest(scores, beams + 1)) {
        const logProbability = logProbabilityOf(scores, id);
        found.push({ ids: [...row.ids, id], seen: [...row.seen, logProbability], total: row.total + logProbability });
      }
      yield null;
    }
    found.sort((one, other) => other.total - one.total);
    if (found.length > beams) dropped = Math.max(dropped, found[beams].total);
    rows = found.slice(0, beams);
  }
  const fillings = rows.slice(0, count).map(({ ids, seen, total }) => ({ ids, pieces: piecesOf(opened, ids), seen, logProbability: total }));
  const exact = fillings.length === count && fillings[count - 1].logProbability >= dropped - 1e-6;
  return { fillings, exact };
}

/** @param {Float32Array} scores */
function best(scores) {
  const [id] = largest(scores, 1);
  return { id, logProbability: logProbabilityOf(scores, id) };
}

/**
 * @param {Opened} opened
 * @param {number[]} ids
 */
function piecesOf({ tokenizer }, ids) {
  return ids.map((id) => tokenizer.decode([id]));
}
