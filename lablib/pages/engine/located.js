// A text's tokens with the place of each in the text, as `lablib.tokenization.encode` finds them.

/**
 * @typedef {object} Located
 * @property {string} text          as it was read: U+FFFD stands for lone surrogates
 * @property {Int32Array} ids
 * @property {Int32Array} spans     start and end of each token in characters (code points), [2 · tokens]
 * @property {Int32Array} byteSpans the same in bytes of UTF-8
 * @property {Uint8Array} added     1 for a token that the tokenizer added
 * @property {Uint8Array} shared    1 for a token that shares a character, as people count, with another
 * @property {number} unread        characters that no token comes from
 * @property {Map<number, import("./entries.js").Entry>} entries   of the ids that occur
 */

/**
 * A piece of a text that the tokenizer made: an id, and the characters or the bytes it comes from.
 * @typedef {{ id: number, start: number, end: number, word?: number, added?: boolean }} Piece   `word` is
 *   the number of the word it is of
 */

/**
 * @param {any} tokenizer
 * @param {string} given
 * @param {boolean} control   whether a control token that is spelled in the text is read as one
 * @returns {Generator<Located | null>}
 */
export function* locate(tokenizer, given, control) {
  const text = given.toWellFormed();
  const places = characterPlaces(text);
  /** @type {Piece[]} */
  const pieces = [];
  for (const piece of tokenizer.pieces(text, control)) {
    if (piece) pieces.push(piece);
    else yield null;
  }
  const both = tokenizer.countsBytes ? fromBytes(pieces, places) : fromCharacters(pieces, places);
  yield null;
  const entries = new Map([...new Set(pieces.map(({ id }) => id))].map((id) => [id, tokenizer.entry(id)]));
  yield {
    text,
    ids: Int32Array.from(pieces, ({ id }) => id),
    ...both,
    added: Uint8Array.from(pieces, ({ added }) => Number(Boolean(added))),
    shared: sharing(text, both.byteSpans, places.bytes),
    unread: unread(both.spans, places.bytes.length - 1),
    entries,
  };
}

/**
 * At which byte of its UTF-8 each character of a text begins, and where the last ends.
 * @param {string} text
 */
function characterPlaces(text) {
  const bytes = [0];
  for (const letter of text) bytes.push(bytes[bytes.length - 1] + byteCount(letter.codePointAt(0)));
  return { bytes: Int32Array.from(bytes) };
}

/** @param {number} code */
function byteCount(code) {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/**
 * Pieces that are told in bytes. One that is a part of a character has the whole of it.
 * @param {Piece[]} pieces
 * @param {{ bytes: Int32Array }} places
 */
function fromBytes(pieces, { bytes }) {
  const [spans, byteSpans] = [new Int32Array(2 * pieces.length), new Int32Array(2 * pieces.length)];
  pieces.forEach(({ start, end }, i) => {
    const [first, last] = [lastUpTo(bytes, start), firstFrom(bytes, end)];
    spans.set(start === end ? [last, last] : [first, last], 2 * i);
    byteSpans.set([start, end], 2 * i);
  });
  return { spans, byteSpans };
}

/**
 * Pieces that are told in characters.
 * @param {Piece[]} pieces
 * @param {{ bytes: Int32Array }} places
 */
function fromCharacters(pieces, { bytes }) {
  const spans = Int32Array.from(pieces.flatMap(({ start, end }) => [start, end]));
  return { spans, byteSpans: spans.map((place) => bytes[place]) };
}

/**
 * Where in a rising list the last number stands that is not above a value.
 * @param {Int32Array} rising
 * @param {number} value
 */
function lastUpTo(rising, value) {
  return firstFrom(rising, value + 1) - 1;
}

/**
 * Where in a rising list the first number stands that is not below a value.
 * @param {Int32Array} rising
 * @param {number} value
 */
function firstFrom(rising, value) {
  let [low, high] = [0, rising.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Which tokens share a character, as people count them, with another token.
 * @param {string} text
 * @param {Int32Array} byteSpans
 * @param {Int32Array} bytes   where each code point begins
 */
function sharing(text, byteSpans, bytes) {
  const bounds = graphemeStarts(text).map((place) => bytes[place]);
  const count = byteSpans.length / 2;
  const [result, starts] = [new Uint8Array(count), new Int32Array(count + 1).fill(bytes[bytes.length - 1])];
  for (let i = count - 1; i >= 0; i--) {
    const [start, end] = [byteSpans[2 * i], byteSpans[2 * i + 1]];
    starts[i] = end > start ? Math.min(start, starts[i + 1]) : starts[i + 1];
  }
  for (let i = 0, before = 0; i < count; i++) {
    const [start, end] = [byteSpans[2 * i], byteSpans[2 * i + 1]];
    if (end <= start) continue;
    const [first, last] = [bounds[lastUpTo(bounds, start)], bounds[firstFrom(bounds, end)]];
    result[i] = Number(before > first || starts[i + 1] < last);
    before = Math.max(before, end);
  }
  return result;
}

const segmenter = new Intl.Segmenter("en", { granularity: "grapheme" });

/**
 * Where each of the characters that people count begins, in code points, and where the last ends.
 * @param {string} text
 */
export function graphemeStarts(text) {
  const starts = [0];
  for (const { segment } of segmenter.segment(text)) starts.push(starts[starts.length - 1] + [...segment].length);
  return Int32Array.from(starts);
}

/**
 * How many characters no token comes from.
 * @param {Int32Array} spans
 * @param {number} length
 */
function unread(spans, length) {
  const depth = new Int32Array(length + 1);
  for (let i = 0; i < spans.length; i += 2) {
    depth[spans[i]]++;
    depth[spans[i + 1]]--;
  }
  let [count, now] = [0, 0];
  for (let place = 0; place < length; place++) {
    now += depth[place];
    count += Number(now === 0);
  }
  return count;
}
