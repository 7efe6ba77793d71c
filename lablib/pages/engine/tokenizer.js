// What all tokenizers do: marks are looked for first, then the text between them is cut up.

/**
 * Ids of a text; `between` are those of a stretch without marks.
 * @param {any} json   tokenizer.json
 * @param {string} text
 * @param {(text: string) => number[]} between
 */
export function encode(json, text, between) {
  const ids = pieces(json, text).flatMap((piece, i) => (i % 2 ? [idOfMark(json, piece)] : between(piece)));
  const { single, special_tokens: marks } = json.post_processor;
  return single.flatMap((/** @type {any} */ part) => (part.Sequence ? ids : marks[part.SpecialToken.id].ids));
}

/**
 * The text cut at the marks that stand in it ([MASK], <|endoftext|>), which are every second piece.
 * @param {any} json
 * @param {string} text
 */
function pieces({ added_tokens: marks }, text) {
  const names = marks.map((/** @type {any} */ mark) => mark.content.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return text.toWellFormed().split(new RegExp(`(${names.join("|")})`));
}

/**
 * @param {any} json
 * @param {string} name
 */
function idOfMark({ added_tokens: marks }, name) {
  return marks.find((/** @type {any} */ mark) => mark.content === name).id;
}
