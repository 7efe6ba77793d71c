// What a page asks of a model. Each task gives its parts one after another, and null where it has
// none yet, so that it can be stopped there.

import { readOn, write } from "./writing.js";

/** @typedef {{ model: any, tokenizer: any }} Opened */

/**
 * A text with what every head looks at in it, and the scores at its last place.
 * @param {Opened} opened
 * @param {{ text: string, muted?: import("./reading.js").Head[] }} what
 */
function* read({ model, tokenizer }, { text, muted }) {
  const ids = beginning(model, tokenizer.encode(text));
  const reading = model.start(muted);
  yield* readOn(model, reading, ids);
  yield { ids, maps: reading.maps(), scores: model.scores(reading, ids.length - 1) };
}

/**
 * A text written on: after each token the whole of it, and how many tokens a second there are.
 * @param {Opened} opened
 * @param {{ text: string } & import("./writing.js").How} what
 */
function* writeOn({ model, tokenizer }, { text, ...how }) {
  const prompt = beginning(model, tokenizer.encode(text));
  /** @type {number[]} */
  const ids = [];
  let start = 0;
  for (const id of write(model, prompt, how)) {
    if (id === null) yield null;
    else {
      ids.push(id);
      if (ids.length === 1) start = performance.now();
      const seconds = (performance.now() - start) / 1000;
      yield { id, text: tokenizer.decode(ids), perSecond: seconds ? (ids.length - 1) / seconds : null };
    }
  }
}

/**
 * Where there is no text, the model is asked what comes after the end of another.
 * @param {any} model
 * @param {number[]} ids
 */
function beginning(model, ids) {
  return ids.length ? ids : [model.end];
}

/** @type {Record<string, (opened: Opened, what: any) => Generator>} */
export const TASKS = { read, write: writeOn };
