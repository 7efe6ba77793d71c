// A prompt as a model reads it, as `lablib.sampling.prepare` prepares it.

/**
 * @typedef {object} Prompt
 * @property {number[]} ids   at least one
 * @property {string} note    what was cut, in a sentence; "" if nothing was
 */

/**
 * The ids of a text as its attention is read: of what is too long the end is left out, and the
 * tokenizer's own marks stay (`lablib.attention.read`).
 * @param {{ model: any, tokenizer: any }} opened
 * @param {string} text
 * @param {number} limit   the most tokens
 * @returns {Prompt}
 */
export function beginning({ model, tokenizer }, text, limit = MOST_LOOKED_AT) {
  const ids = tokenizer.encode(text);
  const most = Math.min(limit, model.shape.context);
  const cut = ids.length - most;
  if (cut <= 0) return { ids: ids.length ? ids : [model.end], note: "" };
  const marks = Math.ceil(tokenizer.encode("").length / 2); // that stand after a text; there may be one before it
  const kept = [...ids.slice(0, most - marks), ...ids.slice(ids.length - marks)];
  const count = (/** @type {number} */ number) => number.toLocaleString("en");
  const note = `The text has ${count(ids.length)} tokens and ${count(most)} are read here: ${count(cut)} were left out.`;
  return { ids: kept, note };
}

/** The longest text whose attention is looked at. */
const MOST_LOOKED_AT = 512;

/**
 * The ids of a text; one that fills the context loses its beginning, until there is room for so many
 * new tokens, or for half the context if that is less. An empty text is the end of another one.
 * @param {{ model: any, tokenizer: any }} opened
 * @param {string} text
 * @param {number} room
 * @returns {Prompt}
 */
export function prepare({ model, tokenizer }, text, room = 1) {
  const ids = tokenizer.encode(text);
  const { context } = model.shape;
  if (ids.length < context) return { ids: ids.length ? ids : [model.end], note: "" };
  const most = context - Math.max(1, Math.min(room, Math.floor(context / 2)));
  const cut = ids.length - most;
  const count = (/** @type {number} */ number) => number.toLocaleString("en");
  const note =
    `The prompt has ${count(ids.length)} tokens and the model reads at most ${count(context)}: ` +
    `the first ${count(cut)} were left out.`;
  return { ids: ids.slice(cut), note };
}
