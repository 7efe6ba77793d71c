// The unigram tokenizer (Kudo 2018) as T5 has it: each word, with ▁ before it, is cut into those entries of
// the vocabulary that are likeliest together.

import { encode, stretches, withMarks } from "./tokenizer.js";

const SPACE = "▁";
/** So many words are cut before others have their turn. */
const WORDS_AT_ONCE = 1000;
/** How much less likely an unknown letter is than the least likely entry, as `tokenizers` has it. */
const UNKNOWN = 10;

export class Unigram {
  /** Whether its pieces are told in bytes; they are told in characters. */
  countsBytes = false;

  /** @param {any} json   tokenizer.json */
  constructor(json) {
    const { vocab, unk_id: unknown } = json.model;
    this._json = json;
    this._names = vocab.map((/** @type {[string, number]} */ [name]) => name);
    this._unknown = unknown;
    /** @type {Map<string, { id: number, score: number }>} */
    this._entries = new Map(vocab.map((/** @type {[string, number]} */ [name, score], /** @type {number} */ id) => [name, { id, score }]));
    const scores = vocab.map((/** @type {[string, number]} */ [, score]) => score);
    this._unknownScore = scores.reduce((/** @type {number} */ least, /** @type {number} */ score) => Math.min(least, score), 0) - UNKNOWN;
    this._longest = this._names.reduce((/** @type {number} */ most, /** @type {string} */ name) => Math.max(most, [...name].length), 0);
    this._special = new Set(json.added_tokens.map((/** @type {any} */ mark) => mark.id));
  }

  /** @param {string} text */
  encode(text) {
    return encode(this._json, text, (between) => words(between).flatMap(({ letters }) => this._cut(letters).map(({ id }) => id)));
  }

  /**
   * The tokens of a text with the characters they come from, and null now and then, where one may stop.
   * @param {string} text
   * @param {boolean} control   whether a control token that is spelled in the text is read as one
   * @returns {Generator<import("./located.js").Piece | null>}
   */
  *pieces(text, control) {
    /** @type {import("./located.js").Piece[]} */
    const inside = [];
    let [start, count] = [0, 0];
    for (const { text: part, mark } of stretches(this._json, text, control)) {
      if (mark !== null) inside.push({ id: mark, start, end: start + [...part].length, word: count++ });
      else
        for (const { letters, place, given } of words(part)) {
          const put = given ? 0 : 1; // the mark that is put before a word has the place of its first letter
          const first = start + place;
          for (const { id, from, to } of this._cut(letters))
            inside.push({ id, start: first + Math.max(from - put, 0), end: first + Math.max(to - put, 1), word: count });
          if (++count % WORDS_AT_ONCE === 0) yield null;
        }
      start += [...part].length;
    }
    yield* withMarks(this._json, inside);
  }

  /**
   * The likeliest way to cut a word, with the letters of each piece; unknown letters beside each other are one.
   * @param {string[]} letters
   */
  _cut(letters) {
    /** @type {{ id: number, start: number, score: number }[]} the best entry that ends after so many letters */
    const best = [{ id: -1, start: 0, score: 0 }];
    const offer = (/** @type {number} */ end, /** @type {number} */ id, /** @type {number} */ start, /** @type {number} */ own) => {
      const score = best[start].score + own;
      if (!best[end] || score > best[end].score) best[end] = { id, start, score };
    };
    for (let start = 0; start < letters.length; start++) {
      for (let end = start + 1; end <= Math.min(letters.length, start + this._longest); end++) {
        const entry = this._entries.get(letters.slice(start, end).join(""));
        if (entry) offer(end, entry.id, start, entry.score);
      }
      if (!this._entries.has(letters[start])) offer(start + 1, this._unknown, start, this._unknownScore);
    }
    const pieces = [];
    for (let end = letters.length; end > 0; end = best[end].start) {
      const { id, start } = best[end];
      if (id === this._unknown && pieces[0]?.id === id) pieces[0].from = start;
      else pieces.unshift({ id, from: start, to: end });
    }
    return pieces;
  }

  /**
   * Tokens as a text of their own.
   * @param {number[]} ids
   */
  decode(ids) {
    return ids.map((id, i) => this._names[id].replaceAll(SPACE, i ? " " : "")).join("");
  }

  /**
   * Tokens as a text, without the marks among them.
   * @param {number[]} ids
   */
  read(ids) {
    return this.decode(ids.filter((id) => !this._special.has(id)));
  }

  /**
   * @param {number} id
   * @returns {import("./entries.js").Entry}
   */
  entry(id) {
    const special = this._special.has(id);
    const text = special ? this._names[id] : this._names[id].replaceAll(SPACE, " ");
    return { id, text, bytes: new TextEncoder().encode(text), special, partial: false };
  }
}

/**
 * The words of a text, letter by letter, each with the mark of its beginning and with its place in the text;
 * `given` says whether the mark is spelled in the text, where it begins a word, too.
 * @param {string} text
 */
function words(text) {
  const found = [];
  let [units, place] = [0, 0];
  for (const { 0: word, index } of text.matchAll(/▁[^▁\p{White_Space}]*|[^▁\p{White_Space}]+/gu)) {
    place += [...text.slice(units, index)].length;
    units = index;
    const given = word.startsWith(SPACE);
    found.push({ letters: [...(given ? word : SPACE + word)], place, given });
  }
  return found;
}
