// Gaps in a text and what a model that reads both sides expects there: what `lablib.masking` computes in
// its text.py, fill.py and gaps.py, for a tokenizer of WordPiece.

import { probabilitiesOf } from "./layers_math.js";

export const MASK = "[MASK]";

/**
 * @typedef {object} Piece
 * @property {number} id
 * @property {number} start   its characters (code points) in the text
 * @property {number} end
 * @property {number | null} word   of which word it is a piece, null for a mark that was added
 */

/**
 * A word of a text, or a mask, or a mark of punctuation.
 * @typedef {{ text: string, start: number, end: number, first: number, last: number, masked: boolean }} Word
 */

/**
 * A text as the model reads it.
 * @typedef {object} MaskedText
 * @property {string} text    its masks written [MASK]
 * @property {number[]} ids
 * @property {Word[]} words   those that were not cut off
 * @property {number[]} masks the places of the masks among the ids
 * @property {string} note    what was cut, in a sentence; "" if nothing was
 */

/** @typedef {{ model: import("./bert.js").Bert, tokenizer: import("./word_piece.js").WordPiece }} Opened */

/**
 * The text with every way to write a mask turned into one.
 * @param {string} text
 */
function clean(text) {
  return text.toWellFormed().replace(/\[mask\]/gi, MASK);
}

/**
 * @param {Opened} opened
 * @param {string} given
 */
export function prepare(opened, given) {
  const text = clean(given);
  return read(opened, [...text], piecesOf(opened, text));
}

/**
 * @param {Opened} opened
 * @param {string} text
 * @returns {Piece[]}
 */
function piecesOf({ tokenizer }, text) {
  return [...tokenizer.pieces(text, true)]
    .filter((piece) => piece !== null)
    .map(({ id, start, end, word, added }) => ({ id, start, end, word: added ? null : word }));
}

/**
 * Pieces as words, cut to what the model can read.
 * @param {Opened} opened
 * @param {string[]} letters   the text, by code points
 * @param {Piece[]} pieces
 * @returns {MaskedText}
 */
function read({ model, tokenizer }, letters, pieces) {
  const words = wordsOf(letters, pieces, tokenizer.maskId);
  const kept = cut(pieces, words, model.shape.context);
  const masks = kept.words.filter(({ masked }) => masked).map(({ first }) => first);
  const note = noteOf(kept, model.shape.context, masks.length > 0);
  return { text: letters.join(""), ids: kept.ids, words: kept.words, masks, note };
}

/**
 * @param {string[]} letters
 * @param {Piece[]} pieces
 * @param {number} maskId
 */
function wordsOf(letters, pieces, maskId) {
  /** @type {Word[]} */
  const words = [];
  pieces.forEach(({ id, start, end, word }, place) => {
    if (word === null) return;
    if (place > 0 && pieces[place - 1].word === word) {
      const last = words[words.length - 1];
      words[words.length - 1] = { ...last, text: letters.slice(last.start, end).join(""), end, last: place + 1 };
    } else words.push({ text: letters.slice(start, end).join(""), start, end, first: place, last: place + 1, masked: id === maskId });
  });
  return words;
}

/**
 * The part that fits the context, whole words only, with the marks round it.
 * @param {Piece[]} pieces
 * @param {Word[]} words
 * @param {number} context
 */
function cut(pieces, words, context) {
  const ids = pieces.map(({ id }) => id);
  if (ids.length <= context || !words.length) return { ids, words, before: 0, after: 0 };
  const [first, last] = [words[0].first, words[words.length - 1].last];
  const [head, tail] = [ids.slice(0, first), ids.slice(last)];
  const room = context - head.length - tail.length;
  const start = windowStart(first, last, room, words.filter(({ masked }) => masked).map((word) => word.first));
  const kept = words.filter((word) => start <= word.first && word.last <= start + room);
  const [begin, end] = kept.length ? [kept[0].first, kept[kept.length - 1].last] : [first, first];
  const back = begin - head.length;
  return {
    ids: [...head, ...ids.slice(begin, end), ...tail],
    words: kept.map((word) => ({ ...word, first: word.first - back, last: word.last - back })),
    before: begin - first,
    after: last - end,
  };
}

