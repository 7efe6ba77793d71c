// Teacher forcing, and what follows a wrong token: `lablib.seq2seq.compute.forcing`.

import { largest } from "./asking.js";
import { logProbabilityOf, probabilitiesOf } from "./layers_math.js";
import { beginning } from "./prompt.js";
import { MOST, readBack, searched } from "./translating.js";

/** @typedef {import("./translating.js").Opened} Opened */
/** @typedef {import("./t5.js").T5} T5 */
/** @typedef {import("./t5.js").Source} Source */

/** The most tokens of a right answer. */
const LONGEST = 256;

/**
 * First the loss of each token of a right answer, after the right words and after the model's own; then
 * what follows a wrong token.
 * @param {Opened} opened
 * @param {{ text: string, target: string, wrong: number }} what   `wrong` counts from 1; a place behind
 *   the model's own text becomes its last
 */
export function* forcing(opened, { text, target, wrong }) {
  const { model, tokenizer } = opened;
  const read = beginning(opened, text);
  const ids = tokenizer.encode(target);
  requireShort(ids.length);
  const source = yield* model.source(read.ids);
  const own = yield* searched(model, source, { most: Math.max(ids.length, MOST) });
  const both = Math.min(ids.length, own.ids.length);
  const forced = yield* losses(model, source, ids, ids);
  const free = yield* losses(model, source, own.ids.slice(0, both), ids.slice(0, both));
  yield {
    note: read.note,
    target: ids.map((id) => tokenizer.decode([id])),
    own: sideOf(tokenizer, own.ids),
    forced,
    free: [...free, ...ids.slice(both).map(() => NaN)],
  };
  const before = own.ids.slice(0, MOST);
  yield { slip: yield* slip(opened, source, before, Math.min(wrong, before.length) - 1) };
}

/** @param {number} length */
function requireShort(length) {
  if (length > LONGEST)
    throw new Error(`The right answer has ${length.toLocaleString("en")} tokens: give one of at most ${LONGEST}, since the model writes as many.`);
}

/**
 * The loss of each of some tokens, at its place in a target of which other tokens may be read, in nats.
 * @param {T5} model
 * @param {Source} source
 * @param {number[]} given   what is read
 * @param {number[]} ids     what is asked for, as many
 * @param {import("./reading.js").Head[]} muted   heads of cross-attention
 */
export function* losses(model, source, given, ids, muted = []) {
  const { scores } = yield* readBack(model, source, given, muted);
  return ids.map((id, place) => -logProbabilityOf(scores(place), id));
}

/**
 * A text as the model writes it, and after its second likeliest token was put at a place.
 * @param {Opened} opened
 * @param {Source} source
 * @param {number[]} ids   of the text
 * @param {number} place
 */
function* slip({ model, tokenizer }, source, ids, place) {
  const before = yield* probabilities(model, source, ids);
  const wrong = largest(before[place], 2).find((id) => id !== ids[place]) ?? 0;
  const begun = [...ids.slice(0, place), wrong];
  const goesOn = wrong !== model.end && begun.length < MOST;
  const rest = goesOn ? (yield* searched(model, source, { begun, most: MOST - begun.length })).ids : [];
  const other = [...begun, ...rest];
  const after = yield* probabilities(model, source, other);
  const side = (/** @type {number[]} */ written, /** @type {Float64Array[]} */ said) => ({
    ...sideOf(tokenizer, written),
    probabilities: written.map((id, i) => said[i][id]),
  });
  return { place, before: side(ids, before), after: side(other, after) };
}

/**
 * The distribution at each place of a target.
 * @param {T5} model
 * @param {Source} source
 * @param {number[]} ids
 */
function* probabilities(model, source, ids) {
  const { scores } = yield* readBack(model, source, ids);
  return ids.map((_, place) => probabilitiesOf(scores(place)));
}

/**
 * A text that was written, and its tokens.
 * @param {import("./unigram.js").Unigram} tokenizer
 * @param {number[]} ids
 */
function sideOf(tokenizer, ids) {
  return { text: tokenizer.read(ids).trim(), tokens: ids.map((id) => tokenizer.decode([id])) };
}
