// What a page on which a model writes asks of it: a text is read, and written on.

import { surprisal } from "./mirostat.js";
import { prepare } from "./prompt.js";
import { uniforms } from "./uniforms.js";
import { choose, readOn, whyEnded, write } from "./writing.js";

/** @typedef {{ model: any, tokenizer: any }} Opened */

/**
 * A text with what every head looks at in it, and the scores at its last place.
 * @param {Opened} opened
 * @param {{ text: string, muted?: import("./reading.js").Head[] }} what
 */
export function* read({ model, tokenizer }, { text, muted }) {
  const encoded = tokenizer.encode(text);
  const ids = encoded.length ? encoded : [model.end];
  const reading = model.start(muted);
  yield* readOn(model, reading, ids);
  yield { ids, maps: reading.maps(), scores: model.scores(reading, ids.length - 1) };
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
export function* writeOn(opened, { text, count, knobs, seed, path = [], chosen, mirostat, surprisals = [] }) {
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
