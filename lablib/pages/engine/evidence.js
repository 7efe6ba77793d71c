// Which words carry a guess: each is taken away in turn (`lablib.masking.compute.evidence`).

import { largest } from "./asking.js";
import { masksBefore, prepare, requireMask, scoresAt, wordInGap } from "./gaps.js";
import { chain } from "./joint.js";

/** @typedef {import("./gaps.js").Opened} Opened */
/** @typedef {import("./gaps.js").Word} Word */

/**
 * What the answer loses without each other word, and how much its mask looks at each: first the text as it
 * is read.
 * @param {Opened} opened
 * @param {{ text: string, answer: string, mask: number, how: "mask" | "replace" }} what   with no answer it is
 *   the model's best guess; a mask that the text lacks becomes its last
 */
export function* evidence(opened, { text, answer, mask, how }) {
  const { model, tokenizer } = opened;
  const whole = prepare(opened, text);
  yield { read: { ...whole, first: masksBefore(whole) }, tokens: whole.ids.map((id) => tokenizer.entry(id)) };
  requireMask(whole.masks);
  const gap = gapOf(opened, whole, answer, Math.min(mask, whole.masks.length - 1));
  const words = gap.words.filter((/** @type {Word} */ word) => word.text && !word.masked);
  if (!words.length) throw new Error("There is no other word that could carry the guess: type some.");
  const logProbability = yield* chain(opened, gap.ids, gap.places, gap.word);
  const found = [];
  for (const word of words) {
    const row = how === "mask" ? hidden(opened, gap.ids, word) : replaced(opened, gap.ids, word);
    const without = yield* chain(opened, row, gap.places, gap.word);
    found.push({ ...word, instead: tokenizer.decode(row.slice(word.first, word.last)), without, change: logProbability - without });
  }
  const looks = looksFrom(model, gap.ids, gap.places[0]);
  const look = (/** @type {Word} */ { first, last }) => looks.slice(first, last).reduce((total, weight) => total + weight, 0);
  yield {
    answer: answer || tokenizer.decode(gap.word),
    masks: gap.words.filter((/** @type {Word} */ { masked }) => masked).map((/** @type {Word} */ { first }) => first),
    place: gap.places[0],
    logProbability,
    words: found.map((word) => ({ ...word, look: look(word) })),
  };
}

/**
 * The answer's tokens and where they stand, in the text with masks for them.
 * @param {Opened} opened
 * @param {import("./gaps.js").MaskedText} whole
 * @param {string} answer
 * @param {number} mask
 */
function gapOf(opened, whole, answer, mask) {
  if (answer) return wordInGap(opened, whole, answer, mask);
  const place = whole.masks[mask];
  return { ids: whole.ids, words: whole.words, places: [place], word: largest(scoresAt(opened, whole.ids, [place])[0], 1) };
}

/**
 * The text with masks for a word.
 * @param {Opened} opened
 * @param {number[]} ids
 * @param {Word} word
 */
function hidden({ tokenizer }, ids, { first, last }) {
  return ids.map((id, place) => (first <= place && place < last ? tokenizer.maskId : id));
}

/**
 * The text with the likeliest other token for each piece of a word.
 * @param {Opened} opened
 * @param {number[]} ids
 * @param {Word} word
 */
function replaced(opened, ids, word) {
  const places = Array.from({ length: word.last - word.first }, (_, i) => word.first + i);
  const row = [...ids];
  scoresAt(opened, hidden(opened, ids, word), places).forEach((scores, i) => {
    const others = scores.map((score, id) => (id === ids[places[i]] || opened.tokenizer.entry(id).special ? -Infinity : score));
    [row[places[i]]] = largest(others, 1);
  });
  return row;
}

/**
 * How much a place looks at each other: the mean over all layers and heads.
 * @param {any} model
 * @param {number[]} ids
 * @param {number} place
 */
function looksFrom(model, ids, place) {
  const { layers, heads } = model.shape;
  const reading = model.start();
  model.read(reading, ids);
  const looks = new Float64Array(ids.length);
  for (let layer = 0; layer < layers; layer++)
    for (let head = 0; head < heads; head++)
      reading.row(layer, head, place).subarray(0, ids.length).forEach((/** @type {number} */ weight, /** @type {number} */ key) => (looks[key] += weight / (layers * heads)));
  return looks;
}