/**
 * Where a window of `room` tokens begins that has the masks in its middle.
 * @param {number} first
 * @param {number} last
 * @param {number} room
 * @param {number[]} masks
 */
function windowStart(first, last, room, masks) {
  if (!masks.length) return first;
  const together = masks.filter((place) => place < masks[0] + room);
  const middle = Math.floor((together[0] + together[together.length - 1]) / 2);
  return Math.max(first, Math.min(middle - Math.floor(room / 2), last - room));
}

/**
 * @param {{ ids: number[], before: number, after: number }} kept
 * @param {number} context
 * @param {boolean} masked
 */
function noteOf({ ids, before, after }, context, masked) {
  if (!before && !after) return "";
  const count = (/** @type {number} */ number) => number.toLocaleString("en");
  const parts = [before && `the first ${count(before)}`, after && `the last ${count(after)}`].filter(Boolean);
  const where = masked ? ", around the mask" : "";
  return (
    `The text has ${count(ids.length + before + after)} tokens and the model reads at most ${count(context)}: ` +
    `${parts.join(" and ")} were left out${where}.`
  );
}

/**
 * The probabilities at some places of a row, each over the whole vocabulary.
 * @param {Opened} opened
 * @param {number[]} ids
 * @param {number[]} places
 */
function probabilitiesAt(opened, ids, places) {
  return scoresAt(opened, ids, places).map(probabilitiesOf);
}

/**
 * The scores at some places of a row.
 * @param {Opened} opened
 * @param {number[]} ids
 * @param {number[]} places
 */
export function scoresAt({ model }, ids, places) {
  const reading = model.start();
  model.read(reading, ids);
  return places.map((place) => model.scores(reading, place));
}

/**
 * Refuses a text without a mask.
 * @param {number[]} masks
 */
export function requireMask(masks) {
  if (!masks.length)
    throw new Error(`There is no mask in this text: click a word to hide it, or type ${MASK} where the model should guess.`);
}

/**
 * How many masks of the whole text stand before those that were read.
 * @param {MaskedText} read
 */
export function masksBefore({ text, words }) {
  return words.length ? [...text].slice(0, words[0].start).join("").split(MASK).length - 1 : 0;
}

/**
 * The k most probable tokens for each mask, each on its own.
 * @param {Opened} opened
 * @param {MaskedText} text
 * @param {number} k
 * @returns {{ id: number, text: string, probability: number }[][]}
 */
export function fill(opened, { ids, masks }, k) {
  requireMask(masks);
  return probabilitiesAt(opened, ids, masks).map((probabilities) =>
    Array.from(probabilities.keys())
      .sort((a, b) => probabilities[b] - probabilities[a])
      .slice(0, k)
      .map((id) => ({ id, text: opened.tokenizer.entry(id).text, probability: probabilities[id] })),
  );
}

/**
 * How probable a word is at a mask: of each of its pieces from left to right, given those before it.
 * @param {Opened} opened
 * @param {MaskedText} text
 * @param {string} word
 * @param {number} mask   counted from 0
 * @returns {Generator<null, { word: string, ids: number[], pieces: string[], probability: number }>}
 */
export function* scoreWord(opened, text, word, mask) {
  const gap = wordInGap(opened, text, word, mask);
  const row = [...gap.ids];
  let probability = 1;
  for (const [i, place] of gap.places.entries()) {
    probability *= probabilitiesAt(opened, row, [place])[0][gap.word[i]];
    row[place] = gap.word[i];
    yield null;
  }
  return { word, ids: gap.word, pieces: gap.word.map((id) => opened.tokenizer.entry(id).text), probability };
}

