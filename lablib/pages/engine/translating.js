// One text into another: `lablib.seq2seq.compute.translation`.

import { largest } from "./asking.js";
import { Search } from "./beams.js";
import { probabilitiesOf } from "./layers_math.js";
import { beginning } from "./prompt.js";
import { readOn } from "./writing.js";

/** @typedef {{ model: import("./t5.js").T5, tokenizer: import("./unigram.js").Unigram }} Opened */

/** How many tokens are written at most, if nothing else is asked for. */
export const MOST = 64;
/** How many possible tokens a step names. */
const OFFERED = 10;

/**
 * What a model writes to a source.
 * @param {Opened} opened
 * @param {{ text: string, beams: number, penalty: number }} what
 */
export function* translate(opened, { text, beams, penalty }) {
  const { model, tokenizer } = opened;
  const { ids, note } = beginning(opened, text);
  const source = yield* model.source(ids);
  const found = yield* searched(model, source, { beams, penalty });
  const { target, scores } = yield* readBack(model, source, found.ids);
  yield {
    note,
    text: tokenizer.read(found.ids).trim(),
    score: found.score,
    ended: found.ids.at(-1) === model.end,
    source: ids.map((id) => tokenizer.entry(id)),
    steps: found.ids.map((id, place) => stepOf(tokenizer, id, scores(place))),
    cross: target.maps("cross"),
  };
}

/**
 * What a model writes to the same text under each prefix, taking the likeliest token each time, and how
 * probable the first one was.
 * @param {Opened} opened
 * @param {{ text: string, beginnings: string[] }} what
 */
export function* prefixes(opened, { text, beginnings }) {
  const { model, tokenizer } = opened;
  for (const prefix of beginnings) {
    const source = yield* model.source(beginning(opened, prefix + text).ids);
    const { ids } = yield* searched(model, source);
    const { scores } = yield* readBack(model, source, ids.slice(0, 1));
    yield { text: tokenizer.read(ids).trim(), probability: probabilitiesOf(scores(0))[ids[0]] };
  }
}

/**
 * The winner of a beam search; one beam takes the most probable token each time.
 * @param {import("./t5.js").T5} model
 * @param {import("./t5.js").Source} source
 * @param {{ beams?: number, penalty?: number, most?: number, begun?: number[], muted?: import("./reading.js").Head[] }} how
 *   `most` tokens are written at most, after those that the target has `begun` with
 */
export function* searched(model, source, { beams = 1, penalty = 1, most = MOST, begun = [], muted = [] } = {}) {
  const search = new Search(model.writer(source, begun.length + most, muted), beams, penalty);
  yield* search.begin([model.begin, ...begun]);
  while (!search.done) yield* search.advance(search.steps.length + 1 === most);
  const ids = search.winner.map((place, step) => search.steps[step][place].id);
  return { ids, score: search.finished[0].score };
}

/**
 * A decoder that has read a target but for its last token; `scores` are those of the token at a place.
 * @param {import("./t5.js").T5} model
 * @param {import("./t5.js").Source} source
 * @param {number[]} ids   of the target, at least one
 * @param {import("./reading.js").Head[]} muted
 */
export function* readBack(model, source, ids, muted = []) {
  const writer = model.writer(source, ids.length, muted);
  const target = writer.start();
  yield* readOn(writer, target, [model.begin, ...ids.slice(0, -1)]);
  return { target, scores: (/** @type {number} */ place) => writer.scores(target, place) };
}

/**
 * A token that was written, and what else was possible there.
 * @param {import("./unigram.js").Unigram} tokenizer
 * @param {number} id
 * @param {Float32Array} scores
 */
function stepOf(tokenizer, id, scores) {
  const probabilities = probabilitiesOf(scores);
  const alternatives = largest(probabilities, OFFERED);
  return {
    entry: tokenizer.entry(id),
    text: tokenizer.decode([id]),
    probability: probabilities[id],
    alternatives: alternatives.map((other) => ({ id: other, text: tokenizer.decode([other]), probability: probabilities[other] })),
  };
}
