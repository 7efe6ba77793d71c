// BERT's tokenizer (Devlin et al. 2019): a text without capitals and accents is cut into words and
// marks of punctuation, and of each word the longest known beginning is taken, then of the rest.

import { ACCENT, CONTROL, IDEOGRAPH, KNOWN, WORD } from "./characters.js";
import { encode, stretches, withMarks } from "./tokenizer.js";

/** So many words are cut before others have their turn. */
const WORDS_AT_ONCE = 1000;

/** A token that stands close to the word before it, as the tokenizers library has it where it cleans up. */
const CLOSE = /^(?:[.?!,]|n't|'(?:m|s|ve|re))/;

export class WordPiece {
  /** Whether its pieces are told in bytes; they are told in characters, since it changes the text. */
  countsBytes = false;

  /** @param {any} json   tokenizer.json */
  constructor(json) {
    this._json = json;
    /** @type {Map<string, number>} */
    this._ids = new Map(Object.entries(json.model.vocab));
    this.unknownId = this._ids.get(json.model.unk_token);
    this.maskId = this._ids.get("[MASK]");
    this._names = new Map(Object.entries(json.model.vocab).map(([name, id]) => [id, name]));
  }

  /** @param {string} text */
  encode(text) {
    return encode(this._json, text, (between) =>
      (normalized(between).match(WORD) ?? []).flatMap((word) => this._pieces([...word]).map(({ id }) => id)),
    );
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
      const length = [...part].length;
      if (mark !== null) inside.push({ id: mark, start, end: start + length, word: count++ });
      else
        for (const word of wordsIn(part, start)) {
          for (const { id, from, to } of this._pieces(word.map(({ letter }) => letter)))
            inside.push({ id, start: word[from].place, end: word[to - 1].place + 1, word: count });
          if (++count % WORDS_AT_ONCE === 0) yield null;
        }
      start += length;
    }
    yield* withMarks(this._json, inside);
  }

  /**
   * A word's pieces, each with the letters it has, or the unknown token for all of it.
   * @param {string[]} letters
   */
  _pieces(letters) {
    const { unk_token: unknown, continuing_subword_prefix: within, max_input_chars_per_word: most } = this._json.model;
    const whole = [{ id: this._ids.get(unknown), from: 0, to: letters.length }];
    const pieces = [];
    for (let start = 0; letters.length <= most && start < letters.length; ) {
      const found = this._longest(letters.slice(start), start ? within : "");
      if (!found) return whole;
      pieces.push({ id: found.id, from: start, to: start + found.length });
      start += found.length;
    }
    return pieces.length ? pieces : whole;
  }

  /**
   * The longest beginning that is in the vocabulary.
   * @param {string[]} letters
   * @param {string} prefix
   */
  _longest(letters, prefix) {
    for (let length = letters.length; length > 0; length--) {
      const id = this._ids.get(prefix + letters.slice(0, length).join(""));
      if (id !== undefined) return { id, length };
    }
    return null;
  }

  /**
   * Tokens as a text of their own: a space before each word, and none before what stands close to a word.
   * @param {number[]} ids
   */
  decode(ids) {
    const prefix = this._json.model.continuing_subword_prefix;
    const names = ids.map((id) => this._names.get(id));
    const spaced = (/** @type {string} */ name) => (this._json.decoder.cleanup && CLOSE.test(name) ? name : ` ${name}`);
    return names.map((name, i) => (i === 0 ? name : name.startsWith(prefix) ? name.slice(prefix.length) : spaced(name))).join("");
  }

  /**
   * A piece from within a word keeps the "##" with which the vocabulary writes it.
   * @param {number} id
   * @returns {import("./entries.js").Entry}
   */
  entry(id) {
    const text = this._names.get(id);
    const special = this._json.added_tokens.some((/** @type {any} */ mark) => mark.id === id);
    const within = !special && text.startsWith(this._json.model.continuing_subword_prefix);
    return { id, text, bytes: new TextEncoder().encode(within ? text.slice(2) : text), special, partial: false };
  }
}

/**
 * The text as the words of the vocabulary are written: lower case, no accents, no controls.
 * @param {string} text
 */
export function normalized(text) {
  const clean = text.replace(CONTROL, "").replace(/\p{White_Space}/gu, " ").replace(IDEOGRAPH, " $& ");
  const bare = clean.replace(KNOWN, (known) => known.normalize("NFD")).replace(ACCENT, "");
  // Letter by letter: of a whole word, JavaScript would write a last sigma in another way.
  return Array.from(bare, (letter) => letter.toLowerCase()).join("");
}

/**
 * The words of a text, letter by letter as the vocabulary writes them, each with its place in the text.
 * @param {string} text
 * @param {number} start   the place of its first character
 */
function wordsIn(text, start) {
  /** @type {{ letter: string, place: number }[]} */
  const letters = [];
  [...text].forEach((character, i) => {
    for (const letter of normalized(character)) letters.push({ letter, place: start + i });
  });
  const words = [];
  let [at, next] = [0, 0]; // how many units of the joined text were passed, and how many letters
  for (const { index, 0: word } of letters.map(({ letter }) => letter).join("").matchAll(WORD)) {
    while (at < index) at += letters[next++].letter.length;
    const first = next;
    while (at < index + word.length) at += letters[next++].letter.length;
    words.push(letters.slice(first, next));
  }
  return words;
}