/**
 * The tokens of a word where a mask stands, and the text with these tokens hidden.
 * @param {Opened} opened
 * @param {MaskedText} text
 * @param {string} given
 * @param {number} mask
 */
export function wordInGap(opened, text, given, mask) {
  const { start } = text.words.find(({ first }) => first === text.masks[mask]);
  const letters = [...text.text];
  const word = [...clean(given).trim()];
  if (!word.length) throw new Error("Type a word to ask how probable it is.");
  const before = letters.slice(0, start);
  const after = letters.slice(start + MASK.length);
  const filled = piecesOf(opened, [...before, ...word, ...after].join(""));
  const own = tokensOf(filled, start, start + word.length);
  const ids = own ? filled.slice(...own).map(({ id }) => id) : betweenBrackets(opened, before, word);
  requireKnown(opened, given, ids);
  const masks = [...MASK.repeat(ids.length)];
  const hiddenLetters = [...before, ...masks, ...after];
  const hidden = own ? withMasks(filled, own, start, word.length, opened.tokenizer.maskId) : piecesOf(opened, hiddenLetters.join(""));
  const found = read(opened, hiddenLetters, hidden);
  const end = start + masks.length;
  const places = found.words.filter((each) => each.masked && each.start >= start && each.start < end).map(({ first }) => first);
  if (places.length < ids.length) throw new Error("The text is too long for the model to take a word of so many pieces.");
  return { ids: found.ids, words: found.words, places, word: ids };
}

/**
 * From where to where the tokens stand that a stretch of the text became; null if one of them is from
 * outside it, too.
 * @param {Piece[]} pieces
 * @param {number} start
 * @param {number} end
 * @returns {[number, number] | null}
 */
function tokensOf(pieces, start, end) {
  const own = [...pieces.keys()].filter((i) => pieces[i].word !== null && pieces[i].start < end && pieces[i].end > start);
  const beyond = own.some((i) => pieces[i].start < start || pieces[i].end > end);
  return !own.length || beyond ? null : [own[0], own[own.length - 1] + 1];
}

/**
 * The tokens of a word with brackets in the place of its neighbours, or else of it alone.
 * @param {Opened} opened
 * @param {string[]} before
 * @param {string[]} word
 */
function betweenBrackets(opened, before, word) {
  const space = before.length && !/\s/u.test(before[before.length - 1]) ? "" : " ";
  const opening = before.length ? `(${space}` : "";
  for (const text of [`${opening}${word.join("")})`, `${opening}${word.join("")}`]) {
    const pieces = piecesOf(opened, text);
    const own = tokensOf(pieces, opening.length, opening.length + word.length);
    if (own) return pieces.slice(...own).map(({ id }) => id);
  }
  return piecesOf(opened, word.join("")).filter(({ word: number }) => number !== null).map(({ id }) => id);
}

/**
 * @param {Opened} opened
 * @param {string} word
 * @param {number[]} ids
 */
function requireKnown({ tokenizer }, word, ids) {
  if (!ids.length || ids.includes(tokenizer.unknownId) || ids.includes(tokenizer.maskId))
    throw new Error(
      `“${word}” is not in this model's vocabulary, not even in pieces, so the model cannot guess it: ask for another word.`,
    );
}

/**
 * The pieces with a mask for each token of a word, which has `size` characters from `start` on.
 * @param {Piece[]} pieces
 * @param {[number, number]} own
 * @param {number} start
 * @param {number} size
 * @param {number} maskId
 * @returns {Piece[]}
 */
function withMasks(pieces, [first, last], start, size, maskId) {
  const count = last - first;
  const longer = count * MASK.length - size;
  const masks = Array.from({ length: count }, (_, i) => ({
    id: maskId,
    start: start + i * MASK.length,
    end: start + (i + 1) * MASK.length,
    word: i - count, // each mask is a word of its own
  }));
  const moved = pieces.slice(last).map((piece) => ({ ...piece, start: piece.start + longer, end: piece.end + longer }));
  return [...pieces.slice(0, first), ...masks, ...moved];
}
