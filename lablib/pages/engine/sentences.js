// How likely a sentence is: each word is hidden in turn and asked for (`lablib.masking.compute.sentences`).

import { prepare, scoresAt } from "./gaps.js";
import { logProbabilityOf } from "./layers_math.js";
import { sideBySide } from "./matching.js";

/** @typedef {import("./gaps.js").Opened} Opened */
/** @typedef {import("./gaps.js").MaskedText} MaskedText */

/**
 * @typedef {object} Score
 * @property {string} note        what was cut, in a sentence
 * @property {ScoredWord[]} words
 * @property {number} tokens      how many were scored: all but special ones and masks
 * @property {number} total       the pseudo-log-likelihood: the sum of the words', natural
 */

/** @typedef {{ text: string, pieces: number, logProbability: number }} ScoredWord */

/**
 * The score of each of some sentences, and of two their words side by side; before that, how far it is.
 * @param {Opened} opened
 * @param {{ texts: string[], wholeWords: boolean }} what   `wholeWords` hides the rest of a word with its piece
 */
export function* sentences(opened, { texts, wholeWords }) {
  const read = texts.map((text) => prepare(opened, text));
  const total = read.reduce((sum, each) => sum + piecesOf(each).length, 0);
  const scores = [];
  let done = 0;
  for (const each of read) {
    const logProbabilities = [];
    for (const [place, end] of piecesOf(each)) {
      logProbabilities.push(logProbabilityAt(opened, each.ids, place, wholeWords ? end : place + 1));
      yield { done: ++done, total };
    }
    scores.push(scoreOf(each, logProbabilities));
  }
  const pairs = scores.length === 2 ? sideBySide(scores[0].words, scores[1].words, ({ text }) => folded(text)) : [];
  yield { scores, pairs: pairs.map(([first, second]) => ({ first, second, same: folded(first?.text) === folded(second?.text) })) };
}

/**
 * The places that are asked for, each with the end of its word.
 * @param {MaskedText} read
 * @returns {[number, number][]}
 */
function piecesOf({ words }) {
  const known = words.filter(({ masked }) => !masked);
  if (!known.length) throw new Error("There is no word to score: type a sentence.");
  return known.flatMap(({ first, last }) => Array.from({ length: last - first }, (_, i) => /** @type {[number, number]} */ ([first + i, last])));
}

/**
 * How probable the token at a place is, everything from there to before `end` hidden.
 * @param {Opened} opened
 * @param {number[]} ids
 * @param {number} place
 * @param {number} end
 */
function logProbabilityAt(opened, ids, place, end) {
  const row = ids.map((id, i) => (place <= i && i < end ? opened.tokenizer.maskId : id));
  return logProbabilityOf(scoresAt(opened, row, [place])[0], ids[place]);
}

/**
 * @param {MaskedText} read
 * @param {number[]} logProbabilities   of its tokens, in their order
 * @returns {Score}
 */
function scoreOf({ note, words }, logProbabilities) {
  let next = 0;
  const sum = (/** @type {number} */ count) => logProbabilities.slice(next, (next += count)).reduce((total, value) => total + value, 0);
  const scored = words
    .filter(({ masked }) => !masked)
    .map(({ text, first, last }) => ({ text, pieces: last - first, logProbability: sum(last - first) }));
  const total = logProbabilities.reduce((all, value) => all + value, 0);
  return { note, words: scored, tokens: logProbabilities.length, total };
}

/**
 * A word without regard to capitals: `word.casefold()`.
 *
 * Letter by letter, since JavaScript writes the last sigma of a word in another way. Only the dotless i is
 * a letter of its own for Python and not here.
 * @param {string} [word]
 */
export function folded(word = "") {
  return Array.from(word, (letter) => (letter === "ı" ? letter : letter.toLowerCase().toUpperCase().toLowerCase())).join("");
}
