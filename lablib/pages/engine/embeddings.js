// Which vectors of the embedding matrix are near each other, and what becomes of one in a sentence
// (`lablib.transformer.compute.embeddings`).

import { largest } from "./asking.js";
import { locate } from "./located.js";
import { beginning } from "./prompt.js";
import { readOn } from "./writing.js";

/** @typedef {{ model: any, tokenizer: any }} Opened */

/**
 * The tokens nearest to a word, by the cosine of their vectors.
 * @param {Opened} opened
 * @param {{ word: string, count: number }} what
 */
export function* neighbours({ model, tokenizer }, { word, count }) {
  const ids = wordIds({ model, tokenizer }, word);
  const { entries } = model.shape;
  const own = ids.map((id) => model.tokenVector(id));
  const mean = own[0].map((/** @type {number} */ _, /** @type {number} */ i) => own.reduce((total, vector) => total + vector[i], 0) / own.length);
  const cosines = Array.from({ length: entries }, (_, id) => (ids.includes(id) ? -Infinity : cosine(model.tokenVector(id), mean)));
  yield { ids, near: largest(cosines, count).map((id) => ({ text: tokenizer.decode([id]), cosine: cosines[id] })) };
}

/**
 * The tokens of a word as it stands in the middle of a sentence.
 * @param {Opened} opened
 * @param {string} given
 * @returns {number[]}
 */
function wordIds({ model, tokenizer }, given) {
  const word = given.trim();
  if (!word) throw new Error("Type a word: there is no vector for an empty text.");
  return model.causal ? tokenizer.encode(` ${word}`) : tokenizer.encode(word).slice(1, -1);
}

/**
 * How alike the vectors of a word are in two sentences, from block to block, and those of any two other
 * tokens of both.
 * @param {Opened} opened
 * @param {{ word: string, sentences: string[] }} what
 */
export function* inContext(opened, { word, sentences }) {
  const { layers } = opened.model.shape;
  const [one, other] = [yield* placed(opened, word, sentences[0]), yield* placed(opened, word, sentences[1])];
  /** @type {[number[], number[]]} */
  const [same, others] = [[], []];
  for (let layer = 0; layer <= layers; layer++) {
    same.push(cosine(one.reading.vector(layer, one.place), other.reading.vector(layer, other.place)));
    const all = [];
    for (let i = 0; i < one.reading.length; i++)
      for (let j = 0; j < other.reading.length; j++)
        if (i !== one.place && j !== other.place) all.push(cosine(one.reading.vector(layer, i), other.reading.vector(layer, j)));
    others.push(all.reduce((total, value) => total + value, 0) / all.length);
    yield null;
  }
  yield { same, others };
}

/**
 * A sentence that was read, and the token in which the word stands last.
 * @param {Opened} opened
 * @param {string} word
 * @param {string} sentence
 * @returns {Generator<null, { reading: import("./reading.js").Reading, place: number }>}
 */
function* placed(opened, word, sentence) {
  const { ids } = beginning(opened, sentence);
  const reading = opened.model.start();
  yield* readOn(opened.model, reading, ids);
  return { reading, place: placeOf(opened, word, sentence, ids.length) };
}

/**
 * @param {Opened} opened
 * @param {string} given
 * @param {string} sentence
 * @param {number} length   how many tokens were read
 */
function placeOf({ tokenizer }, given, sentence, length) {
  const [text, word] = [sentence.toWellFormed().toLowerCase(), given.toWellFormed().trim().toLowerCase()];
  const located = [...locate(tokenizer, sentence, true)].find(Boolean);
  const spans = [...located.spans].slice(0, 2 * length);
  const readTo = spans.reduce((most, place) => Math.max(most, place), 0);
  const letters = (/** @type {number} */ units) => [...text.slice(0, units)].length;
  const ends = [];
  for (let at = text.indexOf(word); word && at >= 0; at = text.indexOf(word, at + word.length)) ends.push(letters(at + word.length));
  const end = ends.findLast((place) => place <= readTo);
  if (end === undefined) throw new Error(`The word '${given.trim()}' should stand in both sentences.`);
  const places = [...Array(spans.length / 2).keys()].filter((i) => spans[2 * i] < end && spans[2 * i] < spans[2 * i + 1]);
  return Math.max(...places);
}

/**
 * @param {Float32Array} a
 * @param {Float32Array} b
 */
function cosine(a, b) {
  let [product, one, other] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    product += a[i] * b[i];
    one += a[i] ** 2;
    other += b[i] ** 2;
  }
  return product / Math.max(Math.sqrt(one * other), 1e-8);
}
