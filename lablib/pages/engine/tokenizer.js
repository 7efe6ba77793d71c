// What all tokenizers do: marks are looked for first, then the text between them is cut up.

/**
 * Ids of a text; `between` are those of a stretch without marks.
 * @param {any} json   tokenizer.json
 * @param {string} text
 * @param {(text: string) => number[]} between
 */
export function encode(json, text, between) {
  const ids = stretches(json, text, true).flatMap(({ text: part, mark }) => (mark === null ? between(part) : [mark]));
  return framed(json, ids, (id) => id);
}

/**
 * What a text becomes with the marks that the tokenizer puts round it ([CLS] … [SEP]).
 * @template T
 * @param {any} json   tokenizer.json
 * @param {T[]} inside
 * @param {(id: number) => T} mark
 * @returns {T[]}
 */
export function framed({ post_processor: { single, special_tokens: marks } }, inside, mark) {
  return single.flatMap((/** @type {any} */ part) => (part.Sequence ? inside : marks[part.SpecialToken.id].ids.map(mark)));
}

/**
 * The pieces of a text with the marks that are put round them; what is added stands behind the token before it.
 * @param {any} json   tokenizer.json
 * @param {import("./located.js").Piece[]} inside
 * @returns {Generator<import("./located.js").Piece>}
 */
export function* withMarks(json, inside) {
  let reached = 0;
  for (const piece of framed(json, inside, (id) => ({ id, start: -1, end: -1, added: true }))) {
    const added = "added" in piece;
    yield added ? { ...piece, start: reached, end: reached } : piece;
    if (!added) reached = Math.max(reached, piece.end);
  }
}

/**
 * The text cut at the marks that are spelled in it ([MASK], <|endoftext|>).
 * @param {any} json
 * @param {string} text
 * @param {boolean} control   whether they are read as marks
 * @returns {{ text: string, mark: number | null }[]} `mark` is the id of one, null for other text
 */
export function stretches({ added_tokens: marks }, text, control) {
  const read = text.toWellFormed();
  if (!control) return [{ text: read, mark: null }];
  const names = marks.map((/** @type {any} */ mark) => mark.content.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const idOf = (/** @type {string} */ name) => marks.find((/** @type {any} */ mark) => mark.content === name).id;
  const parts = read.split(new RegExp(`(${names.join("|")})`));
  return parts.map((part, i) => ({ text: part, mark: i % 2 ? idOf(part) : null }));
}
