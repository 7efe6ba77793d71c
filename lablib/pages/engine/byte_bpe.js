// GPT-2's tokenizer (Radford et al. 2019): a text is cut into words, a word is its bytes, and pairs
// are merged in the order in which they were learned (Sennrich et al. 2016).

import { readable } from "./entries.js";
import { encode, stretches } from "./tokenizer.js";

const SPACE = String.raw`\p{White_Space}`;
const WORD = new RegExp(
  String.raw`'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^${SPACE}\p{L}\p{N}]+|${SPACE}+(?!\P{White_Space})|${SPACE}+`,
  "gu",
);

/** So many words are cut before others have their turn. */
const WORDS_AT_ONCE = 1000;

/** The letter that stands for each byte: printable ones for themselves, the others from U+0100 on. */
const LETTERS = letters();

function letters() {
  let others = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte > 32 && byte < 127) || (byte > 160 && byte !== 173);
    return String.fromCodePoint(printable ? byte : others++);
  });
}

const BYTES = new Map(LETTERS.map((letter, byte) => [letter, byte]));

export class ByteBpe {
  /** Whether its pieces are told in bytes: put together, they are the text. */
  countsBytes = true;

  /** @param {any} json   tokenizer.json */
  constructor(json) {
    this._json = json;
    /** @type {Record<string, number>} */
    this._ids = json.model.vocab;
    /** @type {[string, string][]} */
    const merges = json.model.merges;
    this._ranks = new Map(merges.map((pair, rank) => [pair.join(" "), rank]));
    this._names = new Map(Object.entries(this._ids).map(([name, id]) => [id, name]));
    this._marks = new Map(json.added_tokens.map((/** @type {any} */ mark) => [mark.id, mark.content]));
  }

  /** @param {string} text */
  encode(text) {
    return encode(this._json, text, (between) =>
      (between.match(WORD) ?? []).flatMap((word) => this._merged(word).map((name) => this._ids[name])),
    );
  }

  /**
   * The tokens of a text with the bytes they come from, and null now and then, where one may stop.
   * @param {string} text
   * @param {boolean} control   whether a control token that is spelled in the text is read as one
   * @returns {Generator<import("./located.js").Piece | null>}
   */
  *pieces(text, control) {
    let [start, count] = [0, 0];
    for (const { text: part, mark } of stretches(this._json, text, control))
      for (const word of mark === null ? (part.match(WORD) ?? []) : [part]) {
        for (const id of mark === null ? this._merged(word).map((name) => this._ids[name]) : [mark]) {
          const end = start + this.bytes(id).length;
          yield { id, start, end };
          start = end;
        }
        if (++count % WORDS_AT_ONCE === 0) yield null;
      }
  }

  /**
   * A word's tokens. The pair that was learned first is merged wherever it stands, then the next.
   * @param {string} word
   */
  _merged(word) {
    let parts = Array.from(new TextEncoder().encode(word), (byte) => LETTERS[byte]);
    for (;;) {
      const pair = this._best(parts);
      if (!pair) return parts;
      parts = joined(parts, pair);
    }
  }

  /**
   * The neighbours that were learned first, if any of them were.
   * @param {string[]} parts
   */
  _best(parts) {
    let [best, first] = [-1, Infinity];
    for (let i = 0; i + 1 < parts.length; i++) {
      const rank = this._ranks.get(`${parts[i]} ${parts[i + 1]}`) ?? Infinity;
      if (rank < first) [best, first] = [i, rank];
    }
    return best < 0 ? null : [parts[best], parts[best + 1]];
  }

  /**
   * The bytes that a token stands for.
   * @param {number} id
   */
  bytes(id) {
    const mark = this._marks.get(id);
    if (mark !== undefined) return new TextEncoder().encode(mark);
    return Uint8Array.from(this._names.get(id) ?? "", (letter) => BYTES.get(letter) ?? 0);
  }

  /**
   * @param {number} id
   * @returns {import("./entries.js").Entry}
   */
  entry(id) {
    const bytes = this.bytes(id);
    return { id, ...readable(bytes), bytes, special: this._marks.has(id) };
  }

  /**
   * The text that ids stand for; bytes that are no character become U+FFFD.
   * @param {number[]} ids
   */
  decode(ids) {
    const bytes = Uint8Array.from(ids.flatMap((id) => [...this.bytes(id)]));
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  }
}

/**
 * The parts with this pair made one, wherever it stands.
 * @param {string[]} parts
 * @param {string[]} pair
 */
function joined(parts, [left, right]) {
  const result = [];
  for (let i = 0; i < parts.length; i++)
    if (parts[i] === left && parts[i + 1] === right) {
      result.push(left + right);
      i++;
    } else result.push(parts[i]);
  return result;
}
