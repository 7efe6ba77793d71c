// What a page asks of a model. Each task gives its parts one after another, and null where it has
// none yet, so that it can be stopped there.

import { beams } from "./beams.js";
import { compare } from "./comparing.js";
import { contrast } from "./contrastive.js";
import { inContext, neighbours } from "./embeddings.js";
import { evidence } from "./evidence.js";
import { fill, masksBefore, prepare as prepareGaps, scoreWord } from "./gaps.js";
import { mapsOf } from "./heads_math.js";
import { joint } from "./joint.js";
import { lens, rollout } from "./layers.js";
import { locate } from "./located.js";
import { surprisal } from "./mirostat.js";
import { mute } from "./muting.js";
import { product, vectors, whole } from "./parts.js";
import { beginning, prepare } from "./prompt.js";
import { attribution, lengths, units } from "./residual.js";
import { sentences } from "./sentences.js";
import { prefixes, translate } from "./translating.js";
import { uniforms } from "./uniforms.js";
import { choose, readOn, whyEnded, write } from "./writing.js";

/** @typedef {{ model: any, tokenizer: any }} Opened */

/**
 * A text with what every head looks at in it, and the scores at its last place.
 * @param {Opened} opened
 * @param {{ text: string, muted?: import("./reading.js").Head[] }} what
 */
function* read({ model, tokenizer }, { text, muted }) {
  const encoded = tokenizer.encode(text);
  const ids = encoded.length ? encoded : [model.end];
  const reading = model.start(muted);
  yield* readOn(model, reading, ids);
  yield { ids, maps: reading.maps(), scores: model.scores(reading, ids.length - 1) };
}

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

/**
 * A text written on. First the prompt as it is read, then a part for each token: its step, with the
 * whole text so far and how many tokens a second there are.
 * @param {Opened} opened
 * @param {{ text: string, count: number, knobs: import("./writing.js").Knobs, seed?: number,
 *   path?: number[], chosen?: { id: number, knobs: import("./writing.js").Knobs },
 *   mirostat?: import("./mirostat.js").Mirostat | null, surprisals?: number[] }} what
 *   `count` is how long the text becomes; `path` are the tokens it begins with, with their `surprisals`,
 *   and `chosen` is put by hand after these, in a place where the knobs stood as it says
 */
function* writeOn(opened, { text, count, knobs, seed, path = [], chosen, mirostat, surprisals = [] }) {
  const { model, tokenizer } = opened;
  const prompt = prepare(opened, text, count);
  yield { prompt: prompt.ids.map((id) => tokenizer.entry(id)), note: prompt.note };
  const ids = [...path];
  const before = [...surprisals];
  const told = teller(opened, prompt.ids, ids);
  if (chosen) {
    for (const step of choose(model, [...prompt.ids, ...ids], chosen)) {
      if (step) before.push(surprisal(step));
      yield step && told(step, Infinity);
    }
    if (whyEnded(model, prompt.ids.length + ids.length, ids.at(-1))) return;
  }
  const length = Math.max(count, ids.length + 1);
  const draws = seed === undefined ? [] : uniforms(seed, length);
  const how = { count: length - ids.length, knobs, uniforms: draws.slice(ids.length), mirostat, surprisals: before };
  for (const step of write(model, [...prompt.ids, ...ids], how)) yield step && told(step, length);
}

/**
 * Gives each new step with what it adds to the text, and puts its id to the others.
 * @param {Opened} opened
 * @param {number[]} prompt
 * @param {number[]} ids
 */
function teller({ model, tokenizer }, prompt, ids) {
  const decoded = () => tokenizer.decode([...prompt.slice(-WINDOW), ...ids]);
  const finished = () => decoded().replace(/\ufffd+$/, "");
  const start = ids.length ? finished() : decoded();
  const first = ids.length;
  let [shown, begun] = [start, 0];
  return (/** @type {import("./writing.js").Step} */ step, /** @type {number} */ count) => {
    ids.push(step.id);
    begun ||= performance.now();
    const end = whyEnded(model, prompt.length + ids.length, step.id) || (ids.length >= count ? "length" : "");
    const text = end ? decoded() : finished();
    const added = text.slice(shown.length);
    if (text.length > shown.length) shown = text;
    return {
      ...step,
      alternatives: step.alternatives.map(([id, p]) => ({ id, text: tokenizer.decode([id]), probability: p })),
      entry: tokenizer.entry(step.id),
      added,
      end,
      text: shown.slice(start.length),
      perSecond: ids.length > first + 1 ? ((ids.length - first - 1) * 1000) / (performance.now() - begun) : null,
    };
  };
}

/** So many ids of the prompt are decoded with the text: more than a character can be spread over. */
const WINDOW = 16;

/** @type {Record<string, (opened: Opened, what: any) => Generator>} */
export const TASKS = {
  attribution,
  beams,
  compare,
  contrast,
  evidence,
  fill: gaps,
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
  sentences,
  spell,
  tokens,
  translate,
  units,
  vectors,
  whole,
  write: writeOn,
};
