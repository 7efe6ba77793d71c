// One text into another: `lablib.seq2seq.compute.translation`.

import { largest } from "./asking.js";
import { Search } from "./beams.js";
import { probabilitiesOf } from "./layers_math.js";
import { beginning } from "./prompt.js";
import { readOn } from "./writing.js";

/** @typedef {{ model: import("./t5.js").T5, tokenizer: import("./unigram.js").Unigram }} Opened */

/** How many tokens are written at most. */
const MOST = 64;
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
  const found = yield* searched(model, source, beams, penalty);
  const writer = model.writer(source, found.ids.length);
  const target = writer.start();
  yield* readOn(writer, target, [model.begin, ...found.ids.slice(0, -1)]);
  yield {
    note,
    text: tokenizer.read(found.ids).trim(),
    score: found.score,
    ended: found.ids.at(-1) === model.end,
    source: ids.map((id) => tokenizer.entry(id)),
    steps: found.ids.map((id, place) => stepOf(tokenizer, id, writer.scores(target, place))),
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
    const { ids } = yield* searched(model, source, 1, 1);
    const writer = model.writer(source, 1);
    const target = writer.start();
    writer.read(target, [model.begin]);
    yield { text: tokenizer.read(ids).trim(), probability: probabilitiesOf(writer.scores(target, 0))[ids[0]] };
  }
}

/**
 * The winner of a beam search; one beam takes the most probable token each time.
 * @param {import("./t5.js").T5} model
 * @param {import("./t5.js").Source} source
 * @param {number} beams
 * @param {number} penalty
 */
function* searched(model, source, beams, penalty) {
  const search = new Search(model.writer(source, MOST), beams, penalty);
  yield* search.begin([model.begin]);
  while (!search.done) yield* search.advance(search.steps.length + 1 === MOST);
  const ids = search.winner.map((place, step) => search.steps[step][place].id);
  return { ids, score: search.finished[0].score };
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
