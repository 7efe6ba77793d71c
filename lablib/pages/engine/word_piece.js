// BERT's tokenizer (Devlin et al. 2019): a text without capitals and accents is cut into words and
// marks of punctuation, and of each word the longest known beginning is taken, then of the rest.

import { ACCENT, CONTROL, IDEOGRAPH, KNOWN, WORD } from "./characters.js";
import { encode } from "./tokenizer.js";

export class WordPiece {
  /** @param {any} json   tokenizer.json */
  constructor(json) {
    this._json = json;
    /** @type {Map<string, number>} */
    this._ids = new Map(Object.entries(json.model.vocab));
    this._names = new Map(Object.entries(json.model.vocab).map(([name, id]) => [id, name]));
  }

  /** @param {string} text */
  encode(text) {
    return encode(this._json, text, (between) =>
      (normalized(between).match(WORD) ?? []).flatMap((word) => this._pieces([...word])),
    );
  }

  /**
   * The ids of a word's pieces, or the unknown token's for all of it.
   * @param {string[]} letters
   */
  _pieces(letters) {
    const { unk_token: unknown, continuing_subword_prefix: within, max_input_chars_per_word: most } = this._json.model;
    const ids = [];
    for (let start = 0; letters.length <= most && start < letters.length; ) {
      const found = this._longest(letters.slice(start), start ? within : "");
      if (!found) return [this._ids.get(unknown)];
      ids.push(found.id);
      start += found.length;
    }
    return ids.length ? ids : [this._ids.get(unknown)];
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
   * A token as it stands in the vocabulary, "##" before a piece from within a word.
   * @param {number} id
   */
  token(id) {
    return this._names.get(id);
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
