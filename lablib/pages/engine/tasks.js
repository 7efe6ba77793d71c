// What a page asks of a model. Each task gives its parts one after another, and null where it has
// none yet, so that it can be stopped there.

import { beams } from "./beams.js";
import { compare } from "./comparing.js";
import { contrast } from "./contrastive.js";
import { crossHeads } from "./cross_heads.js";
import { inContext, neighbours } from "./embeddings.js";
import { evidence } from "./evidence.js";
import { forcing } from "./forcing.js";
import { fill, masksBefore, prepare as prepareGaps, scoreWord } from "./gaps.js";
import { mapsOf } from "./heads_math.js";
import { joint } from "./joint.js";
import { lens, rollout } from "./layers.js";
import { locate } from "./located.js";
import { mute } from "./muting.js";
import { product, vectors, whole } from "./parts.js";
import { beginning, prepare } from "./prompt.js";
import { attribution, lengths, units } from "./residual.js";
import { score } from "./scoring.js";
import { sentences } from "./sentences.js";
import { prefixes, translate } from "./translating.js";
import { read, writeOn } from "./write_on.js";
import { readOn } from "./writing.js";

/** @typedef {{ model: any, tokenizer: any }} Opened */

/**
 * What every head looks at in a text, in the code of the attention view, and what kind of head that
 * makes it.
 * @param {Opened} opened
 * @param {{ text: string }} what
 */
function* heads(opened, { text }) {
  const { model } = opened;
  const { ids, note } = beginning(opened, text);
  const reading = model.start();
  yield* readOn(model, reading, ids);
  yield mapsOf(opened, { ids, note }, reading);
}

/**
 * The scores of the token after a prompt.
 * @param {Opened} opened
 * @param {{ text: string }} what
 */
function* next(opened, { text }) {
  const { model } = opened;
  const { ids, note } = prepare(opened, text);
  const reading = model.start();
  yield* readOn(model, reading, ids);
  yield { ids, note, scores: model.scores(reading, ids.length - 1) };
}

/**
 * One token decoded alone.
 * @param {Opened} opened
 * @param {{ id: number }} what
 */
function* spell({ tokenizer }, { id }) {
  yield { text: tokenizer.decode([id]) };
}

/**
 * What a model expects in the gaps of a text: first the text as it is read, then the guesses, then how
 * probable the hidden words are, and the word that is asked for.
 * @param {Opened} opened
 * @param {{ text: string, hidden: (string | null)[], word: string, count: number }} what
 *   `hidden` has the word behind each mask of the text, as far as it is known
 */
function* gaps(opened, { text, hidden, word, count }) {
  const read = prepareGaps(opened, text);
  const first = masksBefore(read);
  yield { read: { ...read, first }, tokens: read.ids.map((id) => opened.tokenizer.entry(id)) };
  /** @type {{ word: string | null, score: any }[]} what is known of the word behind each mask */
  const columns = [];
  yield { guesses: fill(opened, read, count), columns };
  const behind = read.masks.map((_, number) => hidden[first + number] ?? null);
  for (const [mask, each] of behind.entries()) columns.push({ word: each, score: each && (yield* scoreIfKnown(opened, read, each, mask)) });
  if (behind.some(Boolean)) yield { columns };
  const asked = [];
  for (const mask of word.trim() ? read.masks.keys() : []) asked.push(yield* scoreWord(opened, read, word, mask));
  yield { asked };
}

/**
 * How probable a word is in a gap; null if it cannot be spelled.
 * @param {any} opened
 * @param {import("./gaps.js").MaskedText} read
 * @param {string} word
 * @param {number} mask
 */
function* scoreIfKnown(opened, read, word, mask) {
  try {
    return yield* scoreWord(opened, read, word, mask);
  } catch {
    return null;
  }
}

/**
 * A text's tokens, each with its place.
 * @param {Opened} opened
 * @param {{ text: string, control: boolean }} what
 */
function* tokens({ tokenizer }, { text, control }) {
  yield* locate(tokenizer, text, control);
}

/** @type {Record<string, (opened: Opened, what: any) => Generator>} */
export const TASKS = {
  attribution,
  beams,
  compare,
  contrast,
  crossHeads,
  evidence,
  fill: gaps,
  forcing,
  heads,
  inContext,
  joint,
  lengths,
  lens,
  mute,
  neighbours,
  next,
  prefixes,
  product,
  read,
  rollout,
  score,
  sentences,
  spell,
  tokens,
  translate,
  units,
  vectors,
  whole,
  write: writeOn,
};
