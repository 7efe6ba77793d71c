// GPT-2's tokenizer (Radford et al. 2019): a text is cut into words, a word is its bytes, and pairs
// are merged in the order in which they were learned (Sennrich et al. 2016).

import { encode } from "./tokenizer.js";

const SPACE = String.raw`\p{White_Space}`;
const WORD = new RegExp(
  String.raw`'(?:s|t|re|ve|m|ll|d)| ?\p{L}+| ?\p{N}+| ?[^${SPACE}\p{L}\p{N}]+|${SPACE}+(?!\P{White_Space})|${SPACE}+`,
  "gu",
);

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
